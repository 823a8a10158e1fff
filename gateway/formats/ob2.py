"""Open Badges 2.0, hosted JSON: an assertion with its badge class and issuer in place, or beside it.

Reading only. Beside it means one array or ``@graph`` of the three. Nothing is fetched: a badge class
given by address alone stays an address. https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.codecs import LANGUAGE_TAG, UNDETERMINED
from gateway.envelopes import Envelope
from gateway.errors import NoSubject, NotACredential
from gateway.formats.badge_extensions import with_extensions
from gateway.formats.format import Format, Native, Tree
from gateway.formats.reading import contexts_of, index_nodes, run_table, types_of
from gateway.mapping import Step
from gateway.model import LearningAchievement
from gateway.pointers import resolve

__all__ = ["OB2"]

CONTEXTS = ("https://w3id.org/openbadges/v2", "https://w3id.org/openbadges/v2/context.json")
PARTS = frozenset({"BadgeClass", "Issuer", "Endorsement", "CryptographicKey", "RevocationList"})
AWARDING_BODY = "/has_claim/0/awarded_by/awarding_body/0"


def _sniff(envelope: Envelope) -> bool:
    if _place(envelope.tree) is not None:
        return True
    kinds = types_of(envelope.tree)
    if kinds & PARTS and set(contexts_of(envelope.tree)) & set(CONTEXTS):
        raise NotACredential(
            f"a part of an Open Badge 2.0 ({', '.join(sorted(kinds))[:80]}), not an assertion",
            pointer="/type",
            hint="Give the assertion; badge class and issuer may stand inside it, or beside it in an array.",
        )
    return False


def _place(tree: Any) -> str | None:
    """Where the assertion stands: the document, an item of an array or of a graph; None if nowhere."""
    if "Assertion" in types_of(tree):
        return ""
    graph = tree.get("@graph") if isinstance(tree, dict) else tree
    prefix = "/@graph" if isinstance(tree, dict) else ""
    for position, node in enumerate(graph if isinstance(graph, list) else ()):
        if "Assertion" in types_of(node):
            return f"{prefix}/{position}"
    return None


def _read(tree: Tree, supplied: frozenset[str]) -> Native:
    here = _place(tree) or ""
    assertion = resolve(tree, here)
    if assertion.get("recipient") in (None, "", {}, []):
        raise NoSubject("recipient is missing or empty", pointer=f"{here}/recipient")
    index = index_nodes(tree)
    badge = assertion.get("badge")
    badge = index[badge][0] if isinstance(badge, str) and badge in index else badge
    language = badge.get("@language") if isinstance(badge, dict) else None
    known = isinstance(language, str) and bool(LANGUAGE_TAG.match(language))
    told = str(language) if known else UNDETERMINED
    native = run_table("ob2", tree, ignore=supplied, language=told, index=index, pointer=here)
    return _issued_by_awarding_body(with_extensions(native, told))


def _issued_by_awarding_body(native: Native) -> Native:
    """In Open Badges 2.0 the one who awards is the one who issues."""
    claim = native.hub.has_claim[0] if native.hub.has_claim else None
    process = claim.awarded_by if isinstance(claim, LearningAchievement) else None
    if process is None or not process.awarding_body:
        return native
    steps = [
        Step(step.here, "/issuer" + step.hub.removeprefix(AWARDING_BODY), step.rule, step.exact, step.assumed)
        for step in native.steps
        if step.hub == AWARDING_BODY or step.hub.startswith(AWARDING_BODY + "/")
    ]
    return Native(replace(native.hub, issuer=process.awarding_body[0]), (*native.steps, *steps))


def _detach(tree: Tree) -> tuple[Tree, Tree | None]:
    """Open Badges 2.0 is not written, so that nothing of the gateway's stands in it."""
    return tree, None


OB2 = Format(
    name="ob2",
    title="Open Badges 2.0 (hosted JSON)",
    media_type="application/ld+json",
    kind="json",
    table="ob2",
    sniff=_sniff,
    read=_read,
    detach=_detach,
    signable=False,
)
