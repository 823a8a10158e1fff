"""What a wallet answers to a query, held against it (OpenID4VP 1.0 sections 6.4, 7 and 8.1).

A wallet is not the verifier's: everything the query asked of it is looked at again (section 14.10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.core.dcql import LDP_VC, ClaimQuery, CredentialQuery, Path, Query, Scalar
from gateway.errors import GatewayError, RequestRefused
from gateway.formats.reading import types_of
from gateway.jsonld import Contexts, expand
from gateway.pointers import join
from gateway.report import Check, Verdict

__all__ = [
    "MAX_PRESENTATIONS", "Candidate", "Shown", "answer_checks", "candidate_checks", "expanded_types", "read_vp_token",
    "select",
]  # fmt: skip

Json = dict[str, Any]
Shown = Json | str
"""A presentation as it comes: an object, or a token."""

MAX_PRESENTATIONS = 16
"""Most presentations in one answer."""
MAX_TYPES = 64
"""Most types of a credential that are expanded."""
EXPECTED = "The wallet may only answer with what the query asks for."


@dataclass(frozen=True, slots=True)
class Candidate:
    """A credential as a query sees it: its ``types`` fully expanded, or its ``vct``; ``claims`` from its root."""

    format: str
    types: frozenset[str]
    claims: Json


def read_vp_token(tree: Any, query: Query) -> dict[str, tuple[Shown, ...]]:
    """The presentations in a VP token, by the id of the query they answer (section 8.1).

    Raises ``RequestRefused``, with the place, for another shape, an id that nothing was asked under, and more
    presentations than were asked for.
    """
    if not isinstance(tree, dict) or not tree:
        raise RequestRefused("a VP token is an object of arrays, by the ids of the query")
    found = {name: _presentations(name, value, query) for name, value in tree.items()}
    if sum(map(len, found.values())) > MAX_PRESENTATIONS:
        raise RequestRefused(f"more than {MAX_PRESENTATIONS} presentations")
    return found


def _presentations(name: str, value: Any, query: Query) -> tuple[Shown, ...]:
    asked, pointer = query.named(name), join(name)
    if asked is None:
        raise RequestRefused("nothing was asked for under this id", pointer=pointer, hint=EXPECTED)
    if not isinstance(value, list) or not value:
        raise RequestRefused("an array of presentations is expected that is not empty", pointer=pointer)
    if len(value) > 1 and not asked.multiple:
        raise RequestRefused("one presentation was asked for", pointer=pointer, hint=EXPECTED)
    kind, wanted = (dict, "an object") if asked.format == LDP_VC else (str, "a token")
    for position, entry in enumerate(value):
        if not isinstance(entry, kind):
            raise RequestRefused(
                f"a presentation of the format {asked.format} is {wanted}", pointer=f"{pointer}/{position}"
            )
    return tuple(value)


def answer_checks(query: Query, answered: Collection[str]) -> list[Check]:
    """Whether the queries that were ``answered`` are what the query asks for, no less and no more (section 6.4.2)."""
    given = frozenset(answered)
    wanted = [asked.id for asked in query.credentials]
    if not query.sets:
        missing = [name for name in wanted if name not in given]
        return [_unanswered(missing)] if missing else [Check("query", Verdict.VALID)]
    reached = {frozenset[str]()}
    for one in query.sets:
        fitting = [option for option in one.options if option <= given]
        if one.required and not fitting:
            return [_unanswered(sorted(min(one.options, key=lambda option: len(option - given)) - given))]
        more = {before | option for before in reached for option in fitting}
        reached = more if one.required else more | reached
    if given in reached:
        return [Check("query", Verdict.VALID)]
    extra = sorted(given - max(reached, key=len))
    return [
        Check(
            "query", Verdict.INVALID, "answer_unrequested", "more was presented than was asked for", "/credential_sets",
            EXPECTED, {"queries": extra},
        )
    ]  # fmt: skip


def _unanswered(missing: list[str]) -> Check:
    return Check(
        "query", Verdict.INVALID, "query_unanswered", "something that was asked for was not presented", "/credentials",
        "Ask again; the holder may not have it.", {"queries": missing},
    )  # fmt: skip


def candidate_checks(asked: CredentialQuery, candidate: Candidate) -> list[Check]:
    """Whether a credential is what a query asks for: one check for each thing that is not as it should be.

    Pointers are into the query for the credential. Of several claim sets the first that fits is named.
    """
    found = [*_format_and_type(asked, candidate)]
    tried = [[*_claims(asked, one, candidate.claims)] for one in _claim_sets(asked)]
    fits = next((position for position, problems in enumerate(tried) if not problems), None)
    if fits is None:
        found += tried[0]
    chosen = {"claimSet": fits} if asked.claim_sets else {}
    return found or [Check("query", Verdict.VALID, values={"query": asked.id, **chosen})]


def _claim_sets(asked: CredentialQuery) -> list[list[int]]:
    """The alternatives among the claims, as positions: all of them, where no sets are named (section 6.4.1)."""
    place = {claim.id: position for position, claim in enumerate(asked.claims)}
    return [[place[name] for name in one] for one in asked.claim_sets] or [list(range(len(asked.claims)))]


def _format_and_type(asked: CredentialQuery, candidate: Candidate) -> Iterator[Check]:
    if candidate.format != asked.format:
        yield Check(
            "query", Verdict.INVALID, "query_format_mismatch", "the credential has another format", "/format",
            f"A credential of the format {asked.format} was asked for.", {"query": asked.id},
        )  # fmt: skip
    if asked.types and not any(alternative <= candidate.types for alternative in asked.types):
        yield Check(
            "query", Verdict.INVALID, "query_type_mismatch", "the credential is of none of the types asked for",
            "/meta", "Types are compared fully expanded, as IRIs.", {"query": asked.id},
        )  # fmt: skip


def _claims(asked: CredentialQuery, positions: list[int], claims: Json) -> Iterator[Check]:
    for position in positions:
        claim = asked.claims[position]
        selected = select(claims, claim.path)
        if selected and _has_value(claim, selected):
            continue
        code, message = (
            ("query_value_mismatch", "a claim has none of the values asked for") if selected
            else ("query_claim_missing", "a claim that was asked for is not in the credential")
        )  # fmt: skip
        yield Check(
            "query", Verdict.INVALID, code, message, f"/claims/{position}", "Ask the holder for another credential.",
            {"query": asked.id},
        )  # fmt: skip


def _has_value(claim: ClaimQuery, selected: tuple[Any, ...]) -> bool:
    """Whether a claim has one of the values, of the same type (section 6.3); any, where none is asked for."""
    return not claim.values or any(_same(value, found) for value in claim.values for found in selected)


def _same(value: Scalar, found: Any) -> bool:
    return type(value) is type(found) and value == found


def select(claims: Any, path: Path) -> tuple[Any, ...]:
    """What a claims path pointer selects (section 7.1.1); nothing where processing ends in an error."""
    selected = [claims]
    for step in path:
        kind = dict if isinstance(step, str) else list
        if not all(isinstance(element, kind) for element in selected):
            return ()
        selected = [found for element in selected for found in _step(element, step)]
    return tuple(selected)


def _step(element: Any, step: str | int | None) -> list[Any]:
    if step is None:
        return list(element)
    if isinstance(step, str):
        return [element[step]] if step in element else []
    return [element[step]] if step < len(element) else []


def expanded_types(tree: Mapping[str, Any], contexts: Contexts | None = None) -> frozenset[str]:
    """The types of a credential after its context was applied; one that no context defines as it stands."""
    given = {"@context": tree["@context"]} if "@context" in tree else {}
    return frozenset(
        expanded
        for name in sorted(types_of(tree))[:MAX_TYPES]
        for expanded in _expanded(given, name, contexts)
    )


def _expanded(given: Json, name: str, contexts: Contexts | None) -> list[str]:
    try:
        nodes = expand({**given, "type": [name]}, contexts=contexts)
    except GatewayError:
        return [name]
    return [found for node in nodes for found in node.get("@type", [])]
