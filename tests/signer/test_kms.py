"""A key in a key management service: a fake one on loopback that also lies, hangs, drips and dies."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gateway import keys
from gateway.errors import GatewayError, SettingInvalid, SignerFailed
from gateway.settings import Settings
from gateway.signer import KeyStore, open_signer
from gateway.signer.kms import raw_signature
from gateway.signer.sigv4 import Credentials, Request, signed_headers
from tests.signer.parts import NOW, said

ACCESS, SECRET, TOKEN = "AKIDEXAMPLE", "a-secret-access-key-of-nobody", "a-session-token-of-nobody"
P256 = ec.derive_private_key(7, ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class FakeKms:
    """Answers GetPublicKey and Sign as the service does if the request is signed right; ``lies`` replace."""

    def __init__(self, key: Any) -> None:
        self.key = key
        self.lies: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.credentials = Credentials(ACCESS, SECRET, "eu-example-1", "kms", TOKEN)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        action = request.headers["X-Amz-Target"].removeprefix("TrentService.")
        self.asked.append((action, json.loads(body)))
        if not self._is_signed(request, body):
            return web.json_response({"__type": "InvalidSignatureException"}, status=400)
        lie = self.lies.get(action)
        if callable(lie):
            return await lie(request)
        if lie is not None:
            return web.Response(body=lie) if isinstance(lie, bytes) else web.json_response(lie)
        return web.json_response(getattr(self, action)(json.loads(body)))

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        dated = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert abs(datetime.now(UTC) - dated) < timedelta(minutes=5)
        given = {name: request.headers[name] for name in ("Content-Type", "X-Amz-Target")}
        url = f"http://{request.headers['Host']}/"
        expected = signed_headers(Request("POST", url, given, body), self.credentials, dated)
        return request.headers["Authorization"] == expected["Authorization"]

    def GetPublicKey(self, _: dict[str, Any]) -> dict[str, Any]:
        public = base64.b64encode(self.key.public_key().public_bytes(*SPKI)).decode()
        return {"KeyId": "arn:example", "PublicKey": public, "KeyUsage": "SIGN_VERIFY"}

    def Sign(self, asked: dict[str, Any]) -> dict[str, Any]:
        message = base64.b64decode(asked["Message"])
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            assert (asked["SigningAlgorithm"], asked["MessageType"]) == ("ED25519_SHA_512", "RAW")
            signature = self.key.sign(message)
        else:
            assert (asked["SigningAlgorithm"], asked["MessageType"]) == ("ECDSA_SHA_256", "DIGEST")
            signature = self.key.sign(message, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        return {"KeyId": "arn:example", "Signature": base64.b64encode(signature).decode()}


@pytest.fixture(params=["ed25519", "p256"])
async def service(request: pytest.FixtureRequest) -> AsyncIterator[tuple[FakeKms, str]]:
    fake = FakeKms({"ed25519": ED25519, "p256": P256}[request.param])
    app = web.Application()
    app.router.add_post("/", fake.handle)
    server = TestServer(app)
    await server.start_server()
    yield fake, str(server.make_url("")).rstrip("/")
    await server.close()


def settings(data: Path, endpoint: str) -> Settings:
    return Settings(
        data=data, kms_key="alias/example", kms_region="eu-example-1", kms_endpoint=endpoint,
        aws_access_key_id=ACCESS, aws_secret_access_key=SECRET, aws_session_token=TOKEN,
        allow_private_addresses=True, fetch_timeout=0.5, public_url="https://gateway.example.org",
    )  # fmt: skip


Service = tuple[FakeKms, str]


async def test_the_service_signs_and_the_signature_verifies(service: Service, tmp_path: Path) -> None:
    fake, endpoint = service
    signer = await open_signer(settings(tmp_path, endpoint), NOW)
    message = b"m" * 64
    signature = await signer.sign(message)
    keys.verify_signature(signer.public, message, signature)
    assert len(signature) == 64
    assert signer.algorithm == {"ed25519": "EdDSA", "p256": "ES256"}[signer.public.kind]
    assert signer.verification_method == "did:web:gateway.example.org#key-1"
    assert [action for action, _ in fake.asked] == ["GetPublicKey", "Sign"]
    assert all(asked["KeyId"] == "alias/example" for _, asked in fake.asked)
    for _ in range(20):  # ECDSA signatures in DER differ in length
        await signer.sign(message)
    await signer.close()


async def test_a_long_message_is_hashed_here_or_refused(service: Service, tmp_path: Path) -> None:
    fake, endpoint = service
    signer = await open_signer(settings(tmp_path, endpoint), NOW)
    message = b"m" * 5000
    if signer.public.kind == "p256":
        keys.verify_signature(signer.public, message, await signer.sign(message))
        assert base64.b64decode(fake.asked[-1][1]["Message"]) == hashlib.sha256(message).digest()
    else:
        with pytest.raises(SignerFailed, match="at most 4096"):
            await signer.sign(message)
        assert len(fake.asked) == 1
    await signer.close()


async def test_a_key_of_the_service_is_numbered_and_can_be_revoked(service: Service, tmp_path: Path) -> None:
    _, endpoint = service
    KeyStore(tmp_path).new(NOW)
    signer = await open_signer(settings(tmp_path, endpoint), NOW)
    assert (signer.number, [record.source for record in signer.history()]) == (2, ["file", "kms"])
    KeyStore(tmp_path).revoke(2, NOW, reason="compromised")
    with pytest.raises(SignerFailed, match="is revoked"):
        await signer.sign(b"m")
    await signer.close()
    with pytest.raises(SignerFailed, match="is revoked"):
        await open_signer(settings(tmp_path, endpoint), NOW)


# --- a service that lies ---------------------------------------------------------------------------


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


WRONG_SIGNATURES: dict[str, Any] = {
    "empty": {"Signature": ""}, "none": {}, "null": {"Signature": None}, "list": {"Signature": ["x"]},
    "no-base64": {"Signature": "%%%"}, "garbage": {"Signature": _b64(b"garbage")},
    "zeros": {"Signature": _b64(bytes(64))}, "other-message": {"Signature": _b64(ED25519.sign(b"other"))},
    "other-ecdsa": {"Signature": _b64(P256.sign(b"other", ec.ECDSA(hashes.SHA256())))},
    "no-json": b"<html>", "deep": b"[" * 60_000,
    "a-list": [], "a-number": 7, "large": {"Signature": "A" * 100_000},
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_SIGNATURES)
async def test_a_wrong_answer_to_sign_is_never_a_signature(
    service: Service, tmp_path: Path, wrong: str
) -> None:
    fake, endpoint = service
    signer = await open_signer(settings(tmp_path, endpoint), NOW)
    fake.lies["Sign"] = WRONG_SIGNATURES[wrong]
    with pytest.raises(SignerFailed) as caught:
        await signer.sign(b"message")
    assert not any(secret in said(caught.value) for secret in (SECRET, TOKEN, ACCESS))
    fake.lies.clear()
    keys.verify_signature(signer.public, b"message", await signer.sign(b"message"))
    await signer.close()


async def test_the_signature_of_another_key_is_never_handed_on(service: Service, tmp_path: Path) -> None:
    fake, endpoint = service
    signer = await open_signer(settings(tmp_path, endpoint), NOW)
    fake.key = (
        ec.derive_private_key(8, ec.SECP256R1())
        if signer.public.kind == "p256"
        else ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    )
    with pytest.raises(SignerFailed, match="not a signature by the signing key"):
        await signer.sign(b"m")
    await signer.close()


def _spki(key: Any) -> dict[str, Any]:
    return {"PublicKey": _b64(key.public_key().public_bytes(*SPKI)), "KeyUsage": "SIGN_VERIFY"}


WRONG_KEYS: dict[str, Any] = {
    "none": {"KeyUsage": "SIGN_VERIFY"}, "garbage": {"PublicKey": _b64(b"x"), "KeyUsage": "SIGN_VERIFY"},
    "for-encryption": {**_spki(P256), "KeyUsage": "ENCRYPT_DECRYPT"},
    "p384": _spki(ec.derive_private_key(7, ec.SECP384R1())),
    "k256": _spki(ec.derive_private_key(7, ec.SECP256K1())),
    "x25519": _spki(x25519.X25519PrivateKey.from_private_bytes(bytes(range(32)))),
    "rsa": _spki(rsa.generate_private_key(65537, 2048)), "a-list": [],
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG_KEYS)
async def test_a_key_that_cannot_be_used_is_refused_at_the_start(
    service: Service, tmp_path: Path, wrong: str
) -> None:
    fake, endpoint = service
    fake.lies["GetPublicKey"] = WRONG_KEYS[wrong]
    with pytest.raises(SignerFailed):
        await open_signer(settings(tmp_path, endpoint), NOW)
    assert KeyStore(tmp_path).records() == ()


async def test_wrong_credentials_are_said_with_a_hint_and_not_repeated(
    service: Service, tmp_path: Path
) -> None:
    fake, endpoint = service
    fake.credentials = replace(fake.credentials, secret_key="another")
    with pytest.raises(SignerFailed, match="InvalidSignatureException") as caught:
        await open_signer(settings(tmp_path, endpoint), NOW)
    assert "AWS_SECRET_ACCESS_KEY" in caught.value.hint
    assert not any(secret in said(caught.value) for secret in (SECRET, TOKEN, ACCESS))
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("status", "type_", "shown"),
    [
        (400, "com.amazonaws.kms#NotFoundException", "(NotFoundException)"),
        (400, "AccessDeniedException", "(AccessDeniedException)"),
        (400, "Name of Somebody", "status 400"), (302, "", "status 302"), (404, ["x"], "status 404"),
    ],
)  # fmt: skip
async def test_a_refusal_is_told_by_its_type_alone(
    service: Service, tmp_path: Path, status: int, type_: object, shown: str
) -> None:
    fake, endpoint = service
    body = {"__type": type_, "message": "Name of Somebody may not"}

    async def refuse(_: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers={"Location": "/elsewhere"})

    fake.lies["GetPublicKey"] = refuse
    with pytest.raises(SignerFailed) as caught:
        await open_signer(settings(tmp_path, endpoint), NOW)
    assert shown in caught.value.detail
    assert "Somebody" not in said(caught.value)
    assert len(fake.asked) == 1


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_busy_service_is_asked_again_and_not_for_ever(
    service: Service, tmp_path: Path, times: int
) -> None:
    fake, endpoint = service
    signer = await open_signer(settings(tmp_path, endpoint), NOW)
    fake.asked.clear()

    async def busy(_: web.Request) -> web.Response:
        if len(fake.asked) >= times:
            fake.lies.clear()
        status, kind = ((400, "ThrottlingException"), (503, ""), (500, "KMSInternalException"))[times - 1]
        return web.json_response({"__type": kind}, status=status)

    fake.lies["Sign"] = busy
    if times < 3:
        keys.verify_signature(signer.public, b"m", await signer.sign(b"m"))
    else:
        with pytest.raises(SignerFailed, match="KMSInternalException"):
            await signer.sign(b"m")
    assert len(fake.asked) == min(times + 1, 3)
    await signer.close()


async def _hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(2)
    return web.Response()


async def _drip(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(20):
        await answer.write(b" ")
        await asyncio.sleep(0.1)
    return answer


async def _die(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@pytest.mark.parametrize("fault", [_hang, _drip, _die])
async def test_a_service_that_hangs_drips_or_dies_is_given_up_and_asked_later(
    service: Service, tmp_path: Path, fault: Any
) -> None:
    fake, endpoint = service
    signer = await open_signer(settings(tmp_path, endpoint), NOW)
    fake.lies["Sign"] = fault
    began = asyncio.get_running_loop().time()
    with pytest.raises(SignerFailed, match=r"no answer within 0\.5 seconds|cannot be reached"):
        await signer.sign(b"m")
    assert asyncio.get_running_loop().time() - began < 1.5
    fake.lies.clear()
    keys.verify_signature(signer.public, b"m", await signer.sign(b"m"))
    await signer.close()


async def test_a_service_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SignerFailed, match="cannot be reached") as caught:
        await open_signer(settings(tmp_path, "http://127.0.0.1:9"), NOW)
    assert not any(secret in said(caught.value) for secret in (SECRET, TOKEN, ACCESS))


@pytest.mark.parametrize("missing", ["aws_access_key_id", "aws_secret_access_key", "kms_region"])
async def test_what_is_missing_is_asked_for(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        await open_signer(replace(settings(tmp_path, "http://127.0.0.1:9"), **{missing: None}), NOW)
    assert "AWS_SECRET_ACCESS_KEY" in caught.value.hint


async def test_only_https_is_spoken(tmp_path: Path) -> None:
    plain = replace(settings(tmp_path, "http://127.0.0.1:9"), allow_private_addresses=False)
    with pytest.raises(SettingInvalid, match="https"):
        await open_signer(plain, NOW)


def test_the_settings_do_not_show_the_credentials(tmp_path: Path) -> None:
    shown = repr(settings(tmp_path, "https://kms.example.org"))
    assert not any(secret in shown for secret in (SECRET, TOKEN, ACCESS))


# --- DER -------------------------------------------------------------------------------------------


@given(r=st.integers(1, 2**256 - 1), s=st.integers(1, 2**256 - 1))
def test_a_signature_in_der_becomes_r_and_s(r: int, s: int) -> None:
    assert raw_signature(utils.encode_dss_signature(r, s)) == r.to_bytes(32, "big") + s.to_bytes(32, "big")


GOOD = utils.encode_dss_signature(2**255, 3)


@pytest.mark.parametrize(
    "der",
    [b"", b"\x30", b"\x30\x00", GOOD[:-1], GOOD + b"\0", b"\x31" + GOOD[1:], GOOD[:1] + b"\x81" + GOOD[1:],
     bytes.fromhex("3006020100020101"), bytes.fromhex("3006020101020100"), bytes.fromhex("3006020181020101"),
     bytes.fromhex("300702020001020101"), bytes.fromhex("30050200020101"), bytes.fromhex("3003020101"),
     bytes.fromhex("3009020101020101020101"), bytes.fromhex("3006030101020101"),
     utils.encode_dss_signature(2**256, 1), utils.encode_dss_signature(1, 2**300)],
)  # fmt: skip
def test_anything_but_two_positive_numbers_in_der_is_refused(der: bytes) -> None:
    with pytest.raises(SignerFailed, match="malformed signature"):
        raw_signature(der)


@given(st.binary(max_size=100))
def test_no_bytes_raise_anything_foreign(der: bytes) -> None:
    with suppress(GatewayError):
        assert len(raw_signature(der)) == 64
