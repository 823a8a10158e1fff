"""The service as a process, and as several: started, killed in part, stopped under load, nothing lost."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import aiohttp
import pytest

from gateway.api.serving import bound
from gateway.errors import GatewayFailed
from gateway.resources import example_bytes
from gateway.settings import Settings

COMMAND = Path(sys.executable).with_name("gateway")
PATIENCE = 60.0
CLIENTS = 4


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def serving(pid: int) -> set[int]:
    """The processes that answer: those below a parent that have workers of their own."""
    return {child for child in children(pid) if any(True for _ in children(child))}


@asynccontextmanager
async def server(folder: Path, processes: int) -> AsyncIterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
    environ["GATEWAY_WORKERS"] = "1"
    command = [
        str(COMMAND),
        "serve",
        "--port",
        str(port),
        "--data",
        str(folder),
        "--processes",
        str(processes),
    ]
    process = subprocess.Popen(command, env=environ, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


async def until_ready(session: aiohttp.ClientSession, address: str) -> str:
    """The DID of a server that answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            async with session.get(f"{address}/readyz") as answer:
                did: str = (await answer.json())["signer"]
                return did
        except (aiohttp.ClientError, OSError):
            assert time.monotonic() < end
            await asyncio.sleep(0.1)


NUMBERS = count()


async def issue(session: aiohttp.ClientSession, address: str, did: str) -> bytes:
    """The bytes of a credential that is asked for, each another, as they come."""
    badge = json.loads(example_bytes("badge.ob3.json"))
    issuer = {**badge["issuer"], "id": did}
    body = {"credential": {**badge, "issuer": issuer, "name": f"Badge {next(NUMBERS)}"}}
    async with session.post(f"{address}/credentials/issue", json=body) as answer:
        content = await answer.read()
        assert answer.status == 201, content
        return content.removeprefix(b'{"verifiableCredential": ').removesuffix(b"}") + b"\n"


async def load(session: aiohttp.ClientSession, address: str, did: str, received: list[bytes]) -> None:
    """Ask until nobody answers."""
    while True:
        try:
            received.append(await issue(session, address, did))
        except (aiohttp.ClientError, OSError):
            return


def signed(folder: Path) -> list[str]:
    """The digests in the ledger."""
    lines = (folder / "signatures.jsonl").read_text().splitlines()
    return [json.loads(line)["digest"] for line in lines]


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_stop_under_load_loses_no_answer(tmp_path: Path, processes: int) -> None:
    async with server(tmp_path, processes) as (process, address), aiohttp.ClientSession() as session:
        did = await until_ready(session, address)
        received: list[bytes] = []
        if processes > 1:
            await kill_one(process, session, address)
            received += [await issue(session, address, did) for _ in range(20)]
        clients = [asyncio.create_task(load(session, address, did, received)) for _ in range(CLIENTS)]
        while len(received) < 50:
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*clients)
        said = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
        assert process.returncode == 0, said
        assert "Traceback" not in said[1]
    assert sorted(signed(tmp_path)) == sorted(hashlib.sha256(content).hexdigest() for content in received)


async def kill_one(process: subprocess.Popen[str], session: aiohttp.ClientSession, address: str) -> None:
    """Kill one of two serving processes: the other goes on answering, and the place is filled."""
    before = serving(process.pid)
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    end = time.monotonic() + PATIENCE
    while len(serving(process.pid) - before) < 1:
        await until_ready(session, address)
        assert time.monotonic() < end
        await asyncio.sleep(0.1)


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(GatewayFailed) as refusal:
        bound(Settings(port=taken.getsockname()[1]))
    assert "cannot listen on 127.0.0.1" in refusal.value.detail


def test_what_cannot_be_started_says_why_and_exits(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("no folder")
    command = [COMMAND, "serve", "--port", str(free_port()), "--data", tmp_path, "--processes", "2"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=tmp_path
    )
    assert done.returncode == 3
    assert "The signing key cannot be used" in done.stderr
    assert "before it was ready" in done.stderr
    assert "Traceback" not in done.stderr
