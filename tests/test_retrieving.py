"""Rounds of retrieving: as many as the longest chain needs, and no document costs without end."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from gateway.pipeline.retrieving import MAX_ISSUERS, MAX_NEEDS, MAX_ROUNDS, until_complete
from gateway.retrieval import CONTROLLER, ISSUER, Answer, Need

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Counting:
    """Answers everything and counts what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Need] = []

    async def answer(self, need: Need) -> Answer:
        self.asked.append(need)
        return Answer([], retrieved=NOW)


async def test_each_need_is_answered_once_and_the_last_result_counts() -> None:
    chain = [Need(CONTROLLER, f"did:web:{number}.example.org") for number in range(3)]
    retriever = Counting()

    async def work(answers: dict[Need, Answer]) -> tuple[int, tuple[Need, ...]]:
        return len(answers), tuple(chain[: len(answers) + 1])

    assert await until_complete(work, retriever) == 3  # type: ignore[arg-type]
    assert retriever.asked == chain


async def test_a_document_that_always_needs_more_is_given_up() -> None:
    retriever = Counting()

    async def work(answers: dict[Need, Answer]) -> tuple[None, tuple[Need, ...]]:
        return None, (Need(CONTROLLER, f"did:web:{len(answers)}.example.org"),)

    await until_complete(work, retriever)  # type: ignore[arg-type]
    assert len(retriever.asked) == MAX_ROUNDS


async def test_one_document_has_so_many_look_ups_and_fewer_of_issuers() -> None:
    retriever = Counting()
    issuers = [Need(ISSUER, f"did:web:{number}.example.org") for number in range(100)]
    documents = [Need(CONTROLLER, need.address) for need in issuers]

    async def work(answers: dict[Need, Answer]) -> tuple[None, tuple[Need, ...]]:
        return None, (*issuers, *documents)

    await until_complete(work, retriever)  # type: ignore[arg-type]
    counted = Counter(need.kind for need in retriever.asked)
    assert counted == {ISSUER: MAX_ISSUERS, CONTROLLER: MAX_NEEDS - MAX_ISSUERS}
