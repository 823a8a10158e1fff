"""What a wallet asks a person for at the authorization endpoint; no wallet is known before, so none is trusted.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html section 5, RFC 7636, RFC 8252 section 7
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from gateway.errors import OAuthRefused, OfferEnded, RedirectInvalid, ResponseTypeUnsupported, ScopeInvalid
from gateway.pipeline.offer_access import Access, Consented, details_in, restricted

__all__ = ["FIELDS", "asked_by", "goes_back_to"]

Form = Mapping[str, str]

FIELDS = (
    "response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method", "state",
    "issuer_state", "scope", "authorization_details",
)  # fmt: skip
"""What an authorization request may say."""
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
PRINTABLE = re.compile(r"[\x21-\x7e]{1,2048}\Z")
STATE = re.compile(r"[\x20-\x7e]{0,1024}\Z")
PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)*\Z")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
NO_WALLETS = frozenset(
    (
        "about",
        "blob",
        "data",
        "file",
        "filesystem",
        "ftp",
        "javascript",
        "vbscript",
        "view-source",
        "ws",
        "wss",
    )
)
"""Schemes that belong to browsers, not to apps."""


def goes_back_to(address: str) -> str:
    """The redirect_uri of a wallet, if a wallet can have it: https, loopback, or an app's own scheme.

    Raises ``RedirectInvalid``: nobody is sent there.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise RedirectInvalid("redirect_uri is malformed") from None
    wrong = not PRINTABLE.match(address) or parts.fragment or "#" in address or "@" in parts.netloc
    if parts.scheme in ("https", "http"):
        wrong = wrong or not host or (parts.scheme == "http" and host not in LOOPBACK)
    else:
        wrong = wrong or not PRIVATE_SCHEME.match(parts.scheme) or parts.scheme in NO_WALLETS
    if wrong:
        raise RedirectInvalid("redirect_uri is no address that a wallet can have")
    return address


async def asked_by(access: Access, fields: Form) -> Consented:
    """What is asked for, in order. Raises an ``OAuthRefused``. That it may go back there was checked before."""
    if fields.get("response_type") != "code":
        raise ResponseTypeUnsupported("response_type is not code")
    if fields.get("code_challenge_method") != "S256" or not CHALLENGE.match(fields.get("code_challenge", "")):
        raise OAuthRefused("code_challenge is not a SHA-256 in base64url with the method S256")
    if not STATE.match(fields.get("state", "")) or not PRINTABLE.match(fields.get("client_id", "")):
        raise OAuthRefused("client_id or state is missing, too long or not printable")
    details = details_in(fields)
    try:
        found = await access.offer_for(fields.get("issuer_state", ""))
    except OfferEnded as error:
        raise OAuthRefused(error.detail) from None
    return Consented(
        found, fields["client_id"], fields["redirect_uri"], fields["code_challenge"],
        _wanted(fields, details, found.configurations), details is not None,
    )  # fmt: skip


def _wanted(fields: Form, details: tuple[str, ...] | None, offered: tuple[str, ...]) -> tuple[str, ...]:
    """The forms that scope and authorization_details ask for, all without them."""
    scopes = tuple(fields.get("scope", "").split())
    if set(scopes) - set(offered):
        raise ScopeInvalid("a scope is not one of the forms that were offered")
    if details is not None:
        return restricted(details, offered)
    return restricted(scopes, offered) if scopes else offered
