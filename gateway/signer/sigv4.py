"""AWS Signature Version 4: how a request to AWS, or to a service of the same shape, says who sends it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

__all__ = ["Credentials", "Request", "signed_headers"]

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks, in which region, of which service."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str
    service: str
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """A request before it is signed. A query in the URL is encoded and sorted already."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


def signed_headers(request: Request, credentials: Credentials, now: datetime) -> dict[str, str]:
    """The request's headers with date and authorization."""
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {**request.headers, "X-Amz-Date": moment}
    if credentials.session_token:
        headers["X-Amz-Security-Token"] = credentials.session_token
    signed = {name.lower(): value.strip() for name, value in headers.items()}
    signed["host"] = urlsplit(request.url).netloc
    names = ";".join(sorted(signed))
    scope = "/".join((moment[:8], credentials.region, credentials.service, "aws4_request"))
    to_sign = "\n".join((ALGORITHM, moment, scope, _hash(_canonical(request, signed, names))))
    signature = hmac.new(_signing_key(credentials, moment[:8]), to_sign.encode(), hashlib.sha256).hexdigest()
    who = f"Credential={credentials.access_key}/{scope}"
    return headers | {"Authorization": f"{ALGORITHM} {who}, SignedHeaders={names}, Signature={signature}"}


def _canonical(request: Request, signed: Mapping[str, str], names: str) -> bytes:
    parts = urlsplit(request.url)
    lines = [request.method, parts.path or "/", parts.query]
    lines += [f"{name}:{signed[name]}" for name in sorted(signed)]
    return "\n".join([*lines, "", names, _hash(request.body)]).encode()


def _signing_key(credentials: Credentials, day: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (day, credentials.region, credentials.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
