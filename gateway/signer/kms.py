"""A key in a key management service that speaks the JSON protocol of AWS KMS.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html (and API_GetPublicKey)
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.errors import KeyInvalid, SettingInvalid, SignerFailed
from gateway.keys import PublicKey, public_key_from_der
from gateway.settings import Settings
from gateway.signer.exchange import Exchange
from gateway.signer.sigv4 import Credentials, Request, signed_headers

__all__ = ["KmsSource", "raw_signature"]

ALGORITHMS = {"ed25519": ("ED25519_SHA_512", "RAW"), "p256": ("ECDSA_SHA_256", "DIGEST")}
"""What the service is asked for by the kind of key: the algorithm, and whether it hashes the message."""
MAX_RAW = 4096
"""Longest message the service takes unhashed."""
TRIES = 3
PAUSE_SECONDS = 0.1
NUMBER_BYTES = 32
TYPE = re.compile(r"(?:[A-Za-z0-9._]{1,100}#)?([A-Za-z]{1,60})\Z")

HINTS = {
    "AccessDeniedException": "Allow the gateway's credentials kms:GetPublicKey and kms:Sign on this key.",
    "DisabledException": "Enable the key, or set up another one.",
    "InvalidSignatureException": "Check AWS_SECRET_ACCESS_KEY, the region, and this machine's clock.",
    "UnrecognizedClientException": "Check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN.",
    "ExpiredTokenException": "Renew the credentials in AWS_SESSION_TOKEN.",
    "KMSInvalidStateException": "Enable the key, or cancel its deletion.",
    "NotFoundException": "Check GATEWAY_KMS_KEY and GATEWAY_KMS_REGION.",
}
"""What to do about the service's refusals, by their type."""


@dataclass(slots=True)
class KmsSource:
    """One key of a key management service.

    ``exchange`` sends, ``clock`` dates the requests. Nothing it raises holds a credential or what the
    service said beyond the type of its refusal.
    """

    settings: Settings
    exchange: Exchange
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    public: PublicKey | None = None

    async def public_key(self) -> PublicKey:
        """The key's public half, asked for once. Raises ``SignerFailed`` for a kind that is not used."""
        if self.public is None:
            answer = await self._ask("GetPublicKey", {})
            if answer.get("KeyUsage") != "SIGN_VERIFY":
                raise SignerFailed("the key of the service is not for signing")
            try:
                key = public_key_from_der(_bytes(answer, "PublicKey"))
            except KeyInvalid:
                raise SignerFailed("the key of the service is of no kind the gateway knows") from None
            if key.kind not in ALGORITHMS:
                raise SignerFailed(
                    f"the gateway does not sign with a {key.kind} key of a service",
                    hint="Make a key of spec ECC_NIST_EDWARDS25519 or ECC_NIST_P256.",
                )
            self.public = key
        return self.public

    async def sign(self, data: bytes) -> bytes:
        """The raw signature, r || s for ECDSA. Raises ``SignerFailed``."""
        kind = (await self.public_key()).kind
        algorithm, message_type = ALGORITHMS[kind]
        if message_type == "RAW" and len(data) > MAX_RAW:
            raise SignerFailed(
                f"the service signs at most {MAX_RAW} bytes with an Ed25519 key",
                hint="Ask for a Data Integrity proof (it signs 64 bytes), or set up an ECC_NIST_P256 key.",
            )
        message = hashlib.sha256(data).digest() if message_type == "DIGEST" else data
        asked = {
            "Message": base64.b64encode(message).decode(),
            "MessageType": message_type,
            "SigningAlgorithm": algorithm,
        }
        signature = _bytes(await self._ask("Sign", asked), "Signature")
        return raw_signature(signature) if kind == "p256" else signature

    async def close(self) -> None:
        """Close connections."""
        await self.exchange.close()

    async def _ask(self, action: str, members: dict[str, str]) -> dict[str, Any]:
        """The answer to one request; a service that is busy or failing is asked again."""
        body = json.dumps({"KeyId": self.settings.kms_key, **members}).encode()
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"TrentService.{action}"}
        credentials = _credentials(self.settings)
        url = _endpoint(self.settings)
        for attempt in range(1, TRIES + 1):
            request = Request("POST", url, headers, body)
            signed = signed_headers(request, credentials, self.clock())
            status, content = await self.exchange.post(url, signed, body)
            answer = _json(content)
            if status == 200:
                return answer
            kind = _type(answer)
            if attempt == TRIES or not (status >= 500 or status == 429 or "Throttling" in kind):
                break
            await asyncio.sleep(PAUSE_SECONDS * attempt)
        raise SignerFailed(
            f"the key service refused {action} with status {status}" + (f" ({kind})" if kind else ""),
            hint=HINTS.get(kind, ""),
        )


def raw_signature(der: bytes) -> bytes:
    """An ECDSA signature on P-256 in DER (RFC 3279 section 2.2.3) as r || s. Raises ``SignerFailed``."""
    malformed = SignerFailed("the key service answered with a malformed signature")
    content, rest = _element(der, 0x30)
    numbers: list[bytes] = []
    while content and not rest and len(numbers) < 2:
        number, content = _element(content, 0x02)
        plain = number.lstrip(b"\0")
        shortest = number == plain or (number == b"\0" + plain and plain[:1] >= b"\x80")
        if not plain or number[0] >= 0x80 or not shortest or len(plain) > NUMBER_BYTES:
            raise malformed
        numbers.append(plain.rjust(NUMBER_BYTES, b"\0"))
    if content or rest or len(numbers) != 2:
        raise malformed
    return b"".join(numbers)


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the DER element (of less than 128 bytes) data begins with, and what follows it."""
    if len(data) < 2 or data[0] != tag or data[1] >= 0x80 or len(data) < 2 + data[1]:
        raise SignerFailed("the key service answered with a malformed signature")
    return data[2 : 2 + data[1]], data[2 + data[1] :]


def _credentials(settings: Settings) -> Credentials:
    if not settings.aws_access_key_id or not settings.aws_secret_access_key or not settings.kms_region:
        raise SettingInvalid(
            "a key service needs credentials and a region",
            hint="Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and GATEWAY_KMS_REGION.",
        )
    return Credentials(
        settings.aws_access_key_id,
        settings.aws_secret_access_key,
        settings.kms_region,
        "kms",
        settings.aws_session_token or "",
    )


def _endpoint(settings: Settings) -> str:
    given = settings.kms_endpoint or f"https://kms.{settings.kms_region}.amazonaws.com"
    url = given.removesuffix(":443").lower()  # as the Host header will have it, which is signed
    if not url.startswith("https://") and not settings.allow_private_addresses:
        raise SettingInvalid("GATEWAY_KMS_ENDPOINT is not an https address")
    return f"{url}/"


def _json(content: bytes) -> dict[str, Any]:
    """The object an answer holds; an empty one when it holds none, which nothing is read from."""
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _type(answer: dict[str, Any]) -> str:
    """The type of a refusal, if it is a plain name."""
    given = answer.get("__type")
    found = TYPE.match(given) if isinstance(given, str) else None
    return found[1] if found else ""


def _bytes(answer: dict[str, Any], name: str) -> bytes:
    given = answer.get(name)
    try:
        return base64.b64decode(given if isinstance(given, str) else "?", validate=True)
    except ValueError:
        raise SignerFailed(f"the key service answered without {name}") from None
