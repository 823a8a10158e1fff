"""The service under load on loopback: conversions and signatures a second, and how late its event loop is.

    python -m bench.http [--rounds 3] [--seconds 4]

A server of one worker process, beside the same server with compiled contexts switched off (``slow_path``), each
asked in turns. Client and server share the machine, so that processor time is told beside the rate.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench.documents import document
from gateway.keys import base58_encode, verification_method_of
from gateway.resources import example_bytes

__all__ = ["JOBS", "PATHS", "Lag", "Row", "lag", "measure"]

JOBS = ("convert", "issue")
PATHS = ("compiled", "pyld")
"""The server as it is, and with compiled contexts switched off."""
SLOW_PATH = Path(__file__).with_name("slow_path")
CLIENTS = 8
MAX_REQUESTS = 20_000
"""Most requests of one turn, whatever its seconds."""
START = 60.0
POISON = 0.1
ASKED = 0.05
"""Seconds that the event loop is not to be late beyond, but for one moment in a thousand."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Row:
    """One job on one path with some clients at a time: by round, requests a second, the times of all of them in
    milliseconds, and processor milliseconds of the server for each, worker included."""

    job: str
    path: str
    clients: int
    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second, the median of the rounds."""
        return statistics.median(self.rates)

    @property
    def cpu(self) -> float:
        """Processor milliseconds of the server for one request, the median of the rounds."""
        return statistics.median(self.processor)

    def percentile(self, part: float) -> float:
        """The time that so large a part of the requests was answered in, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Lag:
    """The event loop under a load with poison in it: how often it was asked, the share of moments at which it was late
    by no more than ``ASKED``, the bound that holds for 99.9 %, and what was answered with which status."""

    samples: int
    within: float
    bound: float
    statuses: dict[int, int]


class Server:
    """A real server in a process of its own, which is asked over loopback."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, session: aiohttp.ClientSession) -> None:
        self._process, self._session = process, session
        self.address = f"http://127.0.0.1:{port}"
        self.did = ""

    async def ready(self) -> None:
        """Wait until it is. Raises ``RuntimeError`` when it ends instead, or takes too long."""
        end = time.monotonic() + START
        while time.monotonic() < end and self._process.poll() is None:
            try:
                async with self._session.get(f"{self.address}/readyz") as answer:
                    self.did = (await answer.json())["signer"]
                    return
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.05)
        raise RuntimeError("the server did not start")

    async def ask(self, path: str, data: bytes) -> int:
        """Post a body; the status of the answer, which is read whole."""
        async with self._session.post(f"{self.address}{path}", data=data) as answer:
            await answer.read()
            return answer.status

    async def metrics(self) -> str:
        """What it counted."""
        async with self._session.get(f"{self.address}/metrics") as answer:
            return await answer.text()

    def processor(self) -> float:
        """Processor seconds of the server and its workers so far."""
        return sum(_processor(pid) for pid in _family(self._process.pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _processor(pid: int) -> float:
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / TICKS


@asynccontextmanager
async def _server(path: str) -> AsyncIterator[Server]:
    """A server with one worker and keys of its own, for as long as the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        environ |= {"GATEWAY_WORKERS": "1", "GATEWAY_DATA": data, "GATEWAY_PORT": str(port)}
        if path == "pyld":
            environ["PYTHONPATH"] = str(SLOW_PATH)
        command = [str(Path(sys.executable).with_name("gateway")), "serve"]
        process = subprocess.Popen(command, env=environ, cwd=data, stderr=subprocess.DEVNULL)
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=START)) as session:
                server = Server(process, port, session)
                await server.ready()
                yield server
        finally:
            process.terminate()
            process.wait()


def _request(job: str, did: str) -> tuple[str, bytes]:
    """Where a job is asked for, and with what."""
    if job == "convert":
        return "/v1/convert?to=ob3", example_bytes("micro-credential.elm3.json")
    return "/credentials/issue", json.dumps({"credential": document("mid", did)}).encode()


async def _turn(server: Server, row: Row, seconds: float) -> None:
    """Ask a server for some seconds, and note it. Raises ``RuntimeError`` for an answer that is none."""
    path, data = _request(row.job, server.did)
    times: list[float] = []
    cpu, start = server.processor(), time.perf_counter()

    async def client() -> None:
        while time.perf_counter() - start < seconds and len(times) < MAX_REQUESTS:
            began = time.perf_counter()
            if (status := await server.ask(path, data)) not in (200, 201):
                raise RuntimeError(f"{path} answered {status}")
            times.append((time.perf_counter() - began) * 1e3)

    await asyncio.gather(*(client() for _ in range(row.clients)))
    row.rates.append(len(times) / (time.perf_counter() - start))
    row.processor.append((server.processor() - cpu) * 1e3 / len(times))
    row.times += times


async def _measured(rounds: int, seconds: float) -> list[Row]:
    rows = [Row(job, path, clients) for job in JOBS for clients in (1, CLIENTS) for path in PATHS]
    async with _server(PATHS[0]) as compiled, _server(PATHS[1]) as pyld:
        servers = dict(zip(PATHS, (compiled, pyld), strict=True))
        for row in rows:  # what is made at the first request is made
            await _turn(servers[row.path], Row(row.job, row.path, 1), seconds / 4)
        for _ in range(rounds):
            for row in rows:
                await _turn(servers[row.path], row, seconds)
    return rows


def measure(rounds: int = 3, seconds: float = 2.0) -> list[Row]:
    """Every job, with one client and with several, on both paths, in turns."""
    return asyncio.run(_measured(rounds, seconds))


# --- poison ----------------------------------------------------------------------------------------


def poison(did: str) -> list[tuple[str, bytes]]:
    """Requests made to hold a canonicalizer: look-alikes under published contexts, and a clique under its own."""
    alike = document("mid", did)
    achievement: Any = alike["credentialSubject"]["achievement"]
    same = {"type": ["Alignment"], "targetName": "Same", "targetUrl": "https://harbour.example/same"}
    anonymous = {name: value for name, value in achievement.items() if name != "id"}
    twins = [{**anonymous, "alignment": [same] * 9}] * 2
    alike["credentialSubject"] = [{**alike["credentialSubject"], "achievement": twin} for twin in twins]
    clique = document("small", did)
    clique["@context"] = [
        *clique["@context"],
        {"knows": {"@id": "https://harbour.example/knows", "@type": "@id"}},
    ]
    clique["credentialSubject"] = [
        {"id": f"_:n{n}", "knows": [f"_:n{m}" for m in range(8) if m != n]} for n in range(8)
    ]
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-02-01T00:00:00Z",
        "verificationMethod": verification_method_of(did),
        "proofPurpose": "assertionMethod",
        "proofValue": "z" + base58_encode(bytes(range(64))),
    }
    proven = json.dumps({**alike, "proof": proof}).encode()
    return [
        ("/credentials/issue", json.dumps({"credential": alike}).encode()),
        ("/credentials/issue", json.dumps({"credential": clique}).encode()),
        ("/v1/verify", proven),
        ("/v1/convert?to=ob3", proven),
    ]


async def _lagged(seconds: float) -> Lag:
    statuses: dict[int, int] = {}
    async with _server(PATHS[0]) as server:
        good, bad = [_request(job, server.did) for job in JOBS], poison(server.did)
        every, end = round(1 / POISON), time.monotonic() + seconds
        before = _buckets(await server.metrics())

        async def client(number: int) -> None:
            turn = number
            while time.monotonic() < end and turn < MAX_REQUESTS:
                turn += 1
                path, data = bad[turn // every % len(bad)] if turn % every == 0 else good[turn % len(good)]
                status = await server.ask(path, data)
                statuses[status] = statuses.get(status, 0) + 1

        await asyncio.gather(*(client(number) for number in range(CLIENTS)))
        after = _buckets(await server.metrics())
    return _lag({bound: count - before[bound] for bound, count in after.items()}, statuses)


def _buckets(text: str) -> dict[float, float]:
    found = re.findall(r'gateway_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)', text)
    return {float(bound): float(count) for bound, count in found}


def _lag(counts: dict[float, float], statuses: dict[int, int]) -> Lag:
    total = counts[float("inf")]
    bound = min(bound for bound, count in counts.items() if count >= 0.999 * total)
    return Lag(int(total), counts[ASKED] / total, bound, statuses)


def lag(seconds: float = 10.0) -> Lag:
    """The event loop of a server that converts and signs, one request in ten being poison."""
    return asyncio.run(_lagged(seconds))


def main() -> None:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(prog="bench.http", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    asked = parser.parse_args()
    rows = measure(asked.rounds, asked.seconds)
    for compiled, pyld in zip(rows[::2], rows[1::2], strict=True):
        for row in (compiled, pyld):
            times = f"p50 {row.percentile(0.5):7.2f} ms, p99 {row.percentile(0.99):7.2f} ms"
            print(
                f"{row.job:8} {row.path:9} {row.clients} at a time: {row.rate:7.1f}/s, {times}, "
                f"processor {row.cpu:6.2f} ms"
            )
        rate, cpu = compiled.rate / pyld.rate, pyld.cpu / compiled.cpu
        print(f"{'':8} {rate:.1f} times the rate, {cpu:.1f} times less processor")
    seen = lag(asked.seconds * 5)
    print(
        f"event loop with poison: {seen.within:.2%} of {seen.samples} moments within {ASKED * 1e3:.0f} ms, "
        f"99.9 % within {seen.bound * 1e3:g} ms; answers {dict(sorted(seen.statuses.items()))}"
    )


if __name__ == "__main__":
    main()
