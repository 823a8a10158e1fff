"""What a verification has retrieved from outside, and what it still needs: the core looks up, never waits.

A look-up without an answer is noted in ``Retrieved.missing``; whoever waits for the outside world
fetches what is missing and runs the pure verification again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.records import quick

__all__ = [
    "ANCHORS",
    "CONTROLLER",
    "DOCUMENT",
    "GONE",
    "ISSUER",
    "NOT_RETRIEVED",
    "Answer",
    "Need",
    "Retrieved",
]

CONTROLLER, DOCUMENT, ISSUER, ANCHORS = "controller", "document", "issuer", "anchors"
NOT_RETRIEVED, GONE = "not_retrieved", "gone"


@quick
@dataclass(frozen=True, slots=True)
class Need:
    """Something to retrieve.

    ``controller``: the controlled identifier document of a DID or https URL; ``document``: the bytes at
    an https URL; ``issuer``: what the configured trust sources say of an identifier and, where a seal
    proved them, its ``organization`` (2.5.4.97) and ``certificates`` (DER, the seal's own first), and since
    when (``sealed_at``), and whether the document is ``proven`` to be that issuer's;
    ``anchors``: the certificates (DER) that seals may lead to.
    """

    kind: str
    address: str = ""
    organization: str = ""
    certificates: tuple[bytes, ...] = ()
    proven: bool = False
    sealed_at: datetime | None = None


@quick
@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``content`` (the JSON of a controller document, the bytes of a document, the
    statements about an issuer), or why nothing did (``code`` and ``message``).

    ``retrieved`` is when; ``stale`` says that the source failed and an older copy served; ``url`` where
    it was found in the end; ``resolved_by`` names another resolver whose word the content is.
    """

    content: Any = None
    media_type: str = ""
    retrieved: datetime | None = None
    stale: bool = False
    code: str = ""
    message: str = ""
    url: str = ""
    resolved_by: str = ""

    @property
    def found(self) -> bool:
        """Whether there is content."""
        return not self.code


class Retrieved:
    """Answers by need. Used by one verification, which it notes the missing look-ups of.

    Without ``lists`` there is nobody to ask about issuers, and what they would say is known to be nothing.
    """

    def __init__(self, answers: Mapping[Need, Answer] | None = None, *, lists: bool = True) -> None:
        self._answers = dict(answers or {})
        self._lists = lists
        self._missing: dict[Need, None] = {}

    @property
    def missing(self) -> tuple[Need, ...]:
        """The look-ups that had no answer, in the order they were made, each once."""
        return tuple(self._missing)

    def controller(self, identifier: str) -> Answer:
        """The controlled identifier document of a DID or https URL."""
        return self._look_up(Need(CONTROLLER, identifier))

    def document(self, url: str) -> Answer:
        """The bytes at an https URL."""
        return self._look_up(Need(DOCUMENT, url))

    def issuer(
        self, identifier: str, organization: str = "", certificates: tuple[bytes, ...] = (), *,
        proven: bool = False, sealed_at: datetime | None = None,
    ) -> Answer:  # fmt: skip
        """What trust sources say of an issuer."""
        if not self._lists:
            return Answer([])
        return self._look_up(Need(ISSUER, identifier, organization, certificates, proven, sealed_at))

    def anchors(self, at: datetime | None = None) -> Answer:
        """The certificates that seals may lead to now, or those made at a moment could: a tuple of DER."""
        if not self._lists:
            return Answer(())
        return self._look_up(Need(ANCHORS, sealed_at=at))

    def _look_up(self, need: Need) -> Answer:
        answer = self._answers.get(need)
        if answer is None:
            self._missing[need] = None
            return Answer(code=NOT_RETRIEVED, message="it was not retrieved")
        return answer
