"""A gateway that runs, over https with a certificate made for the run, and the clients that ask it."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conformance.lineages import NODE
from gateway.api import make_app
from gateway.jsonld import bundled
from gateway.settings import Settings
from gateway.store import SCOPES, Connection, Database, bring_up_to_date
from gateway.store.tables import SYSTEM
from gateway.store.tenants import add_tenant, new_key, scopes_named

__all__ = ["Running", "certificate_in", "running"]

Json = dict[str, Any]
JSON_TYPES = ("application/json", "application/problem+json")
SECONDS = 300
"""How long the clients may take together."""


@dataclass(frozen=True, slots=True)
class Running:
    """A running gateway: its address, the certificate to trust, and a session with a key of a tenant's."""

    base: str
    certificate: Path
    session: ClientSession

    async def ask(self, method: str, path: str, body: bytes | Json | None = None) -> Any:
        """What it answers, JSON or text. Raises ``RuntimeError`` for a refusal."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        headers = {"Content-Type": "application/json"} if data is not None else {}
        async with self.session.request(method, f"{self.base}{path}", data=data, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {text[:400]}")
            return json.loads(text) if answer.content_type in JSON_TYPES else text

    async def clients(self, orders: Sequence[Json]) -> dict[str, Json]:
        """What the clients say of each order, by its name; one that says nothing has not done it."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as known:
            contexts = bundled()
            json.dump({url: contexts.get(url) for url in contexts.urls()}, known)
            known.flush()
            node = await asyncio.create_subprocess_exec(
                "node", "wallets.mjs", known.name, cwd=NODE, stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "NODE_EXTRA_CA_CERTS": str(self.certificate), "NODE_NO_WARNINGS": "1"},
            )  # fmt: skip
            lines = "\n".join(json.dumps(order) for order in orders).encode()
            told, _ = await asyncio.wait_for(node.communicate(lines), SECONDS)
        found = [json.loads(line) for line in told.decode().splitlines() if line.startswith("{")]
        silent: dict[str, Json] = {
            order["name"]: {"done": False, "error": "it said nothing"} for order in orders
        }
        return silent | {one["name"]: one for one in found}


@asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[Running]:
    """A gateway on a free port of localhost, with a tenant, for as long as the block."""
    with tempfile.TemporaryDirectory(prefix="gateway-wallets-") as folder:
        certificate, context = certificate_in(Path(folder))
        store = await Database.open(f"sqlite:///{folder}/gateway.db")
        await store.write(SYSTEM, bring_up_to_date)
        app = make_app(Settings(data=Path(folder) / "data", workers=1, **settings), store=store)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        try:
            await site.start()
            port = runner.addresses[0][1]
            key = await store.write(SYSTEM, _tenant)
            trusting = ssl.create_default_context(cafile=certificate)
            async with ClientSession(
                headers={"Authorization": f"Bearer {key}"}, connector=TCPConnector(ssl=trusting)
            ) as session:
                yield Running(f"https://localhost:{port}", certificate, session)
        finally:
            await runner.cleanup()
            await store.close()


def _tenant(connection: Connection) -> str:
    """A new tenant's key, which may do everything."""
    now = datetime.now(UTC)
    tenant = add_tenant(connection, "school", now)
    return new_key(connection, tenant.id, scopes_named(SCOPES), now)[1]


def certificate_in(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that signs itself, as a file, and what serves with it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, secret)
    return certificate, context
