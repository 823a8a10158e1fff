"""What resolving gives, and what a method resolves with. https://www.w3.org/TR/did-resolution/#resolving"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, TypeVarTuple

from gateway.errors import DidDeactivated, GatewayError
from gateway.fetch import Fetch

__all__ = ["Json", "Means", "Method", "Resolution", "Run", "Version", "here"]

Json = dict[str, Any]
Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document: its full id, its number, since when it holds, and what it says."""

    id: str
    number: int
    time: datetime
    document: Json
    metadata: Json


@dataclass(frozen=True, slots=True)
class Resolution:
    """A DID document with what is known of it.

    A DID that was deactivated has no ``document``. ``versions`` are there for methods that keep them, the
    oldest first; ``broken`` says why the versions after the last of them do not count. ``fresh`` is how
    long the controller wants it kept at most; ``by`` is another resolver whose word it is. ``retrieved``
    is when, and ``stale`` that asking again failed and an older copy served.
    """

    document: Json | None
    document_metadata: Json = field(default_factory=dict)
    resolution_metadata: Json = field(default_factory=dict)
    versions: tuple[Version, ...] = ()
    broken: GatewayError | None = None
    fresh: timedelta | None = None
    by: str = ""
    retrieved: datetime | None = None
    stale: bool = False

    @property
    def active_document(self) -> Json:
        """The document that counts now. Raises ``DidDeactivated``, or why the newest version is none."""
        if self.broken is not None:
            raise self.broken.with_traceback(None)
        if self.document is None:
            raise DidDeactivated("its document is no longer in force")
        return self.document


class Run(Protocol):
    """Runs a pure function somewhere and waits for it."""

    async def __call__(self, function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
        """The function's result; raises what it raises."""
        ...


async def here(function: Callable[[*Arguments], Result], *arguments: *Arguments) -> Result:
    """The function's result, computed at once."""
    return function(*arguments)


@dataclass(frozen=True, slots=True)
class Means:
    """What a method resolves with: the network, the time, and where to ask.

    ``ebsi`` and ``universal`` are addresses of a DID registry and of another resolver, empty when there is
    none; ``run`` computes what takes long; ``key_format`` is the form of keys wanted, where the method
    makes the document itself.
    """

    fetch: Fetch
    now: datetime
    ebsi: str = ""
    universal: str = ""
    run: Run = here
    key_format: str = "Multikey"


Method = Callable[[str, Means], Awaitable[Resolution]]
"""Resolves the DIDs of one method. Raises ``DidInvalid``, ``DidNotFound``, ``DidDocumentInvalid``, what
``fetch`` raises, and nothing else."""
