"""What a running gateway says of itself: a line for each event, as text for people or as JSON for programs.

No line is broken or disguised by what is in it. Of an exception there is its kind and the places it passed:
messages and tracebacks may quote what was sent.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import threading
import time
import warnings
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["REQUEST_ID", "JsonLines", "TextLines", "log_to_standard_error", "places_of", "request_id"]

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Which request a line belongs to."""
PLACES = 6
"""Innermost places of an exception that are told."""

_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_log = logging.getLogger("gateway")


def request_id(given: str) -> str:
    """The id that a request was given, where it is letters, digits and ``._-``, at most 64; else a new one."""
    return given if _GIVEN.match(given) else secrets.token_hex(8)


def places_of(trace: TracebackType | None) -> list[str]:
    """Where an exception passed, innermost first: files, lines and functions, and no value."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[: -PLACES - 1 : -1]


def log_to_standard_error(form: str | None = None) -> None:
    """What this process has to say goes there, as ``text`` or ``json``; unless it is said, text on a terminal."""
    chosen = form or ("text" if sys.stderr.isatty() else "json")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if chosen == "json" else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It quotes what was sent where that is no HTTP, and is told of nothing that is not told here.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module=r"aiohttp\.")  # so do its warnings of odd heads in forms
    sys.excepthook = _unexpected
    threading.excepthook = lambda told: _unexpected(told.exc_type, told.exc_value, told.exc_traceback)


def _unexpected(kind: type[BaseException], _: BaseException | None, trace: TracebackType | None) -> None:
    """What nobody caught: its kind and places. Told instead of a traceback, which may quote what was sent."""
    members = {"exception": kind.__name__, "places": places_of(trace)}
    _log.critical("ended unexpectedly", extra={"members": members})


def _members(record: logging.LogRecord) -> dict[str, Any]:
    """An event by its members, none of them empty; ``members`` of the record are among them."""
    message = record.getMessage()
    told = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
        "level": record.levelname,
        "logger": record.name,
        # What follows the first line of asyncio's messages shows tasks with their exceptions.
        "message": message.partition("\n")[0] if record.name == "asyncio" else message,
        "request": REQUEST_ID.get(),
        **getattr(record, "members", {}),
    }
    if record.exc_info and record.exc_info[0] is not None:
        told |= {"exception": record.exc_info[0].__name__, "places": places_of(record.exc_info[2])}
    return {name: value for name, value in told.items() if value not in ("", [])}


class JsonLines(logging.Formatter):
    """A JSON object in ASCII for each event."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        return json.dumps(_members(record))


class TextLines(logging.Formatter):
    """A line of text for each event, its control characters escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        told = _members(record)
        parts = [told["at"], told["level"], told["logger"], told["message"]]
        if "exception" in told:
            parts.append(f"({told['exception']} at {' < '.join(told.get('places', ['?']))})")
        if "request" in told:
            parts.append(f"[{told['request']}]")
        return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", " ".join(parts))
