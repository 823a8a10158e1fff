"""Verifying the log of a did:webvh: every entry, its hash, its proofs and what it may change. Pure.

https://identity.foundation/didwebvh/v1.0/#read-resolve
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.dids.resolution import Json
from gateway.dids.webvh_parameters import SCID, Parameters, Witnesses, applied, multihash_of
from gateway.envelopes import read_json
from gateway.errors import DidLogInvalid, GatewayError, InputRefused, KeyInvalid
from gateway.jsonld import jcs
from gateway.keys import PublicKey, public_key_of_did_key
from gateway.proofs.data_integrity import proofs_of
from gateway.proofs.verification import Expectations, verify_proof
from gateway.report import Verdict

__all__ = ["MAX_ENTRIES", "MAX_LOG", "Entry", "Log", "did_key_of", "proof_holds", "read_log"]

MAX_LOG = 524_288
"""Most bytes of a log."""
MAX_ENTRIES = 400
MAX_PROOFS = 16
SKEW = timedelta(minutes=5)
"""How far in the future an entry may be dated."""
MEMBERS = {"versionId", "versionTime", "parameters", "state", "proof"}
SUITE = "eddsa-jcs-2022"
PLACEHOLDER = "{SCID}"
_VERSION_ID = re.compile(r"([1-9][0-9]{0,8})-(Qm[1-9A-HJ-NP-Za-km-z]{44})\Z")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)\Z", re.ASCII)
_DID = re.compile(r"did:webvh:([^:]+):[A-Za-z0-9._:%-]+\Z")
_DID_KEY_URL = re.compile(r"did:key:([^#]+)#\1\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One verified entry: version, time, document, what holds after it, and who had to witness it."""

    number: int
    version_id: str
    time: datetime
    state: Json
    parameters: Parameters
    witnesses: Witnesses

    @property
    def did(self) -> str:
        """The DID under which this version is published."""
        return str(self.state["id"])


@dataclass(frozen=True, slots=True)
class Log:
    """The entries that verify, up to the first that does not; ``broken`` says why that one does not."""

    entries: tuple[Entry, ...]
    broken: GatewayError | None = None


def read_log(data: bytes, scid: str, now: datetime) -> Log:
    """The entries of a log for a SCID, each verified upon the one before. Witnesses are not looked at yet.

    Raises ``DidLogInvalid`` when not even the first entry verifies.
    """
    lines = data.split(b"\n")
    lines = lines[:-1] if lines[-1] == b"" else lines
    if len(data) > MAX_LOG or len(lines) > MAX_ENTRIES:
        raise DidLogInvalid(f"the log has more than {MAX_ENTRIES} entries or {MAX_LOG} bytes")
    if not lines:
        raise DidLogInvalid("the log is empty")
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(_entry(line, entries, scid, now))
        except GatewayError as error:
            broken = DidLogInvalid(f"entry {number}: {error.detail}", hint=error.hint)
            if not entries:
                raise broken from None
            return Log(tuple(entries), broken)
    return Log(tuple(entries))


def _entry(line: bytes, before: Sequence[Entry], scid: str, now: datetime) -> Entry:
    last = before[-1] if before else None
    if last is not None and last.parameters.deactivated:
        raise DidLogInvalid("the DID was deactivated before")
    tree = _tree(line)
    parameters = applied(tree["parameters"], last.parameters if last else None)
    if parameters.scid != scid:
        raise DidLogInvalid("the log is that of another SCID")
    number, time = _version(tree, last, scid), _time(tree["versionTime"], last, now)
    if last is None and multihash_of(jcs(_with_placeholder(tree, scid))) != scid:
        raise DidLogInvalid("the SCID is not the hash of the first entry")
    _check_state(tree["state"], last, parameters, scid)
    rotation = last is None or bool(last.parameters.next_key_hashes)
    _check_proofs(
        tree, parameters.update_keys if rotation or last is None else last.parameters.update_keys, now
    )
    required = last.parameters.witnesses if last and last.parameters.witnesses.ids else parameters.witnesses
    return Entry(number, tree["versionId"], time, tree["state"], parameters, required)


def _tree(line: bytes) -> Json:
    try:
        tree = read_json(line)
    except InputRefused as error:
        raise DidLogInvalid(f"malformed: {error.detail}") from None
    if not isinstance(tree, dict) or tree.keys() != MEMBERS or not isinstance(tree["versionId"], str):
        raise DidLogInvalid("malformed: its members are not those of an entry")
    return tree


def _version(tree: Json, last: Entry | None, scid: str) -> int:
    """The number of the version, whose id must hold the hash of the entry upon the one before."""
    found = _VERSION_ID.match(tree["versionId"])
    number = last.number + 1 if last else 1
    if found is None or int(found[1]) != number:
        raise DidLogInvalid("its version does not follow the one before")
    hashed = {name: value for name, value in tree.items() if name != "proof"}
    hashed["versionId"] = last.version_id if last else scid
    if multihash_of(jcs(hashed)) != found[2]:
        raise DidLogInvalid("its hash is not that of its content")
    return number


def _time(value: Any, last: Entry | None, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and _TIME.match(value) else None
    except ValueError:
        moment = None
    if moment is None:
        raise DidLogInvalid("its time is no moment in UTC")
    if last is not None and moment <= last.time:
        raise DidLogInvalid("its time is not after that of the entry before")
    if moment > now + SKEW:
        raise DidLogInvalid("its time lies in the future")
    return moment


def _with_placeholder(tree: Json, scid: str) -> Any:
    """The first entry as it was before its SCID was known."""
    unsigned = {name: value for name, value in tree.items() if name != "proof"}
    text = json.dumps({**unsigned, "versionId": PLACEHOLDER}, ensure_ascii=False)
    return json.loads(text.replace(scid, PLACEHOLDER))


def _check_state(state: Any, last: Entry | None, parameters: Parameters, scid: str) -> None:
    """The document: of this SCID, and under the name it had unless it may move."""
    identifier = state.get("id") if isinstance(state, dict) else None
    found = _DID.match(identifier) if isinstance(identifier, str) else None
    if found is None or found[1] != scid or not SCID.match(scid):
        raise DidLogInvalid("its document is not that of the SCID")
    if last is None or identifier == last.did:
        return
    known = state.get("alsoKnownAs")
    if not parameters.portable or not last.parameters.portable:
        raise DidLogInvalid("the DID is not portable and has another name")
    if not isinstance(known, list) or last.did not in known:
        raise DidLogInvalid("the document does not name the DID's name before it moved")


def _check_proofs(tree: Json, keys: Sequence[str], now: datetime) -> None:
    """Every proof must hold, each by a key that may update the DID."""
    proofs = proofs_of(tree)
    if not 1 <= len(proofs) <= MAX_PROOFS:
        raise DidLogInvalid("it has no proof, or too many")
    for pointer, proof in proofs:
        named = did_key_of(proof)
        if named is None or named[0].removeprefix("did:key:") not in keys:
            raise DidLogInvalid("a proof is not made with a key that may update the DID")
        if not proof_holds(tree, pointer, named[1], now):
            raise DidLogInvalid("a proof does not hold")


def did_key_of(proof: Any) -> tuple[str, PublicKey] | None:
    """The did:key that a proof names by its method's full id, with its key; None when it names none."""
    method = proof.get("verificationMethod") if isinstance(proof, dict) else None
    if not isinstance(method, str) or not _DID_KEY_URL.match(method):
        return None
    try:
        return method.partition("#")[0], public_key_of_did_key(method)
    except KeyInvalid:
        return None


def proof_holds(tree: Json, pointer: str, key: PublicKey, now: datetime) -> bool:
    """Whether the proof at a pointer is one of ``eddsa-jcs-2022`` to assert by the key, and holds."""
    proof = dict(proofs_of(tree))[pointer]
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        return False
    if proof.get("previousProof") is not None:
        return False
    expected = Expectations(now, {proof["verificationMethod"]: key})
    return verify_proof(tree, pointer, expected).verdict is Verdict.VALID
