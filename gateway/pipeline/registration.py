"""What a client says when it registers itself (RFC 7591), as the Open Badges API has it: all of it is checked here.

https://www.imsglobal.org/spec/ob/v3p0/#dynamic-client-registration
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from gateway.errors import ClientMetadataInvalid, RedirectInvalid
from gateway.store.scopes import GRANTABLE

__all__ = ["Registration", "registration"]

TEXTS = ("client_name", "software_id", "software_version")
ADDRESSES = ("client_uri", "logo_uri", "tos_uri", "policy_uri")
FIXED = {
    "token_endpoint_auth_method": ("client_secret_basic", {"client_secret_basic"}),
    "grant_types": (["authorization_code", "refresh_token"], {"authorization_code", "refresh_token"}),
    "response_types": (["code"], {"code"}),
}
"""Members that leave little choice: what stands when they are absent, and all that they may say."""
LONGEST_TEXT = 2048
MOST_REDIRECTS = 10
ADDRESS = re.compile(r"[\x21-\x7e]{1,2048}\Z")
HOST = re.compile(r"[a-z0-9.-]{1,253}\Z")


@dataclass(frozen=True, slots=True)
class Registration:
    """What a client is registered with: ``metadata`` is told back to it."""

    scopes: tuple[str, ...]
    metadata: Mapping[str, Any]


def registration(given: Any) -> Registration:
    """What is registered, without members that nobody knows.

    Raises ``ClientMetadataInvalid``, ``RedirectInvalid``.
    """
    if not isinstance(given, dict):
        raise ClientMetadataInvalid("the registration is not a JSON object")
    metadata: dict[str, Any] = {}
    for name in TEXTS:
        if name in given:
            metadata[name] = _text(given, name)
    if not metadata.get("client_name", "").strip():
        raise ClientMetadataInvalid("client_name is missing", pointer="/client_name")
    host = ""
    for name in ADDRESSES:
        if name in given:
            host = _same_host(_address(given, name), name, host)
            metadata[name] = given[name]
    metadata["redirect_uris"] = _redirects(given, host)
    for name, (usual, known) in FIXED.items():
        metadata[name] = _fixed(given.get(name, usual), name, known)
    scopes = _scopes(given)
    return Registration(scopes, metadata | {"scope": " ".join(scopes)})


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given[name]
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise ClientMetadataInvalid(
            f"{name} is a text of at most {LONGEST_TEXT} printable characters", pointer=f"/{name}"
        )
    return value


def _address(given: Mapping[str, Any], name: str) -> SplitResult:
    parts = _https(given[name])
    if parts is None:
        raise ClientMetadataInvalid(f"{name} is not an https address", pointer=f"/{name}")
    return parts


def _https(value: Any) -> SplitResult | None:
    """The parts of an https address with a plain host; None for anything else."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and ADDRESS.match(value) else None
        if parts is None or parts.scheme != "https" or "@" in parts.netloc or parts.port == 0:
            return None
    except ValueError:
        return None
    return parts if HOST.match(parts.hostname or "") else None


def _same_host(parts: SplitResult, name: str, host: str) -> str:
    if host and parts.hostname != host:
        raise ClientMetadataInvalid(f"{name} is on another host than the others", pointer=f"/{name}")
    return parts.hostname or ""


def _redirects(given: Mapping[str, Any], host: str) -> list[str]:
    value = given.get("redirect_uris")
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_REDIRECTS:
        raise RedirectInvalid(f"redirect_uris is a list of 1 to {MOST_REDIRECTS}", pointer="/redirect_uris")
    for position, address in enumerate(value):
        parts, pointer = _https(address), f"/redirect_uris/{position}"
        if parts is None or "#" in address:
            raise RedirectInvalid("not an https address without a fragment", pointer=pointer)
        if host and parts.hostname != host:
            raise RedirectInvalid("on another host than the client's other addresses", pointer=pointer)
        host = parts.hostname or ""
    return value


def _fixed(value: Any, name: str, known: set[str]) -> Any:
    entries = value if isinstance(value, list) else [value]
    if not entries or not all(isinstance(entry, str) and entry in known for entry in entries):
        raise ClientMetadataInvalid(f"{name} is of {', '.join(sorted(known))}", pointer=f"/{name}")
    return value


def _scopes(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The scopes asked for that there are."""
    asked = set(_text(given, "scope").split()) if "scope" in given else set()
    known = tuple(scope for scope in GRANTABLE if scope in asked)
    if not known:
        raise ClientMetadataInvalid(
            "scope names none that there is", pointer="/scope", hint=f"Known: {', '.join(GRANTABLE)}."
        )
    return known
