"""A gateway of its own for a long run: started, killed, stopped, started again on the same folder and port."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
import time
from pathlib import Path

import aiohttp

__all__ = ["Served"]

READY_SECONDS = 60.0
LOOK = 0.02
KEY = re.compile(rb"mcg_\S+")


class Served:
    """A server in a process group of its own; ``url`` and ``key`` stay the same over its lives."""

    def __init__(self, folder: Path, *, database: str = "", workers: int = 1) -> None:
        self._folder = folder
        self._port = _free_port()
        self._given = {"GATEWAY_WORKERS": str(workers), "GATEWAY_DATA": str(folder / "data")}
        if database:
            self._given["GATEWAY_DATABASE"] = database
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.key = ""

    async def start(self) -> float:
        """Start it, and wait until it is ready; how long that took, in seconds."""
        begun = time.monotonic()
        with (self._folder / "server.log").open("ab") as log:
            start = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                Path(sys.executable).with_name("gateway"), "serve", "--port", str(self._port), stdout=log, stderr=log,
                env={**os.environ, **self._given}, start_new_session=True,
            )  # fmt: skip
        await self._ready(begun)
        if not self.key and (found := KEY.search((self._folder / "server.log").read_bytes()[start:])):
            self.key = found[0].decode()
        return time.monotonic() - begun

    async def _ready(self, begun: float) -> None:
        async with aiohttp.ClientSession() as session:
            while time.monotonic() - begun < READY_SECONDS:
                try:
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                if self._process is not None and self._process.returncode is not None:
                    break
                await asyncio.sleep(LOOK)
        raise RuntimeError(f"the server did not get ready: see {self._folder / 'server.log'}")

    async def end(self, how: signal.Signals) -> int:
        """End it, with everything it started where it is killed; its exit code."""
        if self._process is None:
            return 0
        if how is signal.SIGKILL:
            os.killpg(self._process.pid, how)
        else:
            self._process.send_signal(how)
        code = await self._process.wait()
        self._process = None
        return code


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
