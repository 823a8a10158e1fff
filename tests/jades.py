"""JAdES seals of the tests' own, in the structure of the Commission's."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gateway.envelopes.jwt import base64url_encode
from gateway.resources import example_bytes
from tests.pki import ORGANIZATION, SEALED, Party, chain, intermediate, seal, timestamp

Json = dict[str, Any]
Change = Callable[[Json], None]


def to_be_sealed(name: str = "micro-credential.elm3.json", organization: str = ORGANIZATION) -> Json:
    """An example as the sealing service leaves it: dates of issue, the identifier of who seals."""
    tree: Json = json.loads(example_bytes(name))
    stamp = SEALED.strftime("%Y-%m-%dT%H:%M:%SZ")
    tree |= {"issued": stamp, "issuanceDate": stamp}
    tree["issuer"]["eIDASIdentifier"] = {
        "id": "urn:certificateIdentifier:1", "type": "LegalIdentifier", "notation": organization,
        "spatial": {"id": "http://publications.europa.eu/resource/authority/country/DEU", "type": "Concept"},
    }  # fmt: skip
    return tree


def header(leaf: Party, algorithm: str) -> Json:
    return {
        "alg": algorithm, "cty": "json", "kid": "urn:example:key",
        "x5t#S256": base64url_encode(hashlib.sha256(leaf.der).digest()),
        "x5c": [base64.b64encode(der).decode() for der in chain(leaf)],
        "typ": "jose+json", "b64": False, "sigT": SEALED.strftime("%Y-%m-%dT%H:%M:%SZ"), "crit": ["b64", "sigT"],
    }  # fmt: skip


def jades(
    payload: str | Json, leaf: Party | None = None, *, algorithm: str = "RS256", change: Change | None = None,
    stamped: datetime | None = SEALED, stamper: Party | None = None,
) -> Json:  # fmt: skip
    """A sealed document. ``change`` is made to the protected header before signing."""
    by = leaf or seal()
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    protected = header(by, algorithm)
    if change is not None:
        change(protected)
    encoded = base64url_encode(json.dumps(protected).encode())
    signature = base64url_encode(by.sign(algorithm, f"{encoded}.{text}".encode()))
    values: list[Json] = [{"xVals": [{"x509Cert": {"val": base64.b64encode(intermediate().der).decode()}}]}]
    if stamped is not None:
        token = base64.b64encode(timestamp(signature.encode(), stamped, stamper)).decode()
        values.insert(0, {"sigTst": {"tstTokens": [{"val": token}]}})
    unsigned = {"etsiU": [base64url_encode(json.dumps(value).encode()) for value in values]}
    return {
        "payload": text,
        "signatures": [{"protected": encoded, "header": unsigned, "signature": signature}],
    }


def as_bytes(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False).encode()
