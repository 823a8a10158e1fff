"""What a codec is, and what it may know of the document it reads or writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["DATE_TIME", "UNDETERMINED", "Codec", "CodecContext", "Refused"]

UNDETERMINED = "und"
"""The language of a text whose source names none (BCP 47)."""

DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")


class Refused(Exception):
    """The codec cannot express this value; never leaves the mapping engine."""


@dataclass(frozen=True, slots=True)
class CodecContext:
    """What codecs may know of the document: ``language`` is that of its plain strings,
    ``languages`` the order of preference when only one language fits, ``element`` is true in XML,
    where every scalar is text.
    """

    language: str = UNDETERMINED
    languages: tuple[str, ...] = ()
    element: bool = False


@dataclass(frozen=True, slots=True)
class Codec:
    """A named pair. ``whole`` codecs see all values of a field at once (texts), others one each.

    ``exact`` says that reading keeps the leaf as it is; otherwise a leaf counts as transformed.
    """

    name: str
    read: Callable[[Any, CodecContext], Any]
    write: Callable[[Any, CodecContext], Any]
    whole: bool = False
    exact: bool = True
