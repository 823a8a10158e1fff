"""A process that has loaded and warmed up what a server needs, and becomes one as often as it is told, by forking.

So a server that is killed is there again in tenths of a second, and runs what ``gateway serve`` runs; only its
worker processes are forked too, where otherwise they are begun from nothing.
Told by lines on standard input: ``start`` and ``end SIGNAL``; says the process id, or the exit code.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["Forks"]

LOOK = 0.005


class Forks:
    """The process that forks what runs a command of ``gateway``, at the other end of a pipe.

    What comes out of it goes to ``log``; ``own`` is the address of its own context, which is warmed up.
    """

    def __init__(self, log: Path, given: dict[str, str], own: str, *command: str) -> None:
        self._log, self._given, self._command = log, given, (own, *command)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> int:
        """Start one; the id of its process, which leads a group of its own."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "soak.forking", str(self._log), *self._command,
                env={**os.environ, **self._given}, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                cwd=Path(__file__).parents[1],
            )  # fmt: skip
        return await self._told("start")

    async def end(self, how: signal.Signals) -> int:
        """End it, with everything it started where it is killed; the exit code, negative for a signal."""
        return await self._told(f"end {how.value}")

    async def _told(self, order: str) -> int:
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("there is none to end")
        self._process.stdin.write(f"{order}\n".encode())
        await self._process.stdin.drain()
        return int(await self._process.stdout.readline())

    async def close(self) -> None:
        """Let the forking process go."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()


def _become(arguments: list[str], log: str) -> None:
    os.setsid()
    forking = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda _=None: forking  # type: ignore[assignment]
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, opened in enumerate((os.open(os.devnull, os.O_RDONLY), told, told)):
        os.dup2(opened, number)
    from gateway.cli import main as gateway_main  # in the child: the parent only has it loaded

    code = 1
    try:
        code = gateway_main(arguments)
    finally:
        sys.stdout.flush()
        os._exit(code)


def _wait_for_all_of(group: int) -> None:
    """Wait until no process of a group is left: what was forked holds the sockets that were open then."""
    with suppress(ProcessLookupError):
        while True:
            os.killpg(group, 0)
            time.sleep(LOOK)


def main() -> int:
    """Fork when told, until there is nobody to tell."""
    import dbos  # noqa: F401  # loaded here, so that no child needs to; a child of ``spawn`` loads this file anew

    import gateway.api.supervising  # noqa: F401
    from gateway.pipeline import warm

    log, own, *command = sys.argv[1:]
    warm(own)
    if threading.active_count() > 1:
        raise RuntimeError("a process with threads cannot be forked")
    group = 0
    for line in sys.stdin:
        order, _, how = line.strip().partition(" ")
        if order == "start":
            group = os.fork()
            if group == 0:
                _become(command, log)
            print(group, flush=True)
        else:
            (os.killpg if int(how) == signal.SIGKILL else os.kill)(group, int(how))
            code = os.waitstatus_to_exitcode(os.waitpid(group, 0)[1])
            _wait_for_all_of(group)
            print(code, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
