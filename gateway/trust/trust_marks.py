"""Trust marks: what the trust anchor itself attests of an entity, and signs.

Marks of other issuers are left out, for the gateway has no way to their keys that the anchor vouches for.
https://openid.net/specs/openid-federation-1_0.html#section-7
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.errors import TrustListMalformed
from gateway.trust.documents import address, mapping, text
from gateway.trust.entity_statements import SKEW, EntityStatement
from gateway.trust.statements import Accreditation
from gateway.trust.tokens import holds, moment, read_token

__all__ = ["MAX_MARKS", "trust_marks"]

MAX_MARKS = 8
TYPE = "trust-mark+jwt"


def trust_marks(entity: EntityStatement, top: EntityStatement, now: datetime) -> tuple[Accreditation, ...]:
    """The marks in an entity's configuration that the anchor ``top`` issued to it and that are in force."""
    entries = entity.token.payload.get("trust_marks")
    shown = entries[:MAX_MARKS] if isinstance(entries, list) else []
    found = (_mark(mapping(entry).get("trust_mark"), entity.subject, top, now) for entry in shown)
    return tuple(mark for mark in found if mark is not None)


def _mark(value: Any, subject: str, top: EntityStatement, now: datetime) -> Accreditation | None:
    try:
        token = read_token(value.encode() if isinstance(value, str) else b"")
        issued, expires = moment(token.payload.get("iat")), moment(token.payload.get("exp"))
    except TrustListMalformed:
        return None
    kind = text(token.payload.get("trust_mark_type", token.payload.get("id")))
    said = (token.payload.get("iss"), token.payload.get("sub"), str(token.header.get("typ")).lower())
    in_force = issued is not None and issued <= now + SKEW and (expires is None or now < expires)
    keys = (key.key for key in top.keys if key.id == token.header.get("kid"))
    if said != (top.subject, subject, TYPE) or not kind or not in_force:
        return None
    if not any(holds(token, key) for key in keys):
        return None
    return Accreditation(kind, address(token.payload.get("ref")), top.subject, expires)
