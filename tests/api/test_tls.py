"""TLS: the certificate that is shown, renewed without a restart; proxies that are believed; what is no HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.api import make_app
from gateway.api.connections import CONNECTIONS
from gateway.api.serving import listening
from gateway.api.tls import Certificate, renewing
from gateway.errors import SettingInvalid
from gateway.settings import Settings
from tests.parts import NOW, gateway

PATIENCE = 30.0


def write_pair(folder: Path, name: str, *, key_too: bool = True) -> Settings:
    """A certificate of a name and its key, in files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    if key_too:
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    for path in (cert, secret):
        os.utime(path, ns=(next(TIMES), next(TIMES)))
    return Settings(tls_cert=cert, tls_key=secret)


TIMES = iter(range(10**18, 2 * 10**18, 10**9))


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[int]:
    one = socket.create_server(("127.0.0.1", 0))
    async with listening(make_app(settings, gateway()), [one]):
        yield one.getsockname()[1]


async def name_shown(port: int) -> str:
    """The name in the certificate that is shown at a port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(shown).subject.rfc4514_string()


async def test_it_speaks_https_with_the_certificate_that_is_named(tmp_path: Path) -> None:
    async with serving(write_pair(tmp_path, "one")) as port:
        assert await name_shown(port) == "CN=one"
        async with (
            ClientSession() as client,
            client.get(f"https://127.0.0.1:{port}/healthz", ssl=False) as answer,
        ):
            assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_a_new_certificate_is_shown_when_it_is_told_to_look(tmp_path: Path) -> None:
    async with serving(write_pair(tmp_path, "one")) as port:
        write_pair(tmp_path, "two")
        assert await name_shown(port) == "CN=one"
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0)
        assert await name_shown(port) == "CN=two"


async def test_a_new_certificate_is_seen_without_being_told(tmp_path: Path) -> None:
    settings = write_pair(tmp_path, "one")
    certificate = Certificate(settings.tls_cert or Path(), settings.tls_key or Path())
    async with renewing(certificate, every=0.01):
        write_pair(tmp_path, "two")
        before = certificate._taken
        for _ in range(3000):
            if certificate._taken != before:
                break
            await asyncio.sleep(0.01)
    assert certificate._taken != before
    assert not certificate.look()


@pytest.mark.parametrize("how", ["half", "broken", "gone"])
async def test_a_renewal_that_cannot_be_used_changes_nothing(tmp_path: Path, how: str) -> None:
    async with serving(write_pair(tmp_path, "one")) as port:
        if how == "half":
            write_pair(tmp_path, "two", key_too=False)
        elif how == "broken":
            (tmp_path / "cert.pem").write_text("nothing")
        else:
            (tmp_path / "key.pem").unlink()
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0)
        assert await name_shown(port) == "CN=one"
        write_pair(tmp_path, "three")
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0)
        assert await name_shown(port) == "CN=three"


async def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    settings = write_pair(tmp_path, "one")
    (tmp_path / "key.pem").write_text("nothing")
    with pytest.raises(SettingInvalid, match="certificate cannot be used"):
        async with serving(settings):
            pass


def test_certificate_and_key_are_given_together() -> None:
    with pytest.raises(SettingInvalid, match="together"):
        Settings.from_environment({"GATEWAY_TLS_CERT": "a.pem"})


# --- proxies --------------------------------------------------------------------------------------

BEHIND = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


async def told_address(settings: Settings, headers: dict[str, str]) -> str:
    """The scheme of the address that the page tells to send things to."""
    async with serving(settings) as port, ClientSession(f"http://127.0.0.1:{port}") as client:
        text = await (await client.get("/", headers=headers)).text()
    return "https" if "https://127.0.0.1" in text else "http"


async def test_a_trusted_proxy_says_how_it_was_asked_and_nobody_else_does() -> None:
    assert await told_address(Settings(), {}) == "http"
    assert await told_address(Settings(), BEHIND) == "https"
    assert await told_address(Settings(proxies=("192.0.2.0/24",)), BEHIND) == "http"
    assert await told_address(Settings(), {"X-Forwarded-Proto": "gopher"}) == "http"


@pytest.mark.parametrize(
    ("proxies", "given", "counted"),
    [
        (("127.0.0.0/8",), "198.51.100.7", "198.51.100.7"),
        (("127.0.0.0/8",), "203.0.113.1, 198.51.100.7", "198.51.100.7"),
        (("127.0.0.0/8", "198.51.100.0/24"), "203.0.113.1, 198.51.100.7", "203.0.113.1"),
        (("127.0.0.0/8",), "2001:db8:1:2::5", "2001:db8:1:2::/64"),
        (("127.0.0.0/8",), "203.0.113.1, nonsense", ""),
        (("127.0.0.0/8",), "", ""),
        (("192.0.2.0/24",), "198.51.100.7", ""),
    ],
)
async def test_requests_are_counted_for_whom_a_trusted_proxy_speaks(
    proxies: tuple[str, ...], given: str, counted: str
) -> None:
    app = make_app(Settings(proxies=proxies, connections_each=1), gateway())
    one = socket.create_server(("127.0.0.1", 0))
    headers = {"X-Forwarded-For": given} if given else {}
    async with listening(app, [one]), ClientSession(f"http://127.0.0.1:{one.getsockname()[1]}") as client:
        app[CONNECTIONS].behind["198.51.100.9"] = 1
        async with client.get("/v1/formats", headers=headers) as answer:
            assert answer.status == 200
        if counted:
            app[CONNECTIONS].behind[counted] = 1
        async with client.get("/v1/formats", headers=headers) as answer:
            assert answer.status == (503 if counted else 200)


# --- what is no HTTP ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"HELO Xanthippe\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nbad header Xanthippe\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 400),
        (b"POST /v1/verify HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /v1/verify HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /v1/verify HTTP/1.1\r\nHost: h\r\nExpect: Xanthippe\r\nContent-Length: 1\r\n\r\nx", 417),
    ],
)
async def test_what_is_no_request_is_refused_with_a_problem_document(sent: bytes, status: int) -> None:
    async with serving(Settings()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent + (b"\r\n\r\n" if status == 400 else b""))
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode().lower()
        length = int(next(line for line in head.splitlines() if line.startswith("content-length:"))[15:])
        problem = json.loads(await asyncio.wait_for(reader.readexactly(length), PATIENCE))
        writer.close()
        async with ClientSession(f"http://127.0.0.1:{port}") as client, client.get("/metrics") as answer:
            counted = await answer.text()
    assert head.startswith((f"http/1.1 {status} ", f"http/1.0 {status} "))
    for line in (
        "content-type: application/problem+json",
        "x-content-type-options: nosniff",
        "x-request-id: ",
    ):
        assert line in head
    assert (problem["status"], problem["code"]) == (status, "request_refused")
    assert "Xanthippe" not in json.dumps(problem) + head
    assert f'method="(other)",route="(no route)",status="{status}"' in counted
