"""Verifiable presentation requests: whether one can be answered here, and whether a presentation answers it.

https://www.w3.org/TR/vcalm/ section 3.4: DIDAuthentication and QueryByExample.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import PresentationRefused, RequestRefused
from gateway.formats.reading import types_of
from gateway.proofs import proofs_of
from gateway.report import Verdict

__all__ = ["DID_AUTHENTICATION", "Candidate", "check_answer", "check_request", "suites_of"]

Json = dict[str, Any]

DID_AUTHENTICATION, BY_EXAMPLE = "DIDAuthentication", "QueryByExample"
MEMBERS = {
    DID_AUTHENTICATION: {"type", "acceptedMethods", "acceptedCryptosuites", "required", "group"},
    BY_EXAMPLE: {"type", "credentialQuery", "required", "group"},
}
EXAMPLE_MEMBERS = {"reason", "example", "acceptedIssuers", "acceptedCryptosuites", "acceptedEnvelopes"}
NAMES = {"ed25519-2020": "Ed25519Signature2020", "Ed25519Signature2020": "Ed25519Signature2020"}
"""Cryptosuites that go by several names."""
SECURED_AS = (("acceptedCryptosuites", "cryptosuite"), ("acceptedEnvelopes", "mediaType"))
MOST_QUERIES = 16


@dataclass(frozen=True, slots=True)
class Candidate:
    """A credential that is presented: verified, about whoever presents it (or nobody), secured how."""

    tree: Json = field(repr=False)
    verified: bool
    held: Verdict
    secured: frozenset[str]


def queries_of(request: Json) -> list[Json]:
    """The queries of a request, one or several."""
    given = request.get("query")
    found: list[Json] = given if isinstance(given, list) else [given]  # type: ignore[list-item]
    return found


def check_request(request: Any, pointer: str) -> None:
    """Raise ``RequestRefused`` for a request that nobody could say of whether it is answered."""
    if not isinstance(request, dict) or not request.keys() <= {"query", "domain", "challenge"}:
        raise RequestRefused("a presentation request has query, and may have domain", pointer=pointer)
    queries = queries_of(request)
    if not 1 <= len(queries) <= MOST_QUERIES:
        raise RequestRefused(f"a request has 1 to {MOST_QUERIES} queries", pointer=f"{pointer}/query")
    for query in queries:
        kind = query.get("type") if isinstance(query, dict) else None
        if not isinstance(kind, str) or kind not in MEMBERS:
            raise RequestRefused(
                "queries are DIDAuthentication and QueryByExample", pointer=f"{pointer}/query"
            )
        if not query.keys() <= MEMBERS[kind]:
            raise RequestRefused("a query has a member that is not known", pointer=f"{pointer}/query")
        if kind == BY_EXAMPLE:
            _check_example(query.get("credentialQuery"), f"{pointer}/query/credentialQuery")
        _names(query, "acceptedMethods", "method", pointer)
        _names(query, "acceptedCryptosuites", "cryptosuite", pointer)


def _check_example(query: Any, pointer: str) -> None:
    if not isinstance(query, dict) or not query.keys() <= EXAMPLE_MEMBERS:
        raise RequestRefused("a credentialQuery is an object of known members", pointer=pointer)
    if not isinstance(query.get("example", {}), dict):
        raise RequestRefused("an example is an object", pointer=f"{pointer}/example")
    for name, member in (("acceptedIssuers", "id"), *SECURED_AS):
        _names(query, name, member, pointer)


def _names(given: Json, name: str, member: str, pointer: str = "") -> frozenset[str] | None:
    """The names in a list of objects or texts; None where there is no list. Raises ``RequestRefused``."""
    if name not in given:
        return None
    entries = given[name] if isinstance(given[name], list) else [given[name]]
    found = [entry.get(member) if isinstance(entry, dict) else entry for entry in entries]
    texts = [one for one in found if isinstance(one, str)]
    if not texts or len(texts) < len(found):
        raise RequestRefused(f"{name} names each by its {member}", pointer=f"{pointer}/{name}")
    return frozenset(NAMES.get(one, one) for one in texts)


def check_answer(request: Json, holder: str, suites: frozenset[str], candidates: Sequence[Candidate]) -> None:
    """Raise ``PresentationRefused`` for what does not answer a request, or shows more than it asks for.

    ``suites`` are those of the presentation's own proofs. Of examples in several groups one group is enough;
    those of a group are all asked for.
    """
    queries = queries_of(request)
    for query in queries:
        if query["type"] == DID_AUTHENTICATION and query.get("required", True):
            _authenticated(query, holder, suites)
    examples = [query for query in queries if query["type"] == BY_EXAMPLE]
    _check_credentials(examples, candidates)
    groups: dict[Any, list[Json]] = {}
    for number, query in enumerate(examples):
        groups.setdefault(query.get("group", number), []).append(query)
    required = [group for group in groups.values() if any(query.get("required", True) for query in group)]
    if required and not any(_answered(group, candidates) for group in required):
        raise PresentationRefused(
            "no credential that was asked for is presented", pointer="/verifiablePresentation"
        )


def _authenticated(query: Json, holder: str, suites: frozenset[str]) -> None:
    if not holder.startswith("did:"):
        raise PresentationRefused("the presentation shows no DID", pointer="/verifiablePresentation/holder")
    methods = _names(query, "acceptedMethods", "method")
    if methods is not None and holder.split(":")[1] not in methods:
        raise PresentationRefused("the DID is of another method", pointer="/verifiablePresentation/holder")
    accepted = _names(query, "acceptedCryptosuites", "cryptosuite")
    if accepted is not None and not suites & accepted:
        raise PresentationRefused(
            "the proof is of another cryptosuite", pointer="/verifiablePresentation/proof"
        )


def _check_credentials(examples: Iterable[Json], candidates: Sequence[Candidate]) -> None:
    """Nothing may be presented that nobody asked for, nor what is about somebody else."""
    for position, candidate in enumerate(candidates):
        place = f"/verifiablePresentation/verifiableCredential/{position}"
        if not any(_matches(query["credentialQuery"], candidate) for query in examples):
            raise PresentationRefused("a credential is presented that was not asked for", pointer=place)
        if candidate.held is Verdict.INVALID:
            raise PresentationRefused("a credential is about somebody other than its holder", pointer=place)


def _answered(group: Iterable[Json], candidates: Sequence[Candidate]) -> bool:
    return all(
        any(_matches(query["credentialQuery"], candidate) for candidate in candidates)
        for query in group if query.get("required", True)
    )  # fmt: skip


def _matches(query: Json, candidate: Candidate) -> bool:
    issuer = candidate.tree.get("issuer")
    issuers = _names(query, "acceptedIssuers", "id")
    if issuers is not None and (issuer.get("id") if isinstance(issuer, dict) else issuer) not in issuers:
        return False
    wanted = [_names(query, name, member) for name, member in SECURED_AS]
    accepted = [names for names in wanted if names is not None]
    if accepted and not candidate.secured & frozenset().union(*accepted):
        return False
    example = query.get("example", {})
    if not types_of(example) <= types_of(candidate.tree):
        return False
    return all(
        _alike(value, candidate.tree.get(name)) for name, value in example.items() if name not in ("type", "@context")
    )  # fmt: skip


def _alike(example: Any, value: Any) -> bool:
    """Whether a value is as in an example, where an empty text stands for anything."""
    if example == "":
        return value is not None
    if isinstance(value, list) and not isinstance(example, list):
        return any(_alike(example, one) for one in value)
    if isinstance(example, dict):
        return isinstance(value, dict) and all(_alike(one, value.get(name)) for name, one in example.items())
    if isinstance(example, list):
        values = value if isinstance(value, list) else [value]
        return all(any(_alike(one, other) for other in values) for one in example)
    return type(example) is type(value) and bool(example == value)


def suites_of(tree: Json) -> frozenset[str]:
    """The cryptosuites of a document's proofs."""
    return frozenset(
        str(proof.get("cryptosuite") or proof.get("type"))
        for _, proof in proofs_of(tree) if isinstance(proof, dict)
    )  # fmt: skip
