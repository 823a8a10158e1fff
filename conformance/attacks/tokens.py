"""Single changes to a credential in a token: none may leave it verified, but for the harmless."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from conformance.attacks.changes import REMOVED, changed, leaves, retyped
from conformance.attacks.signed import ALGORITHMS, Json, Party, Signed, small
from gateway import keys
from gateway.envelopes.jwt import base64url_decode, base64url_encode

__all__ = ["harmless", "mutations"]

Mutation = tuple[str, bytes]


def _parts(token: bytes) -> tuple[Json, Json, bytes]:
    header, payload, signature = token.decode().split(".")
    return (
        json.loads(base64url_decode(header)),
        json.loads(base64url_decode(payload)),
        base64url_decode(signature),
    )


def _part(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64url_encode(data)


def _token(header: Any, payload: Any, signature: bytes) -> bytes:
    return f"{_part(header)}.{_part(payload)}.{base64url_encode(signature)}".encode()


def _signed_by(party: Party, header: Any, payload: Any) -> bytes:
    signing_input = f"{_part(header)}.{_part(payload)}"
    return f"{signing_input}.{base64url_encode(keys.sign(party.secret, signing_input.encode()))}".encode()


def mutations(attacked: Signed) -> Iterator[Mutation]:
    """Every single change, each with its name."""
    yield from _headers(attacked)
    yield from _claims(attacked)
    yield from _forms(attacked)
    yield from _algorithms(attacked)
    yield from _signed_anew(attacked)
    yield from _by_others(attacked)


def _headers(attacked: Signed) -> Iterator[Mutation]:
    """Every member of the header removed or of another type, the signature kept."""
    header, payload, signature = _parts(attacked.data)
    for member in header:
        for way, value in retyped(header[member]):
            yield f"header.{member} {way}", _token(changed(header, (member,), value), payload, signature)
    for member, value in ADDED.items():
        yield f"header.{member} is added", _token({**header, member: value}, payload, signature)


ADDED: Json = {
    "crit": ["exp"], "b64": False, "jku": "https://x.example/jwks", "x5u": "https://x.example/x", "x5c": ["AA"],
    "zip": "DEF", "enc": "A128GCM", "nonce": "x", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
}  # fmt: skip


def _claims(attacked: Signed) -> Iterator[Mutation]:
    """Every value of the payload changed, removed, null, the signature kept."""
    header, payload, signature = _parts(attacked.data)
    for path, value in leaves(payload):
        place = "/".join(map(str, path))
        other = (
            value + "x" if isinstance(value, str) else (not value if isinstance(value, bool) else value + 1)
        )
        for way, item in (("changed", other), ("removed", REMOVED), ("null", None)):
            yield f"payload.{place} {way}", _token(header, changed(payload, path, item), signature)
    for name, value in (
        ("evidence", [{"id": "https://x.example/e", "type": ["Evidence"]}]),
        ("x", 1),
        ("vc", {}),
    ):
        yield f"payload.{name} is added", _token(header, {**payload, name: value}, signature)


def _forms(attacked: Signed) -> Iterator[Mutation]:
    """The compact form damaged, and signatures that are none."""
    token = attacked.data.decode()
    head, body, _ = token.split(".")
    raw = base64url_decode(token.rpartition(".")[2])
    half = len(raw) // 2
    for name, text in {
        "without signature": f"{head}.{body}.",
        "without its last part": f"{head}.{body}",
        "with a fourth part": f"{token}.AA",
        "with five parts": f"{token}.AA.AA",
        "with a dot more": f"{token}.",
        "with padding": f"{token}==",
        "with another last character": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "with a space": f"{head}. {body}.{token.rpartition('.')[2]}",
        "with its parts exchanged": f"{body}.{head}.{token.rpartition('.')[2]}",
        "in quotes": json.dumps(token),
        "with disclosures": f"{token}~WyJ4Il0~",
        "in lower case": token.lower(),
    }.items():
        yield f"token {name}", text.encode()
    for name, signature in {
        "one byte short": raw[:-1], "one byte longer": raw + b"\0", "of zeros": bytes(len(raw)),
        "of ones": b"\xff" * len(raw), "first bit changed": bytes([raw[0] ^ 1]) + raw[1:],
        "last bit changed": raw[:-1] + bytes([raw[-1] ^ 1]), "halves exchanged": raw[half:] + raw[:half],
        "second half zero": raw[:half] + bytes(half), "in DER": b"\x30\x06\x02\x01\x01\x02\x01\x01",
        "of the payload": hashlib.sha512(body.encode()).digest(),
    }.items():  # fmt: skip
        yield f"signature {name}", f"{head}.{body}.{base64url_encode(signature)}".encode()


def _algorithms(attacked: Signed) -> Iterator[Mutation]:
    """Another algorithm, also one that takes the public key for a shared secret."""
    header, payload, signature = _parts(attacked.data)
    for name in (
        "none",
        "None",
        "NONE",
        "",
        "EdDSA",
        "ES256",
        "ES384",
        "ES512",
        "ES256K",
        "RS256",
        "PS256",
        "eddsa",
    ):
        if name != header["alg"]:
            yield f"alg is {name!r}", _token({**header, "alg": name}, payload, signature)
            yield f"alg is {name!r}, unsigned", _token({**header, "alg": name}, payload, b"")
    public = attacked.issuer.public
    shared = (public.data, keys.multikey(public).encode(), json.dumps(keys.jwk_of(public)).encode(), b"")
    for number, secret in enumerate(shared):
        signing_input = f"{_part({**header, 'alg': 'HS256'})}.{_part(payload)}".encode()
        mac = hmac.digest(secret, signing_input, "sha256")
        yield (
            f"alg is HS256 with the public key, {number}",
            signing_input + b"." + base64url_encode(mac).encode(),
        )


def _signed_anew(attacked: Signed) -> Iterator[Mutation]:
    """Signed by the issuer, and yet not in order: claims that contradict, headers that ask for more."""
    header, payload, _ = _parts(attacked.data)
    for name, claims in {
        "iss is another": {"iss": "did:example:another"},
        "sub is another": {"sub": "did:example:another"},
        "jti is another": {"jti": "urn:uuid:00000000-0000-4000-8000-000000000000"},
        "nbf is another": {"nbf": payload["nbf"] + 5},
        "nbf is in the future": {"nbf": 1_900_000_000},
        "nbf is no number": {"nbf": "x"},
        "exp is another": {"exp": payload["exp"] - 5},
        "exp is past": {"exp": 1_700_000_000},
        "exp is no number": {"exp": True},
        "exp is endless": {"exp": 10**15},
        "iat is in the future": {"iat": 1_900_000_000},
        "iss is no text": {"iss": 7},
    }.items():
        yield f"signed anew, {name}", _signed_by(attacked.issuer, header, {**payload, **claims})
    headers: dict[str, Json] = {
        "crit is there": {"crit": ["exp"], "exp": 1},
        "b64 is false": {"b64": False, "crit": ["b64"]},
        "typ is another": {"typ": "at+jwt"},
        "typ is no text": {"typ": 7},
        "kid is somebody else's": {"kid": attacked.mallory.method},
        "alg is of another key": {"alg": next(a for a in ALGORITHMS.values() if a != header["alg"])},
    }
    for name, members in headers.items():
        yield f"signed anew, {name}", _signed_by(attacked.issuer, {**header, **members}, payload)
    if attacked.mechanism.suite == "jwt_vc_json":
        yield "signed anew as vc+jwt", _signed_by(attacked.issuer, {**header, "typ": "vc+jwt"}, payload)
        yield (
            "signed anew, vc is an array",
            _signed_by(attacked.issuer, header, {**payload, "vc": [payload["vc"]]}),
        )


def _by_others(attacked: Signed) -> Iterator[Mutation]:
    """Signed by somebody else."""
    header, payload, _ = _parts(attacked.data)
    other = attacked.mallory
    jwk = keys.jwk_of(other.public)
    without = {name: value for name, value in header.items() if name != "kid"}
    fragment = other.method.partition("#")[2]
    for name, given in {
        "with its own kid": {**header, "kid": other.method},
        "in the issuer's name": header,
        "without kid": without,
        "without kid, with its key": {**without, "jwk": jwk},
        "with the issuer's kid and its key": {**header, "jwk": jwk},
        "with the issuer's name and its fragment": {**header, "kid": f"{attacked.issuer.did}#{fragment}"},
        "with a relative kid": {**header, "kid": f"#{fragment}"},
        "with a bare DID": {**header, "kid": other.did},
        "with a certificate": {**without, "x5c": [base64.b64encode(b"0" * 64).decode()]},
        "with an address of keys": {**without, "jku": "https://x.example/jwks"},
    }.items():
        yield f"signed by somebody else, {name}", _signed_by(other, given, payload)
    claimed = copy.deepcopy(payload)
    claimed["iss"] = other.did
    yield "signed by somebody else, who is iss", _signed_by(other, {**header, "kid": other.method}, claimed)
    another = small(attacked.mechanism)
    another["name"] = "Another badge"
    _, body, _ = attacked.data.decode().split(".")
    forged = _part({**payload, "name": "Another badge"})
    yield "the payload of another token", attacked.data.replace(body.encode(), forged.encode())


def harmless(attacked: Signed) -> Iterator[Mutation]:
    """What changes no meaning: were these refused, the attacks above would show nothing."""
    header, payload, _ = _parts(attacked.data)
    yield "as it is", attacked.data
    yield "with a line's end", attacked.data + b"\n"
    yield "signed anew", _signed_by(attacked.issuer, header, payload)
    yield (
        "signed anew, members in another order",
        _signed_by(attacked.issuer, dict(reversed(header.items())), dict(reversed(payload.items()))),
    )
    yield (
        "signed anew, for an audience",
        _signed_by(attacked.issuer, header, {**payload, "aud": "did:example:v"}),
    )
    yield (
        "signed anew, without typ",
        _signed_by(
            attacked.issuer, {name: value for name, value in header.items() if name != "typ"}, payload
        ),
    )
    yield (
        "signed anew, with its own key in the header",
        _signed_by(attacked.issuer, {**header, "jwk": keys.jwk_of(attacked.issuer.public)}, payload),
    )
