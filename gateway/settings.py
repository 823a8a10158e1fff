"""The settings, read once at the door and never changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from gateway.errors import SettingInvalid

__all__ = ["EXPECTED", "READERS", "VARIABLES", "Settings", "did_web_of", "variable_of", "wrong_together"]


WALLET_PROFILES = ("digital-bazaar",)
HTTPS_PORT, MAX_PORT = 443, 65_535
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\Z")
_PATH = re.compile(r"(/|[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})*\Z")
_KEY_NAME = re.compile(r"[A-Za-z0-9:/_-]{1,2048}\Z")
_REGION = re.compile(r"[a-z0-9-]{1,64}\Z")
_ORIGIN = re.compile(r"https://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?\Z")
_NOT_IN_STEP = re.compile(r"[/\\?#\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between one gateway and another.

    ``database`` is the URL of what is kept, ``sqlite:`` or ``postgresql:``; without it, a file in ``data``.
    ``anonymous`` is what callers without a key may do: ``sign`` in development and nothing in production,
    unless it is said. Verifying and converting without a signature are open to all.
    ``public_url`` is the https address people reach the gateway at; it gives the gateway a did:web.
    ``terms_url`` and ``privacy_url`` are where clients of its APIs read what they agree to.
    ``issuer_country`` is a three-letter code.
    ``environment`` is ``development`` or ``production``.
    ``signing_key`` is a secret Multikey for development; keys otherwise lie in ``data``/keys, in the
    PKCS#11 token that ``pkcs11_…`` names, or in the key service that ``kms_…`` names, which is asked with
    the credentials ``aws_…``.
    ``trust_list``, ``known_registries`` (an address or a file), ``federation_anchors`` (identifiers with the
    files of their keys), ``ebsi_registry`` and ``eu_trusted_list`` (an address or a file) with
    ``eu_trust_anchors`` (a file of certificates) are the lists that say who an issuer is; ``seal_anchors`` is
    a file of certificates that seals may lead to;
    ``trust_required`` makes every policy demand that one names it.
    ``tls_cert`` and ``tls_key`` are PEM files, of a certificate with its chain and of its key: it then speaks https.
    ``telemetry`` is the address of the OpenTelemetry collector that is told of requests;
    ``log`` is ``json`` or ``text``; without it, text on a terminal and JSON elsewhere.
    ``wallet_profiles`` are the departures from OpenID4VCI that are put up with for certain wallets.
    ``did_fresh`` is for how many seconds a DID document is used without asking again;
    ``ebsi_did_registry`` is where did:ebsi is asked for when not below ``ebsi_registry``, and
    ``universal_resolver`` who is asked for methods the gateway does not have. ``fetch_ports`` are the ports
    that may be asked of others.
    ``allow_private_addresses`` opens the inside of the network to tests; no variable sets it.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    data: Path = Path("data")
    database: str | None = field(default=None, repr=False)
    anonymous: tuple[str, ...] | None = None
    public_url: str | None = None
    terms_url: str | None = None
    privacy_url: str | None = None
    environment: str = "development"
    signing_key: str | None = field(default=None, repr=False)
    pkcs11_module: str | None = None
    pkcs11_token: str | None = None
    pkcs11_label: str | None = None
    pkcs11_pin: str | None = field(default=None, repr=False)
    pkcs11_pin_file: Path | None = None
    kms_key: str | None = None
    kms_region: str | None = None
    kms_endpoint: str | None = None
    aws_access_key_id: str | None = field(default=None, repr=False)
    aws_secret_access_key: str | None = field(default=None, repr=False)
    aws_session_token: str | None = field(default=None, repr=False)
    issuer_name: str = "Micro-credential gateway"
    issuer_country: str = ""
    processes: int = 1
    workers: int = 2
    max_queue: int = 94
    requests_per_minute: int = 60_000
    connections: int = 512
    connections_each: int = 32
    log: str | None = None
    telemetry: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    fetch_timeout: float = 5.0
    fetch_max_bytes: int = 262_144
    fetch_ports: tuple[int, ...] = (HTTPS_PORT,)
    did_fresh: float = 600.0
    ebsi_did_registry: str | None = None
    universal_resolver: str | None = None
    trust_list: Path | None = None
    known_registries: str | None = None
    federation_anchors: tuple[tuple[str, Path], ...] = ()
    ebsi_registry: str | None = None
    eu_trusted_list: str | None = None
    eu_trust_anchors: Path | None = None
    seal_anchors: Path | None = None
    trust_required: bool = False
    wallet_profiles: tuple[str, ...] = ()
    allow_private_addresses: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], **overrides: Any) -> Settings:
        """The settings from variables ``GATEWAY_<NAME>`` (and ``AWS_<NAME>``); ``overrides`` win.

        Raises ``SettingInvalid`` naming the setting; a secret value is never repeated.
        """
        given: dict[str, Any] = {}
        for name, read in READERS.items():
            text = environ.get(variable_of(name))
            if text is not None and name not in overrides:
                given[name] = _read(name, read, text)
        settings = cls(**{**given, **overrides})
        for _, wrong in wrong_together(settings):
            raise SettingInvalid(wrong)
        return settings

    @property
    def database_url(self) -> str:
        """Where the database is."""
        return self.database or f"sqlite:///{self.data / 'gateway.db'}"

    @property
    def anonymous_scopes(self) -> tuple[str, ...]:
        """What callers without a key may do."""
        if self.anonymous is not None:
            return self.anonymous
        return ("sign",) if self.environment == "development" else ()


def wrong_together(settings: Settings) -> Iterator[tuple[str, str]]:
    """What is wrong with settings that are well formed each: the name of one, and a sentence."""
    if not 0 <= settings.port <= MAX_PORT:
        yield "port", "port is a number from 0 to 65535"
    if (settings.tls_cert is None) != (settings.tls_key is None):
        yield "tls_cert" if settings.tls_key is None else "tls_key", "tls_cert and tls_key are given together"
    if settings.processes < 1:
        yield "processes", "processes is a number from 1 on"


def _read(name: str, read: Any, text: str) -> Any:
    try:
        return read(text)
    except ValueError:
        raise SettingInvalid(f"{variable_of(name)} is malformed", hint=_expected(read)) from None


def _expected(read: Any) -> str:
    return f"Write {EXPECTED[read]}." if read in EXPECTED else ""


def variable_of(name: str) -> str:
    """The environment variable of a setting; credentials of AWS keep the names they have everywhere."""
    return name.upper() if name.startswith("aws_") else f"GATEWAY_{name.upper()}"


def _path(text: str) -> Path:
    return Path(_text(text))


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def _country(text: str) -> str:
    if len(text) != 3 or not text.isascii() or not text.isupper():
        raise ValueError
    return text


def _seconds(text: str) -> float:
    if not (math.isfinite(number := float(text)) and number > 0):
        raise ValueError
    return number


def _ports(text: str) -> tuple[int, ...]:
    """``443, 8443``: the ports that are asked, and no others."""
    ports = tuple(int(part) for part in text.split(","))
    if not all(1 <= port <= MAX_PORT for port in ports):
        raise ValueError
    return ports


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text.strip()


def _environment(text: str) -> str:
    if text not in ("development", "production"):
        raise ValueError
    return text


def _log(text: str) -> str:
    if text not in ("json", "text"):
        raise ValueError
    return text


def _secret(text: str) -> str | None:
    return text.strip() or None


def _key_name(text: str) -> str:
    if not _KEY_NAME.match(text):
        raise ValueError
    return text


def _region(text: str) -> str:
    if not _REGION.match(text):
        raise ValueError
    return text


def _collector(text: str) -> str:
    """An http or https address, with or without a path; most often of the same machine."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def _origin(text: str) -> str:
    """An https address without a path; a host may be inside, by name or by address."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not _ORIGIN.match(text) or parts.port == 0:
        raise ValueError
    return text.rstrip("/")


def _scopes(text: str) -> tuple[str, ...]:
    """``sign, read``, or ``none``."""
    names = tuple(part.strip() for part in text.split(","))
    if names == ("none",):
        return ()
    if not set(names) <= {"push", "read", "sign"}:
        raise ValueError
    return names


def _profiles(text: str) -> tuple[str, ...]:
    """``digital-bazaar``, or ``none``."""
    names = tuple(part.strip() for part in text.split(","))
    if names == ("none",):
        return ()
    if not set(names) <= set(WALLET_PROFILES):
        raise ValueError
    return names


def _yes(text: str) -> bool:
    if text.strip().lower() not in ("true", "false"):
        raise ValueError
    return text.strip().lower() == "true"


def _networks(text: str) -> tuple[str, ...]:
    """``10.0.0.5, 2001:db8::/32``: addresses and networks; or ``none``."""
    if text.strip() == "none":
        return ()
    return tuple(str(ip_network(part.strip())) for part in text.split(","))


def _anchors(text: str) -> tuple[tuple[str, Path], ...]:
    """``https://anchor.example.org=keys.json, …``: identifiers of trust anchors and files of their keys."""
    parts = [entry.partition("=") for entry in text.split(",")]
    pairs = tuple((identifier.strip(), path.strip()) for identifier, _, path in parts)
    if not all(path for _, path in pairs):
        raise ValueError
    for identifier, _ in pairs:
        _public_parts(identifier)
    return tuple((identifier, Path(path)) for identifier, path in pairs)


def _https_url(text: str) -> str:
    _public_parts(text)
    return text.rstrip("/")


def _public_parts(text: str) -> SplitResult:
    """The parts of an https URL with a host name and a path and nothing else; ``ValueError`` otherwise."""
    parts = urlsplit(text)
    steps = [unquote(step) for step in parts.path.split("/")]
    wrong = parts.scheme != "https" or not _HOST_NAME.match(parts.hostname or "") or parts.port == 0
    more = "@" in parts.netloc or "?" in text or "#" in text
    bad = any(step in (".", "..") or _NOT_IN_STEP.search(step) for step in steps)
    if wrong or more or bad or not _PATH.match(parts.path):
        raise ValueError
    return parts


READERS: dict[str, Any] = {
    "host": _text,
    "port": int,
    "data": _path,
    "database": _text,
    "anonymous": _scopes,
    "public_url": _https_url,
    "terms_url": _https_url,
    "privacy_url": _https_url,
    "environment": _environment,
    "signing_key": _text,
    "pkcs11_module": _text,
    "pkcs11_token": _text,
    "pkcs11_label": _text,
    "pkcs11_pin": _secret,
    "pkcs11_pin_file": _path,
    "kms_key": _key_name,
    "kms_region": _region,
    "kms_endpoint": _origin,
    "aws_access_key_id": _secret,
    "aws_secret_access_key": _secret,
    "aws_session_token": _secret,
    "issuer_name": _text,
    "issuer_country": _country,
    "processes": _count,
    "workers": _count,
    "max_queue": _count,
    "requests_per_minute": _count,
    "connections": _count,
    "connections_each": _count,
    "log": _log,
    "telemetry": _collector,
    "tls_cert": _path,
    "tls_key": _path,
    "proxies": _networks,
    "fetch_timeout": _seconds,
    "fetch_max_bytes": _count,
    "fetch_ports": _ports,
    "did_fresh": _seconds,
    "ebsi_did_registry": _https_url,
    "universal_resolver": _https_url,
    "trust_list": _path,
    "known_registries": _text,
    "federation_anchors": _anchors,
    "ebsi_registry": _https_url,
    "eu_trusted_list": _text,
    "eu_trust_anchors": _path,
    "seal_anchors": _path,
    "trust_required": _yes,
    "wallet_profiles": _profiles,
}

EXPECTED: dict[Any, str] = {
    int: "a whole number",
    _anchors: "identifiers with the files of their keys, as https://anchor.example.org=keys.json",
    _collector: "an http or https address without a query, as http://127.0.0.1:4318",
    _count: "a whole number from 1 on",
    _country: "three capital letters, as AUT",
    _environment: "development or production",
    _https_url: "an https address of a host name, without a query",
    _key_name: "the name of a key, its alias or ARN",
    _log: "json or text",
    _networks: "addresses and networks with commas between them, as 10.0.0.5, 2001:db8::/32; or none",
    _origin: "an https address without a path",
    _path: "the name of a file or folder",
    _ports: "ports with commas between them, as 443, 8443",
    _profiles: f"some of {', '.join(WALLET_PROFILES)} with commas between them; or none",
    _region: "the name of a region, as eu-central-1",
    _scopes: "some of push, read, sign with commas between them; or none",
    _seconds: "a number of seconds above 0",
    _text: "a text that is not empty",
    _yes: "true or false",
}
"""How a value is written, by what reads it."""

VARIABLES = ("GATEWAY_CONFIG", *(variable_of(name) for name in READERS))
"""Every environment variable that is read."""


def did_web_of(public_url: str) -> str:
    """The did:web of a public https address: port percent-encoded, path steps after colons.

    Raises ``SettingInvalid`` for anything but an https URL of a host name and a path.
    """
    try:
        parts = _public_parts(public_url)
    except ValueError:
        raise SettingInvalid("GATEWAY_PUBLIC_URL is malformed") from None
    port = f"%3A{parts.port}" if parts.port not in (None, HTTPS_PORT) else ""
    host = (parts.hostname or "") + port
    # A DID has no tilde (DID Core section 3.1), which ``quote`` leaves as it is.
    steps = [quote(unquote(s), safe="-._").replace("~", "%7E") for s in parts.path.split("/") if s]
    return ":".join(["did:web", host, *steps])
