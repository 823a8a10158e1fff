"""What is known of one key over time, and the JSON it is kept as (states after Controlled Identifiers 1.0).

https://www.w3.org/TR/cid-1.0/#verification-methods (``revoked``)
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from gateway.errors import KeyInvalid, KeyStateRefused, RequestRefused
from gateway.keys import (
    PublicKey,
    SecretKey,
    did_key,
    multikey,
    public_key_from_multikey,
    public_key_of,
    secret_key_from_multikey,
    secret_multikey,
)

__all__ = ["ACTIVE", "ALGORITHMS", "REASONS", "RETIRED", "REVOKED", "KeyRecord", "read", "stamp", "write"]

ACTIVE, RETIRED, REVOKED = "active", "retired", "revoked"

REASONS = ("compromised", "superseded", "ceased", "unspecified")
"""Why a key may be revoked."""

ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}
"""The JOSE name (RFC 7518, RFC 8037) of what each kind of key signs with."""

SOURCES = ("file", "pkcs11", "kms", "environment")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
DATES = ("created", "retired", "revoked")


def stamp(now: datetime) -> str:
    """A moment as it is written: UTC, to the second."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One key: its number, its public form, and when its state changed.

    The state follows from the dates and only ever moves on: active, retired, revoked. ``source`` says
    where its secret half is. Number 0 is that of the environment, which is in no store.
    """

    number: int
    created: str
    public: PublicKey
    retired: str = ""
    revoked: str = ""
    reason: str = ""
    source: str = "file"

    @property
    def state(self) -> str:
        """``active``, ``retired`` or ``revoked``."""
        if self.revoked:
            return REVOKED
        return RETIRED if self.retired else ACTIVE

    @property
    def kind(self) -> str:
        """The kind of the key, ``ed25519`` or ``p256``."""
        return self.public.kind

    @property
    def did(self) -> str:
        """The did:key of the key."""
        return did_key(self.public)

    @property
    def fragment(self) -> str:
        """What names the key within a DID document: unique, and the same for as long as the key is known."""
        return f"key-{self.number}" if self.number else multikey(self.public)

    def to_json(self) -> dict[str, Any]:
        """The public half as JSON, empty members left out."""
        members = {
            "number": self.number,
            "kind": self.kind,
            "state": self.state,
            "publicKeyMultibase": multikey(self.public),
            "created": self.created,
            "retired": self.retired,
            "revoked": self.revoked,
            "reason": self.reason,
        }
        return {name: value for name, value in members.items() if value}

    def after_retiring(self, now: datetime) -> KeyRecord:
        """The record of the retired key; a key that is retired stays as it is.

        The date is never before an earlier one, whatever the clock says. Raises ``KeyStateRefused`` for
        a revoked key.
        """
        if self.state == REVOKED:
            raise KeyStateRefused(f"key {self.number} is revoked", hint="A revoked key stays revoked.")
        return self if self.retired else replace(self, retired=max(stamp(now), self.created))

    def after_revoking(self, now: datetime, reason: str) -> KeyRecord:
        """The record of the revoked key. A key revoked for another reason may turn out compromised.

        Raises ``RequestRefused`` for a reason there is not, ``KeyStateRefused`` for a key revoked for
        another one.
        """
        if reason not in REASONS:
            raise RequestRefused("not a reason to revoke", hint=f"Reasons are {', '.join(REASONS)}.")
        if not self.revoked:
            return replace(self, revoked=max(stamp(now), self.created, self.retired), reason=reason)
        if reason not in (self.reason, "compromised"):
            raise KeyStateRefused(f"key {self.number} is revoked as {self.reason}")
        return replace(self, reason=reason)


def write(record: KeyRecord, secret: SecretKey | None) -> bytes:
    """The file of a key; that of a revoked one never holds a secret."""
    content = {
        **{name: getattr(record, name) for name in (*DATES, "reason")},
        "source": "" if record.source == "file" else record.source,
        "publicKeyMultibase": multikey(record.public),
    }
    members = {name: value for name, value in content.items() if value}
    if secret is not None and not record.revoked:
        members["secretKeyMultibase"] = secret_multikey(secret)
    return json.dumps(members, indent=2).encode()


def read(number: int, content: bytes) -> tuple[KeyRecord, SecretKey | None]:
    """The key a file holds, with its secret half unless it is revoked or elsewhere.

    Raises ``KeyInvalid``, which holds nothing of the content, for anything that ``write`` does not make.
    """
    try:
        members = json.loads(content)
    except (ValueError, RecursionError):
        raise KeyInvalid("the file is not JSON") from None
    if not isinstance(members, dict):
        raise KeyInvalid("the file holds no object")
    record = _record(number, members)
    text = members.get("secretKeyMultibase")
    if text is None and record.state == ACTIVE and record.source == "file":
        raise KeyInvalid("the secret key is missing")
    if text is None or record.state == REVOKED:
        return record, None
    secret = secret_key_from_multikey(text)
    if public_key_of(secret) != record.public:
        raise KeyInvalid("the two keys do not belong together")
    return record, secret


def _record(number: int, members: dict[str, Any]) -> KeyRecord:
    given = {name: members.get(name, "") for name in (*DATES, "reason")}
    source = members.get("source", "file")
    dates = [_date(given[name]) for name in DATES]
    known = [date for date in dates if date]
    if not dates[0] or known != sorted(known):
        raise KeyInvalid("the dates are missing or out of order")
    if given["reason"] not in (REASONS if given["revoked"] else ("",)) or source not in SOURCES:
        raise KeyInvalid("the reason or the source is not known")
    public = public_key_from_multikey(members.get("publicKeyMultibase"))
    if public.kind not in ALGORITHMS:
        raise KeyInvalid("the key does not sign")
    return KeyRecord(number, public=public, source=source, **given)


def _date(text: Any) -> str:
    """A date as ``stamp`` writes it, or none."""
    if text == "":
        return ""
    if not isinstance(text, str) or not DATE.match(text):
        raise KeyInvalid("a date is malformed")
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise KeyInvalid("a date is malformed") from None
    return text
