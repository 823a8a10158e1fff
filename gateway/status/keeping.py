"""How long a status list may be used without asking again: its ``ttl`` and its period.

https://www.w3.org/TR/vc-bitstring-status-list/#bitstringstatuslistcredential
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.envelopes import read_json
from gateway.envelopes.jwt import credential_in, is_compact, read_jwt
from gateway.errors import GatewayError
from gateway.status.bitstring import LIST_TYPES

__all__ = ["LONGEST", "USUAL", "Lifetime", "lifetime_of"]

USUAL = timedelta(minutes=5)
"""The ``ttl`` of a list that names none, as the specification has it."""
LONGEST = timedelta(hours=1)
"""Longest that a list is used without asking, whatever it says: so long a withdrawal may go unseen."""
ENDLESS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """For how long after it was fetched, and until when at the latest."""

    span: timedelta
    until: datetime


def lifetime_of(data: bytes) -> Lifetime | None:
    """What a status list says of this; None for what is no status list. Says nothing of whether it holds."""
    try:
        tree = credential_in(read_jwt(data)) if is_compact(data) else read_json(data)
    except GatewayError:
        return None
    if not isinstance(tree, dict) or not LIST_TYPES & _types(tree.get("type")):
        return None
    subject = tree.get("credentialSubject")
    ends = [_moment(tree.get(name)) for name in ("validUntil", "expirationDate")]
    return Lifetime(_span(subject.get("ttl") if isinstance(subject, dict) else None), min(ends))


def _types(value: Any) -> frozenset[str]:
    return frozenset(v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str))


def _span(ttl: Any) -> timedelta:
    if isinstance(ttl, bool) or not isinstance(ttl, int) or ttl < 0:
        return USUAL
    return min(timedelta(milliseconds=min(ttl, 10**12)), LONGEST)


def _moment(value: Any) -> datetime:
    """The end that a list names; whether it is over is for the check of its period to say."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else ENDLESS
    except ValueError:
        return ENDLESS
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
