"""Cold start: one command in a process of its own, from nothing to its end, interpreter and imports included."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.measuring import Turn
from bench.ours import KEY
from bench.records import EXAMPLES
from bench.signing import GATEWAY, LIMIT
from bench.world import Difference, World
from gateway.keys import secret_multikey

__all__ = ["COMMANDS", "turns"]

PROCESSES = 2
"""Fresh processes in a round."""
MICRO, BADGE = str(EXAMPLES / "micro-credential.elm3.json"), str(EXAMPLES / "badge.elm3.json")
COMMANDS = {
    "gateway --help": ("--help",),
    "gateway convert, badge": ("convert", BADGE, "--to", "ob3"),
    "gateway convert, micro-credential": ("convert", MICRO, "--to", "ob3"),
    "gateway verify, badge": ("verify", "{signed}"),
}
BARE = "an empty Python program"


def turns(world: World) -> Iterator[Turn]:
    """Every command, and Python that does nothing. Raises ``Difference`` where one does not do its work."""
    signed = world.folder / "signed.json"
    environment = {
        **os.environ, "GATEWAY_SIGNING_KEY": secret_multikey(KEY), "GATEWAY_DATA": str(world.folder / "data"),
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("gateway"))]
    done = subprocess.run(
        [*command, *COMMANDS["gateway convert, badge"], "--out", str(signed)],
        env=environment, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Difference(f"gateway convert ended with {done.returncode}: {done.stderr[-200:].decode()}")
    for name, words in COMMANDS.items():
        told = [*command, *(word.format(signed=signed) for word in words)]
        yield Turn("start", "start", name, GATEWAY, partial(_started, told, environment), True)
    bare = [sys.executable, "-c", "pass"]
    yield Turn("start", "start", BARE, LIMIT, partial(_started, bare, environment), True)


def _started(command: list[str], environment: dict[str, str], _: float) -> tuple[list[float], float]:
    """Microseconds from start to end of some processes, and the processor time of one."""
    times = []
    before = _children()
    for _number in range(PROCESSES):
        start = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        times.append((time.perf_counter() - start) * 1e6)
        if done.returncode:
            raise Difference(f"{' '.join(command[1:4])} ended with {done.returncode}")
    return times, (_children() - before) * 1e6 / PROCESSES


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
