"""Logs of did:webvh made on the spot, with fixed keys, and the ways in which they can lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway import keys
from gateway.dids.webvh_parameters import multihash_of
from gateway.jsonld import jcs
from gateway.proofs.data_integrity import create_proof
from tests.dids.parts import Web

Json = dict[str, Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "log.example.org"
Change = Callable[[Json], None]


def a_key(number: int) -> keys.SecretKey:
    return keys.SecretKey("ed25519", bytes([number]) * 32)


def multikey_of(key: keys.SecretKey) -> str:
    return keys.multikey(keys.public_key_of(key))


def did_of(key: keys.SecretKey) -> str:
    return f"did:key:{multikey_of(key)}"


def hash_of(key: keys.SecretKey) -> str:
    """What an entry commits to for the next one."""
    return multihash_of(multikey_of(key).encode())


def proven(document: Json, key: keys.SecretKey, when: datetime, **options: Any) -> Json:
    """The document with one proof by a key."""
    given = {
        "cryptosuite": "eddsa-jcs-2022", "created": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": f"{did_of(key)}#{multikey_of(key)}", **options,
    }  # fmt: skip
    return create_proof(document, given, sign=lambda data: keys.sign(key, data))


OWNER, NEXT, LATER, STRANGER = (a_key(number) for number in (1, 2, 3, 4))
WITNESSES = tuple(a_key(number) for number in (11, 12, 13))


def witness_parameter(threshold: int, *chosen: keys.SecretKey) -> Json:
    return {"threshold": threshold, "witnesses": [{"id": did_of(key)} for key in chosen]}


@dataclass
class LogBook:
    """A log that grows; ``before`` changes an entry that is signed then, ``after`` a signed one."""

    host: str = HOST
    scid: str = ""
    entries: list[Json] = field(default_factory=list)
    witness_records: list[Json] = field(default_factory=list)

    @property
    def did(self) -> str:
        return f"did:webvh:{self.scid}:{self.host}"

    @property
    def url(self) -> str:
        path = self.host.replace(":", "/") + ("" if ":" in self.host else "/.well-known")
        return f"https://{path}/did.jsonl"

    def create(
        self, key: keys.SecretKey = OWNER, *, before: Change | None = None, **parameters: Any
    ) -> LogBook:
        """The first entry."""
        draft: Json = {
            "versionId": "{SCID}",
            "versionTime": "2026-01-01T00:00:00Z",
            "parameters": {
                "method": "did:webvh:1.0", "scid": "{SCID}", "updateKeys": [multikey_of(key)], **parameters,
            },
            "state": {"@context": ["https://www.w3.org/ns/did/v1"], "id": f"did:webvh:{{SCID}}:{self.host}"},
        }  # fmt: skip
        if before is not None:
            before(draft)
        self.scid = multihash_of(jcs(draft))
        entry = json.loads(json.dumps(draft).replace("{SCID}", self.scid))
        return self._add(entry, self.scid, key, START)

    def update(
        self, key: keys.SecretKey = OWNER, *, before: Change | None = None, after: Change | None = None,
        state: Json | None = None, **parameters: Any,
    ) -> LogBook:  # fmt: skip
        """One more entry, a day after the last."""
        number = len(self.entries)
        entry: Json = {
            "versionId": "", "versionTime": f"2026-01-{number + 1:02d}T00:00:00Z", "parameters": parameters,
            "state": deepcopy(self.entries[-1]["state"]) | (state or {}),
        }  # fmt: skip
        if before is not None:
            before(entry)
        self._add(entry, self.entries[-1]["versionId"], key, START + number * DAY)
        if after is not None:
            after(self.entries[-1])
        return self

    def _add(self, entry: Json, previous: str, key: keys.SecretKey, when: datetime) -> LogBook:
        hashed = multihash_of(jcs({**entry, "versionId": previous}))
        entry["versionId"] = f"{len(self.entries) + 1}-{hashed}"
        self.entries.append(proven(entry, key, when))
        return self

    def move(self, host: str, **given: Any) -> LogBook:
        """Publish under another name from now on."""
        old, self.host = self.did, host
        return self.update(state={"id": self.did, "alsoKnownAs": [old]}, **given)

    def witness(self, number: int, *chosen: keys.SecretKey) -> LogBook:
        """Proofs of witnesses for an entry."""
        version = {"versionId": self.entries[number - 1]["versionId"]}
        proofs = [proven(version, key, START)["proof"][0] for key in chosen]
        self.witness_records.append({**version, "proof": proofs})
        return self

    @property
    def data(self) -> bytes:
        return b"".join(json.dumps(entry, separators=(",", ":")).encode() + b"\n" for entry in self.entries)

    def web(self) -> Web:
        """The web it is published in."""
        files: dict[str, Any] = {self.url: self.data}
        if self.witness_records:
            files[self.url.replace("did.jsonl", "did-witness.json")] = self.witness_records
        return Web(files)
