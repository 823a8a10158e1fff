"""What a worker process does: reads pieces of work from a socket, one batch after another, and answers each.

A message is four bytes of length and a pickle. A batch is a list of pickled pieces ``(function,
arguments)``, an answer a pickled ``(whether it succeeded, the result or error)``. The socket's end is the
worker's end, so that none is left behind by a process that was killed.
"""

from __future__ import annotations

import pickle
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from gateway.errors import GatewayFailed
from gateway.hardening import harden

__all__ = ["HEADER", "framed", "work"]

HEADER = 4
FLUSH = 0.002
"""Seconds of work after which the answers of a batch so far are sent."""


def framed(content: bytes) -> bytes:
    """A message with its length before it."""
    return len(content).to_bytes(HEADER, "big") + content


def work(channel: socket.socket, warm: Callable[[], object]) -> None:
    """The life of a worker: ``warm`` up, say so with an empty message, work until the channel ends."""
    harden()
    # Whoever stops the service stops the process that serves; that one lets its workers finish.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    warm()
    try:
        channel.sendall(framed(b""))
        with channel.makefile("rb") as source:
            while header := source.read(HEADER):
                _do(pickle.loads(source.read(int.from_bytes(header, "big"))), channel)
    except (OSError, EOFError):
        return  # who gave the work is gone


def _do(batch: list[bytes], channel: socket.socket) -> None:
    """Every piece of a batch, in order."""
    answers, sent = bytearray(), time.perf_counter()
    for piece in batch:
        answers += framed(_answer(piece))
        if (now := time.perf_counter()) - sent > FLUSH:
            channel.sendall(answers)
            answers, sent = bytearray(), now
    channel.sendall(answers)


def _answer(piece: bytes) -> bytes:
    """The result of one piece of work, or the error it ended with."""
    try:
        function, arguments = pickle.loads(piece)
        answer: tuple[bool, Any] = True, function(*arguments)
    except Exception as error:
        answer = False, error
    try:
        return pickle.dumps(answer)
    except Exception:
        return pickle.dumps((False, GatewayFailed("the result of the work cannot travel")))
