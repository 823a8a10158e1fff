"""A gateway of its own for a long run: started, killed, stopped, started again on the same folder and port."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import time
from pathlib import Path

import aiohttp

from gateway.formats.vocabulary import OWN_CONTEXT
from soak.forking import Forks

__all__ = ["Served"]

READY_SECONDS = 60.0
LOOK = 0.02
KEY = re.compile(rb"mcg_\S+")


class Served:
    """A server in a process group of its own; ``url`` and ``key`` stay the same over its lives."""

    def __init__(self, folder: Path, *, database: str = "", workers: int = 1, **more: str) -> None:
        self.folder = folder
        self._log = folder / "server.log"
        self._kept = folder / "admin.key"
        port = _free_port()
        given = {"GATEWAY_WORKERS": str(workers), "GATEWAY_DATA": str(folder / "data"), **more}
        if database:
            given["GATEWAY_DATABASE"] = database
        self.pid = 0
        self.url = f"http://127.0.0.1:{port}"
        own = f"{self.url}/contexts/{OWN_CONTEXT}"
        self._forks = Forks(self._log, given, own, "serve", "--port", str(port))
        self.key = self._kept.read_text() if self._kept.exists() else ""

    async def start(self) -> float:
        """Start it, and wait until it is ready; how long that took, in seconds."""
        begun = time.monotonic()
        await self.launch()
        await self._ready(begun)
        if not self.key and (found := KEY.search(self._log.read_bytes())):
            self.key = found[0].decode()
            self._kept.write_text(self.key)
        return time.monotonic() - begun

    async def launch(self) -> None:
        """Start it, and do not wait."""
        self.pid = await self._forks.start()

    async def _ready(self, begun: float) -> None:
        async with aiohttp.ClientSession() as session:
            while time.monotonic() - begun < READY_SECONDS:
                try:
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(LOOK)
        raise RuntimeError(f"the server did not get ready: see {self._log.name} in the folder of the run")

    async def end(self, how: signal.Signals) -> int:
        """End it, with everything it started where it is killed; its exit code."""
        if not self.pid:
            return 0
        self.pid = 0
        return await self._forks.end(how)

    async def close(self) -> None:
        """End it if it runs, and what starts it."""
        await self.end(signal.SIGKILL)
        await self._forks.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
