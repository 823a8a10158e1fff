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
from datetime import datetime
from typing import Any

from gateway.certificates import (
    Certificate,
    read_certificate,
    verify_timestamp,
)
from gateway.envelopes import read_json
from gateway.envelopes.jwt import base64url_decode
from gateway.errors import GatewayError
from gateway.keys import verify_signature
from gateway.proofs.sealing import Sealed, seal_checks
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict

__all__ = ["verify_jades"]

Json = dict[str, Any]
ALGORITHMS = {"RS256": "rsa", "ES256": "p256", "ES384": "p384"}
CRITICAL = frozenset(("b64", "sigT", "adoTst"))
"""The parameters a seal may call critical: how the payload is signed, when, and timestamps made before."""
MAX_SIGNATURES = 8
MAX_ETSI = 32


def verify_jades(
    data: bytes, now: datetime, *, anchors: Sequence[bytes] = (), at_signing: bool = False
) -> tuple[Secured, ...]:
    """Every signature of a seal. ``at_signing`` judges the certificate at the time the seal says, for archives.

    ``data`` are the bytes of the whole file; nothing is raised for what is wrong with it.
    """
    try:
        tree = read_json(data)
        signatures = tree["signatures"]
        payload = tree["payload"]
        if not isinstance(signatures, list) or not isinstance(payload, str) or not signatures:
            raise KeyError
    except (GatewayError, KeyError, TypeError):
        return (Secured((_malformed("the seal has no payload or no signatures", ""),)),)
    return tuple(
        _verified(entry, payload, f"/signatures/{position}", now, anchors, at_signing)
        for position, entry in enumerate(signatures[:MAX_SIGNATURES])
    )


def _malformed(message: str, pointer: str, code: str = "seal_malformed") -> Check:
    return Check(
        "proof.structure", Verdict.INVALID, code, message, pointer,
        "The file must be the one the sealing service gave out, unchanged.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Seal:
    """One signature taken apart."""

    header: Json
    signing_input: bytes
    signature: bytes
    signature_text: str
    chain: tuple[bytes, ...]
    unsigned: Json


def _verified(
    entry: Any, payload: str, pointer: str, now: datetime, anchors: Sequence[bytes], at_signing: bool
) -> Secured:
    try:
        seal = _taken_apart(entry, payload)
        certificate = read_certificate(seal.chain[0])
    except _Refused as error:
        return Secured((_malformed(str(error), pointer, error.code),), pointer=pointer)
    except GatewayError as error:
        return Secured((_malformed(error.detail, pointer, error.code),), pointer=pointer)
    signature = _signature(seal, certificate, pointer)
    values = _values(seal.unsigned)
    stamps = [
        verify_timestamp(token, seal.signature_text.encode(), anchors) for token in _tokens(values, "sigTst")
    ]
    sealed = Sealed(
        signature=signature,
        chain=seal.chain,
        extra=tuple(_certificates(values)),
        stamps=tuple(stamps),
        claimed_at=_moment(seal.header.get("sigT")),
        pointer=pointer,
    )
    return seal_checks(sealed, now, anchors=anchors, at_signing=at_signing)


class _Refused(Exception):
    """Why a signature cannot be taken apart; never leaves this module."""

    def __init__(self, message: str, code: str = "seal_malformed") -> None:
        super().__init__(message)
        self.code = code


def _taken_apart(entry: Any, payload: str) -> _Seal:
    if not isinstance(entry, dict) or not isinstance(entry.get("protected"), str):
        raise _Refused("a signature has no protected header")
    header = read_json(base64url_decode(entry["protected"]))
    unsigned = entry.get("header", {})
    if (
        not isinstance(header, dict)
        or not isinstance(unsigned, dict)
        or not isinstance(entry.get("signature"), str)
    ):
        raise _Refused("a signature is malformed")
    if header.keys() & unsigned.keys():
        raise _Refused("a header parameter stands both protected and not")
    critical = header.get("crit", [])
    if not isinstance(critical, list) or any(name not in CRITICAL or name not in header for name in critical):
        raise _Refused("the header calls something critical that is not understood", "critical_header")
    if header.get("alg") not in ALGORITHMS:
        raise _Refused("the seal's algorithm is not allowed", "algorithm_forbidden")
    chain = _chain(header)
    raw = header.get("b64") is False
    if raw and "b64" not in critical:
        raise _Refused("b64 must be called critical", "critical_header")
    body = payload.encode("utf-8", "replace") if raw else payload.encode("ascii", "replace")
    signing_input = entry["protected"].encode() + b"." + body
    return _Seal(
        header, signing_input, base64url_decode(entry["signature"]), entry["signature"], chain, unsigned
    )


def _chain(header: Json) -> tuple[bytes, ...]:
    """The certificates of ``x5c``, the first of them the one that ``x5t#S256`` names."""
    listed = header.get("x5c")
    if not isinstance(listed, list) or not listed or not all(isinstance(entry, str) for entry in listed):
        raise _Refused("the seal carries no certificate", "certificate_missing")
    try:
        chain = tuple(base64.b64decode(entry, validate=True) for entry in listed)
    except (binascii.Error, ValueError):
        raise _Refused("a certificate of the seal is not base64", "certificate_malformed") from None
    named = header.get("x5t#S256")
    if (
        named is not None
        and named != base64.urlsafe_b64encode(hashlib.sha256(chain[0]).digest()).rstrip(b"=").decode()
    ):
        raise _Refused("the seal names another certificate than it carries", "certificate_swapped")
    return chain


def _signature(seal: _Seal, certificate: Certificate, pointer: str) -> Check:
    key = certificate.public_key
    if key is None or key.kind != ALGORITHMS[seal.header["alg"]]:
        return Check(
            "proof.signature", Verdict.INVALID, "key_kind_mismatch",
            "the certificate's key is not one of the seal's algorithm", pointer,
            "The seal must be made with the key of its certificate.",
        )  # fmt: skip
    try:
        verify_signature(key, seal.signing_input, seal.signature)
    except GatewayError as error:
        return Check("proof.signature", Verdict.INVALID, error.code, error.detail, pointer, error.hint)
    return Check("proof.signature", Verdict.VALID, pointer=pointer)


# --- unsigned properties -----------------------------------------------------------------------------


def _values(unsigned: Json) -> list[Json]:
    """The entries of ``etsiU``, each in clear or as base64url of its JSON."""
    entries = unsigned.get("etsiU")
    found: list[Json] = []
    for entry in (entries if isinstance(entries, list) else [])[:MAX_ETSI]:
        value = entry
        if isinstance(entry, str):
            try:
                value = read_json(base64url_decode(entry))
            except GatewayError:
                continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _tokens(values: list[Json], name: str) -> Iterator[bytes]:
    for value in values:
        container = value.get(name)
        tokens = container.get("tstTokens") if isinstance(container, dict) else None
        for token in tokens if isinstance(tokens, list) else []:
            if isinstance(token, dict) and (der := _base64(token.get("val"))) is not None:
                yield der


def _certificates(values: list[Json]) -> Iterator[bytes]:
    """The certificates that validation data brings along."""
    for value in values:
        listed = value.get("xVals")
        for entry in listed if isinstance(listed, list) else []:
            certificate = entry.get("x509Cert") if isinstance(entry, dict) else None
            if isinstance(certificate, dict) and (der := _base64(certificate.get("val"))) is not None:
                yield der


def _base64(text: Any) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        return None


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
