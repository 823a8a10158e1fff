"""The settings, read once at the door and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from gateway.errors import SettingInvalid

__all__ = ["Settings", "did_web_of"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between one gateway and another.

    ``public_url`` is the https address people reach the gateway at; it gives the gateway a did:web.
    ``issuer_country`` is a three-letter code.
    ``signing_key`` is a secret Multikey for development; keys otherwise lie in ``data``/keys.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    data: Path = Path("data")
    public_url: str | None = None
    signing_key: str | None = field(default=None, repr=False)
    issuer_name: str = "Micro-credential gateway"
    issuer_country: str = ""
    workers: int = 2
    max_queue: int = 64
    fetch_timeout: float = 5.0
    fetch_max_bytes: int = 262_144
    allow_private_addresses: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], **overrides: Any) -> Settings:
        """The settings from variables ``GATEWAY_<NAME>``; ``overrides`` win.

        Raises ``SettingInvalid`` naming the setting; a secret value is never repeated.
        """
        given: dict[str, Any] = {}
        for name, read in _READERS.items():
            text = environ.get(f"GATEWAY_{name.upper()}")
            if text is not None and name not in overrides:
                given[name] = _read(name, read, text)
        settings = cls(**{**given, **overrides})
        if not 0 <= settings.port <= 65_535:
            raise SettingInvalid("port is a number from 0 to 65535")
        return settings


def _read(name: str, read: Any, text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise SettingInvalid(f"GATEWAY_{name.upper()} is malformed") from None


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError
    return text.lower() in ("true", "1")


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def _country(text: str) -> str:
    if len(text) != 3 or not text.isascii() or not text.isupper():
        raise ValueError
    return text


def _https_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError
    return text.rstrip("/")


_READERS: dict[str, Any] = {
    "host": str,
    "port": int,
    "data": Path,
    "public_url": _https_url,
    "signing_key": str,
    "issuer_name": str,
    "issuer_country": _country,
    "workers": _count,
    "max_queue": _count,
    "fetch_timeout": float,
    "fetch_max_bytes": _count,
    "allow_private_addresses": _boolean,
}


def did_web_of(public_url: str) -> str:
    """The did:web of a public https address: port percent-encoded, path steps after colons."""
    parts = urlsplit(public_url)
    host = (parts.hostname or "") + (f"%3A{parts.port}" if parts.port else "")
    steps = [quote(step, safe="-._~") for step in parts.path.split("/") if step]
    return ":".join(["did:web", host, *steps])
