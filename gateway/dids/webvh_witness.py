"""The witnesses of a did:webvh: who approved which version, and whether that is enough. Pure.

https://identity.foundation/didwebvh/v1.0/#verifying-witness-proofs-during-resolution
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.dids.webvh_log import Entry, Log, did_key_of, proof_holds
from gateway.envelopes import read_json
from gateway.errors import DidLogInvalid, InputRefused

__all__ = ["MAX_WITNESS_FILE", "approvals", "witnessed"]

MAX_WITNESS_FILE = 524_288
MAX_PROOFS = 512
"""Most proofs that are looked at; the file needs one for each witness."""


def approvals(data: bytes, log: Log, now: datetime) -> dict[str, int]:
    """The newest version that each witness has approved, by its did:key.

    Proofs that do not hold, name no published version, or are of nobody the log lists count for nothing.
    Raises ``DidLogInvalid`` for a file that is malformed or endless.
    """
    versions = {entry.version_id: entry.number for entry in log.entries}
    listed = {identifier for entry in log.entries for identifier in entry.witnesses.ids}
    found: dict[str, int] = {}
    looked_at = 0
    for record in _records(data):
        version, proofs = record.get("versionId"), record.get("proof")
        number = versions.get(version, 0) if isinstance(version, str) else 0
        proofs = proofs if isinstance(proofs, list) else [proofs]
        looked_at += len(proofs)
        if looked_at > MAX_PROOFS:
            raise DidLogInvalid(f"there are more than {MAX_PROOFS} proofs of witnesses")
        for proof in proofs if number else ():
            named = did_key_of(proof)
            if named is None or named[0] not in listed or found.get(named[0], 0) >= number:
                continue
            if proof_holds({"versionId": version, "proof": proof}, "/proof", named[1], now):
                found[named[0]] = number
    return found


def _records(data: bytes) -> list[dict[str, Any]]:
    try:
        records = read_json(data)
    except InputRefused as error:
        raise DidLogInvalid(f"the proofs of witnesses are malformed: {error.detail}") from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise DidLogInvalid("the proofs of witnesses are malformed")
    return records


def witnessed(log: Log, approved: Mapping[str, int]) -> Log:
    """The log up to the first entry that too few of its witnesses have approved.

    Who approved a version has approved all before it. Raises ``DidLogInvalid`` when the first lacks them.
    """
    for position, entry in enumerate(log.entries):
        if _enough(entry, approved):
            continue
        broken = DidLogInvalid(f"entry {entry.number}: too few witnesses have approved it")
        if position == 0:
            raise broken
        return replace(log, entries=log.entries[:position], broken=broken)
    return log


def _enough(entry: Entry, approved: Mapping[str, int]) -> bool:
    given = sum(approved.get(identifier, 0) >= entry.number for identifier in entry.witnesses.ids)
    return given >= entry.witnesses.threshold
