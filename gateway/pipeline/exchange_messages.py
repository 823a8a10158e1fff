"""Messages of exchanges (VCALM section 3.6): taken apart where work is done, and the requests that answer them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.core.vpr import Candidate, check_answer, suites_of
from gateway.envelopes import read_json, write_json
from gateway.envelopes.limits import check_size
from gateway.errors import OptionUnknown, PresentationRefused, RequestRefused
from gateway.formats.reading import types_of
from gateway.pipeline.presentations import PresentationReport
from gateway.proofs import proofs_of

__all__ = ["Message", "answered", "challenge_of", "presenting", "read_message", "request_for"]

Json = dict[str, Any]

MEMBERS = frozenset(("verifiablePresentation", "verifiablePresentationRequest", "redirectUrl", "referenceId"))
MOST_PRESENTATIONS = 8
VCDM_2 = "https://www.w3.org/ns/credentials/v2"


@dataclass(frozen=True, slots=True)
class Message:
    """What a wallet says: the presentations as they came, none to ask where an exchange is.

    ``direct`` says that the body was the presentation itself, as behind the deep link of Learner Credential Wallet,
    whose proof names no domain; ``undirected`` that it does not.
    """

    presentations: tuple[bytes, ...] = field(default=(), repr=False)
    direct: bool = False
    undirected: bool = False


def read_message(data: bytes) -> Message:
    """The message in a body. Raises ``RequestRefused``, ``OptionUnknown``, and what reading JSON raises."""
    check_size(data)
    given = read_json(data)
    if not isinstance(given, dict):
        raise RequestRefused("a message is a JSON object")
    if "VerifiablePresentation" in types_of(given):
        named = [proof for _, proof in proofs_of(given) if isinstance(proof, dict) and "domain" in proof]
        return Message((write_json(given),), direct=True, undirected=not named)
    if unknown := sorted(given.keys() - MEMBERS):
        raise OptionUnknown(f"nothing is known of {unknown[0][:40]!r}")
    if asked := sorted(given.keys() & {"verifiablePresentationRequest", "redirectUrl"}):
        raise RequestRefused(f"no {asked[0]} is answered here", pointer=f"/{asked[0]}")
    found = given.get("verifiablePresentation", [])
    many = found if isinstance(found, list) else [found]
    if len(many) > MOST_PRESENTATIONS or not all(isinstance(one, dict | str) and one for one in many):
        raise RequestRefused("verifiablePresentation is one, or some", pointer="/verifiablePresentation")
    return Message(tuple(one.encode() if isinstance(one, str) else write_json(one) for one in many))


def challenge_of(link: str, sequence: int) -> str:
    """What an exchange asks for at a step: nobody can tell who does not know its address, and none comes twice.

    It is made of the address and the step, so that nothing of it is kept.
    """
    digest = hashlib.sha256(f"challenge {sequence} {link}".encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def request_for(wanted: Json, link: str, sequence: int, domain: str) -> Json:
    """A presentation request as it is told: with the challenge of the step, and the gateway's domain."""
    query = wanted["query"]
    queries = query if isinstance(query, list) else [query]
    return {"query": queries, "challenge": challenge_of(link, sequence), "domain": domain}


def answered(wanted: Json, reports: Sequence[PresentationReport]) -> str:
    """The holder of presentations that answer a request. Raises ``PresentationRefused`` for any that does not hold."""
    for done in reports:
        if not done.verified:
            reason = done.report.facts.get("reason", {})
            check = next((c for c in done.report.checks if c.code == reason.get("code")), None)
            place = f"/verifiablePresentation{check.pointer if check is not None else ''}"
            told = check.message if check is not None else "nothing shows that it is genuine"
            raise PresentationRefused(f"the presentation is not verified: {told}", pointer=place)
    holders = {done.holder for done in reports}
    if len(holders) != 1:
        raise PresentationRefused(
            "the presentations are by several holders", pointer="/verifiablePresentation"
        )
    (holder,) = holders
    suites = frozenset(name for done in reports for name in suites_of(done.tree))
    candidates = [
        Candidate(one.tree, one.verified, one.held, suites_of(one.tree) or _envelope(one.report.facts))
        for done in reports for one in done.credentials
    ]  # fmt: skip
    check_answer(wanted, holder, suites, candidates)
    return holder


def _envelope(facts: Json) -> frozenset[str]:
    """The media types of the token that a credential came in, by which envelopes are accepted."""
    kind = str(facts.get("source", {}).get("mediaType", ""))
    return frozenset((kind, "application/vc+jwt"))


def presenting(credentials: Sequence[Any]) -> Json:
    """The presentation that gives out credentials; a token stands in its envelope."""
    entries = [
        one if isinstance(one, dict)
        else {"@context": VCDM_2, "type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{one}"}
        for one in credentials
    ]  # fmt: skip
    return {"@context": [VCDM_2], "type": ["VerifiablePresentation"], "verifiableCredential": entries}
