"""JAdES seals as the Commission makes them: JWS in general JSON serialization, its certificate and timestamps.

ETSI TS 119 182-1; RFC 7515 section 7.2.1, RFC 7797 (``b64: false``). What makes other JOSE libraries
refuse such files, the critical parameters ``b64``, ``sigT`` and ``adoTst``, is understood here, and nothing else is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from gateway.certificates import read_certificate, verify_timestamp
from gateway.envelopes import read_json
from gateway.envelopes.jwt import base64url_decode, base64url_encode
from gateway.errors import GatewayError
from gateway.keys import ALGORITHMS
from gateway.proofs.sealing import Sealed, malformed, seal_checks, signature_check
from gateway.proofs.secured import Secured

__all__ = ["verify_jades"]

Json = dict[str, Any]
CRITICAL = frozenset(("b64", "sigT", "adoTst"))
"""The parameters a seal may call critical: how the payload is signed, when, and timestamps made before."""
PROTECTED_ALONE = frozenset(("crit", "b64", "alg", "x5c", "x5t#S256", "sigT", "iat"))
"""Parameters that mean nothing unless they are signed."""
MAX_SIGNATURES = 4
MAX_STAMPS = 4
MAX_ETSI = 32
MAX_CERTIFICATES = 16


def verify_jades(
    data: bytes, now: datetime, *, anchors: Sequence[bytes] = (), at_signing: bool = False
) -> tuple[Secured, ...]:
    """Every signature of a seal. ``at_signing`` judges the certificate at the time the seal says, for archives.

    ``data`` are the bytes of the whole file; nothing is raised for what is wrong with it.
    """
    try:
        tree = read_json(data)
        signatures, payload = tree["signatures"], tree["payload"].encode()
    except (GatewayError, KeyError, TypeError, AttributeError, UnicodeEncodeError):
        return (Secured((malformed("the seal has no payload or no signatures", ""),)),)
    if not isinstance(signatures, list) or not 0 < len(signatures) <= MAX_SIGNATURES:
        message = f"a seal has one signature, or at most {MAX_SIGNATURES}"
        return (Secured((malformed(message, "/signatures"),), pointer="/signatures"),)
    return tuple(
        _verified(entry, payload, f"/signatures/{position}", now, anchors, at_signing)
        for position, entry in enumerate(signatures)
    )


@dataclass(frozen=True, slots=True)
class _Seal:
    """One signature taken apart; ``values`` are its unsigned properties."""

    header: Json
    signing_input: bytes
    signature: bytes
    signature_text: str
    chain: tuple[bytes, ...]
    values: tuple[Json, ...]


def _verified(
    entry: Any, payload: bytes, pointer: str, now: datetime, anchors: Sequence[bytes], at_signing: bool
) -> Secured:
    try:
        seal = _taken_apart(entry, payload)
        certificate = read_certificate(seal.chain[0])
    except _Refused as error:
        return Secured((malformed(str(error), pointer, error.code),), pointer=pointer)
    except GatewayError as error:
        return Secured((malformed(error.detail, pointer, error.code),), pointer=pointer)
    extra = tuple(_certificates(seal.values))
    signed = seal.signature_text.encode()
    sealed = Sealed(
        signature=signature_check(
            seal.header["alg"], certificate, seal.signing_input, seal.signature, pointer
        ),
        chain=seal.chain,
        extra=extra,
        lists=tuple(_revocation(seal.values, "crlVals")),
        responses=tuple(_revocation(seal.values, "ocspVals")),
        stamps=tuple(
            verify_timestamp(token, signed, anchors, extra=extra)
            for token in islice(_tokens(seal.values, "sigTst"), MAX_STAMPS)
        ),
        claimed_at=_moment(seal.header),
        pointer=pointer,
    )
    return seal_checks(sealed, now, anchors=anchors, at_signing=at_signing)


class _Refused(Exception):
    """Why a signature cannot be taken apart; never leaves this module."""

    def __init__(self, message: str, code: str = "seal_malformed") -> None:
        super().__init__(message)
        self.code = code


def _taken_apart(entry: Any, payload: bytes) -> _Seal:
    if not isinstance(entry, dict) or not isinstance(entry.get("protected"), str):
        raise _Refused("a signature has no protected header")
    header = read_json(base64url_decode(entry["protected"]))
    unsigned = entry.get("header", {})
    text = entry.get("signature")
    if not isinstance(header, dict) or not isinstance(unsigned, dict) or not isinstance(text, str):
        raise _Refused("a signature is malformed")
    _check_header(header, unsigned)
    signing_input = entry["protected"].encode() + b"." + payload
    values = tuple(_values(unsigned))
    return _Seal(header, signing_input, base64url_decode(text), text, _chain(header, values), values)


def _check_header(header: Json, unsigned: Json) -> None:
    """Nothing critical that is not understood, an allowed algorithm, and the payload signed as it stands."""
    if unsigned.keys() & (header.keys() | PROTECTED_ALONE):
        raise _Refused("a header parameter stands where it is not signed")
    critical = header.get("crit")
    names = critical if isinstance(critical, list) else []
    known = all(isinstance(name, str) and name in CRITICAL and name in header for name in names)
    if not known or len(set(map(str, names))) != len(names) or ("crit" in header and not names):
        raise _Refused("the header calls something critical that is not understood", "critical_header")
    if "sigD" in header:
        raise _Refused("the seal is one of something outside the file", "critical_header")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise _Refused("the seal's algorithm is not allowed", "algorithm_forbidden")
    if header.get("b64") is not False or "b64" not in names:
        raise _Refused("the seal does not sign the payload as it stands (b64)", "critical_header")


def _chain(header: Json, values: tuple[Json, ...]) -> tuple[bytes, ...]:
    """The certificates of ``x5c``, the first of them the one that ``x5t#S256`` names; without ``x5c`` that
    one from among the unsigned ones.
    """
    named = header.get("x5t#S256")
    listed = header.get("x5c")
    if listed is None and isinstance(named, str):
        found = tuple(der for der in _certificates(values) if _thumbprint(der) == named)
        if not found:
            raise _Refused("the seal carries no certificate", "certificate_missing")
        return found[:1]
    if not isinstance(listed, list) or not 0 < len(listed) <= MAX_CERTIFICATES:
        raise _Refused("the seal carries no certificate", "certificate_missing")
    chain = tuple(der for entry in listed if (der := _base64(entry)) is not None)
    if len(chain) != len(listed):
        raise _Refused("a certificate of the seal is not base64", "certificate_malformed")
    if named is not None and named != _thumbprint(chain[0]):
        raise _Refused("the seal names another certificate than it carries", "certificate_swapped")
    return chain


def _thumbprint(der: bytes) -> str:
    return base64url_encode(hashlib.sha256(der).digest())


# --- unsigned properties -----------------------------------------------------------------------------


def _values(unsigned: Json) -> Iterator[Json]:
    """The entries of ``etsiU``, each in clear or as base64url of its JSON."""
    entries = unsigned.get("etsiU")
    for entry in (entries if isinstance(entries, list) else [])[:MAX_ETSI]:
        value = entry
        if isinstance(entry, str):
            try:
                value = read_json(base64url_decode(entry))
            except GatewayError:
                continue
        if isinstance(value, dict):
            yield value


def _tokens(values: tuple[Json, ...], name: str) -> Iterator[bytes]:
    for value in values:
        container = value.get(name)
        tokens = container.get("tstTokens") if isinstance(container, dict) else None
        for token in (tokens if isinstance(tokens, list) else [])[:MAX_ETSI]:
            if isinstance(token, dict) and (der := _base64(token.get("val"))) is not None:
                yield der


def _certificates(values: tuple[Json, ...]) -> Iterator[bytes]:
    """The certificates that validation data brings along."""
    for value in values:
        listed = value.get("xVals")
        for entry in listed if isinstance(listed, list) else []:
            certificate = entry.get("x509Cert") if isinstance(entry, dict) else None
            if isinstance(certificate, dict) and (der := _base64(certificate.get("val"))) is not None:
                yield der


def _revocation(values: tuple[Json, ...], name: str) -> Iterator[bytes]:
    """The revocation lists or OCSP responses that validation data brings along."""
    for value in values:
        holder = value.get("rVals")
        listed = holder.get(name) if isinstance(holder, dict) else None
        for entry in listed if isinstance(listed, list) else []:
            if isinstance(entry, dict) and (der := _base64(entry.get("val"))) is not None:
                yield der


def _base64(text: Any) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def _moment(header: Json) -> datetime | None:
    """When the seal says it was made: ``sigT``, in newer ones ``iat``."""
    text, seconds = header.get("sigT"), header.get("iat")
    try:
        if isinstance(text, str):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo is not None else None
        if isinstance(seconds, int) and not isinstance(seconds, bool):
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
