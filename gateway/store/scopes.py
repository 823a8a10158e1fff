"""What keys and tokens allow: the gateway's own scopes, and those of Open Badges, which are parts of them."""

from __future__ import annotations

from collections.abc import Collection

__all__ = [
    "ASSERTIONS_READ",
    "ASSERTIONS_WRITE",
    "CREDENTIALS_READ",
    "CREDENTIALS_WRITE",
    "GRANTABLE",
    "OFFLINE",
    "PARTS",
    "PROFILE_2_READ",
    "PROFILE_READ",
    "PROFILE_WRITE",
    "SCOPES",
    "allows",
]

SCOPES = ("push", "read", "sign", "admin")
"""What a key may allow: to hand credentials in, to fetch, to have signed, to govern the tenant."""

CREDENTIALS_READ = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly"
CREDENTIALS_WRITE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.upsert"
PROFILE_READ = "https://purl.imsglobal.org/spec/ob/v3p0/scope/profile.readonly"
PROFILE_WRITE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/profile.update"
ASSERTIONS_READ = "https://purl.imsglobal.org/spec/ob/v2p1/scope/assertion.readonly"
ASSERTIONS_WRITE = "https://purl.imsglobal.org/spec/ob/v2p1/scope/assertion.create"
PROFILE_2_READ = "https://purl.imsglobal.org/spec/ob/v2p1/scope/profile.readonly"
OFFLINE = "offline_access"
"""Asked for by clients that want a refresh token; every client that a person lets in gets one."""

FULL = {
    CREDENTIALS_READ: "read",
    CREDENTIALS_WRITE: "push",
    ASSERTIONS_READ: "read",
    ASSERTIONS_WRITE: "push",
}
"""Scopes of Open Badges that allow all that one of the gateway's does."""
PARTS = FULL | {PROFILE_READ: "read", PROFILE_WRITE: "push", PROFILE_2_READ: "read"}
"""Scopes of Open Badges by the gateway's scope that allows them too."""
GRANTABLE = (*PARTS, OFFLINE, "push", "read", "sign")
"""What a client may be given; governing is for keys."""


def allows(given: Collection[str], scope: str) -> bool:
    """Whether scopes that were given allow what one stands for."""
    whole = PARTS.get(scope)
    return scope in given or whole in given or any(FULL.get(part) == scope for part in given)
