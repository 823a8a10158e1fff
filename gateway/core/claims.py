"""Credentials that are sets of claims (SD-JWT VC): the members that verification asks about, under VCDM's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.codecs import CODECS, CodecContext, Refused
from gateway.report import Check, Verdict

__all__ = ["MEMBERS", "claims_status_checks", "members_of_claims"]

Json = dict[str, Any]

MEMBERS = {
    "id": "jti",
    "issuer": "iss",
    "validFrom": "nbf",
    "validUntil": "exp",
    "expirationDate": "date_of_expiry",
}
"""The claims that stand for members of a credential."""


def members_of_claims(claims: Mapping[str, Any]) -> Json:
    """The members as VCDM writes them; a day of expiry is in force to its end. A malformed date stays as it is."""
    found = {name: claims[claim] for name, claim in MEMBERS.items() if claim in claims}
    for name in ("validFrom", "validUntil"):
        if name in found:
            found[name] = _date(found[name])
    if isinstance(day := found.get("expirationDate"), str) and len(day) == len("2026-01-31"):
        found["expirationDate"] = f"{day}T23:59:59Z"
    return found


def _date(seconds: Any) -> Any:
    whole = int(seconds) if isinstance(seconds, float) and seconds.is_integer() else seconds
    try:
        return CODECS["numeric_date"].read(whole, CodecContext())
    except Refused:
        return seconds


def claims_status_checks(claims: Mapping[str, Any]) -> list[Check]:
    """What is open about the status: token status lists are not read."""
    if "status" not in claims:
        return []
    return [
        Check(
            "status", Verdict.UNDETERMINED, "status_type_unknown", "the kind of status is not known to the gateway",
            "/status", "Ask the issuer whether the credential is in force.",
        )
    ]  # fmt: skip
