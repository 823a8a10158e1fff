"""Several serving processes on one port, and the parent that keeps them: ``gateway serve --processes N``.

The parent binds the port and gives the sockets away; it answers nothing itself. What is in a socket's queue
is not lost with a process that dies: another takes it, as they all listen on the same one.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from gateway.api.app import make_app
from gateway.api.serving import SHUTDOWN, bound, serve_app
from gateway.errors import GatewayError, GatewayFailed
from gateway.hardening import harden, keep_files_to_itself
from gateway.logs import log_to_standard_error
from gateway.metrics import Metrics
from gateway.settings import Settings

__all__ = ["serve"]

log = logging.getLogger("gateway")

READY, GO = b"ready", b"go"
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
"""Seconds until a process that ended is started anew; twice as many each time, until one lives for long."""
LONG = 60.0
GRACE = 10.0
"""Seconds beyond those for requests that a process has to end in, before it is killed."""


def serve(settings: Settings) -> None:
    """Run the service until it is told to stop, in as many processes as the settings say.

    Raises a ``GatewayError`` when it cannot be started.
    """
    log_to_standard_error(settings.log)
    keep_files_to_itself()
    _await_hangups(settings)
    sockets = bound(settings)
    if settings.processes == 1:
        asyncio.run(serve_app(make_app(settings), sockets, _at_once))
        return
    with tempfile.TemporaryDirectory(prefix="gateway-metrics-") as shared:
        _Supervisor(settings, sockets, Path(shared)).run()


def _await_hangups(settings: Settings) -> None:
    """Under TLS ``SIGHUP`` means to look at the certificate, and while there is none yet, nothing."""
    if settings.tls_cert is not None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


async def _at_once() -> bool:
    return True


# --- a serving process ------------------------------------------------------------------------------


def _child(settings: Settings, sockets: Sequence[socket.socket], shared: Path, parent: Connection) -> None:
    """The life of a serving process: says that it is ready, answers when it is told to, ends with its parent."""
    os.setpgid(0, 0)  # what is typed at the terminal is for the parent, which passes it on
    harden()
    log_to_standard_error(settings.log)
    keep_files_to_itself()
    _await_hangups(settings)
    app = make_app(settings, metrics=Metrics(shared))
    try:
        asyncio.run(serve_app(app, sockets, lambda: _told(parent)))
    except GatewayError as error:
        log.error("cannot serve: %s: %s %s", error.title, error.detail, error.hint)
        sys.exit(error.exit_code)


async def _told(parent: Connection) -> bool:
    """Say that this process is ready, and wait until it shall answer. It stops when the parent is gone."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()

    def heard() -> None:
        try:
            if parent.recv_bytes() == GO:
                told.set()
        except (EOFError, OSError):
            loop.remove_reader(parent.fileno())
            os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(parent.fileno(), heard)
    parent.send_bytes(READY)
    await told.wait()
    return True


# --- the parent -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
    """One of the serving processes, whichever has it now: since when, whether it is ready and may answer, and,
    when it has ended, when the next is due."""

    process: Any = None
    channel: Connection | None = None
    since: float = 0.0
    ready: bool = False
    told: bool = False
    due: float = 0.0
    delay: float = FIRST_DELAY


@dataclass(slots=True)
class _Supervisor:
    """The parent's part: starts processes, and starts them anew, until a signal says that it is over."""

    settings: Settings
    sockets: Sequence[socket.socket]
    shared: Path
    clock: Callable[[], float] = time.monotonic
    places: list[_Place] = field(default_factory=list)
    serving: bool = False
    stopping: bool = False

    def run(self) -> None:
        """Keep the processes until a signal, then end them. Raises ``GatewayFailed`` when they cannot start."""
        woken, wake = socket.socketpair()
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        if self.settings.tls_cert is not None:
            signal.signal(signal.SIGHUP, self._look)
        self.places = [_Place() for _ in range(self.settings.processes)]
        try:
            while not self.stopping:
                self._start_due()
                self._wait(woken)
        finally:
            self._end()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _look(self, *_: object) -> None:
        """Have every process look at its certificate."""
        for place in self.places:
            if place.process is not None and place.told:
                with suppress(OSError, ValueError):
                    os.kill(place.process.pid, signal.SIGHUP)

    def _start_due(self) -> None:
        """Start what is due: at first one alone, which makes the keys and the store that are not there yet."""
        now = self.clock()
        for place in self.places if self.serving or self.places[0].ready else self.places[:1]:
            if place.process is None and place.due <= now:
                self._start(place)

    def _start(self, place: _Place) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = multiprocessing.Pipe()
        arguments = (self.settings, self.sockets, self.shared, theirs)
        place.process = context.Process(target=_child, args=arguments)
        place.process.start()
        theirs.close()
        place.channel, place.since, place.ready, place.told = ours, self.clock(), False, False

    def _wait(self, woken: socket.socket) -> None:
        """Until a process says something or ends, a signal comes, or another process is due."""
        living = [place for place in self.places if place.process is not None]
        due = [place.due for place in self.places if place.process is None and self.serving]
        timeout = max(0.0, min(due) - self.clock()) if due else None
        channels = [place.channel for place in living if place.channel is not None and not place.ready]
        found = wait([woken, *channels, *(place.process.sentinel for place in living)], timeout)
        for place in living:
            if place.process.sentinel in found:
                self._ended(place)
            elif place.channel in found:
                self._heard(place)
        if all(place.ready for place in self.places) and not self.serving:
            self.serving = True
            log.info("%d processes are ready", len(self.places))
        self._let_answer()

    def _heard(self, place: _Place) -> None:
        with suppress(EOFError, OSError):
            if place.channel is not None and place.channel.recv_bytes() == READY:
                place.ready = True

    def _let_answer(self) -> None:
        """From when all were ready for the first time, whoever is ready answers."""
        for place in self.places:
            if self.serving and place.ready and not place.told and place.channel is not None:
                place.told = True
                with suppress(OSError):
                    place.channel.send_bytes(GO)

    def _ended(self, place: _Place) -> None:
        """A process ended. Before all were ready that ends the service; later, another takes its place."""
        place.process.join()
        code, pid = place.process.exitcode, place.process.pid
        if place.channel is not None:
            place.channel.close()
        lived = self.clock() - place.since
        place.process, place.channel, place.ready = None, None, False
        if not self.serving:
            raise GatewayFailed(
                f"a serving process ended with {code} before it was ready", hint="Its own words are above."
            )
        Metrics(self.shared).forget(pid)
        place.delay = FIRST_DELAY if lived > LONG else min(2 * place.delay, LONGEST_DELAY)
        place.due = self.clock() + place.delay
        log.warning("a serving process ended with %s; another follows in %.1f s", code, place.delay)

    def _end(self) -> None:
        """Tell every process to stop, and wait until it has answered what it was asked."""
        living = [place.process for place in self.places if place.process is not None]
        for process in living:
            process.terminate()
        end = self.clock() + SHUTDOWN + GRACE
        for process in living:
            process.join(max(0.0, end - self.clock()))
            if process.exitcode is None:
                process.kill()
                process.join()
        for one in self.sockets:
            one.close()
