"""The form of a credential: members of the data model, terms that contexts define, the shape of its format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.errors import GatewayError, TooComplex
from gateway.formats.reading import VCDM_1, VCDM_2, contexts_of
from gateway.jsonld import Contexts, LinkedData, statements
from gateway.proofs import proofs_of
from gateway.proofs.cryptosuites import suite_of
from gateway.report import Check, Verdict
from gateway.shapes import Problem, load_shapes, problems_of

__all__ = ["edci_checks", "presentation_checks", "proof_terms_checks", "structure_checks", "terms_check"]

EDCI_DEMANDS = (
    "@cred:id",
    "type",
    "cred:issued",
    "cred:issuer",
    "title",
    "credentialSubject",
)
EDCI_LATER = re.compile(r"schema_1\.[12]\.xsd")
"""Schemas since 1.1, which demand a primary language too; older documents name none of them."""
CLASSES = {VCDM_1: "Credential1", VCDM_2: "Credential2"}
PRESENTATIONS = {VCDM_1: "Presentation1", VCDM_2: "Presentation"}


def structure_checks(tree: Mapping[str, Any]) -> list[Check]:
    """Whether the document has the form of a credential (VCDM 2.0 section 4, VCDM 1.1 section 4).

    One check for each problem; one that is valid when there is none.
    """
    version = contexts_of(tree)[:1]
    if not version or version[0] not in CLASSES or _first(tree) != version[0]:
        return [_no_version()]
    problems = problems_of(tree, CLASSES[version[0]], load_shapes("vcdm"))
    return _checks("structure", problems) if problems else [Check("structure", Verdict.VALID)]


def presentation_checks(tree: Mapping[str, Any]) -> list[Check]:
    """The same for a presentation (VCDM 2.0 section 4.13)."""
    version = _first(tree)
    if version not in CLASSES:
        return [_no_version()]
    problems = problems_of(tree, PRESENTATIONS[version], load_shapes("vcdm"))
    return _checks("structure", problems) if problems else [Check("structure", Verdict.VALID)]


def _first(tree: Mapping[str, Any]) -> Any:
    contexts = tree.get("@context")
    entries = contexts if isinstance(contexts, list) else [contexts]
    return entries[0] if entries and isinstance(entries[0], str) else None


def _no_version() -> Check:
    return Check(
        "structure", Verdict.INVALID, "not_a_verifiable_credential",
        "the first context is not that of verifiable credentials", "/@context",
        f"The first context must be {VCDM_2}, or {VCDM_1} for the older version.",
    )  # fmt: skip


def _checks(name: str, problems: list[Problem]) -> list[Check]:
    return [Check(name, Verdict.INVALID, p.code, p.message, p.pointer, p.hint) for p in problems]


def edci_checks(credential: Mapping[str, Any], organization: Mapping[str, Any], pointer: str) -> list[Check]:
    """Whether a credential in EDCI XML has what its schema demands of every one (``genericschema.xsd``).

    ``organization`` is the one its issuer refers to, empty when there is none.
    """
    later = EDCI_LATER.search(str(credential.get("@xsi:schemaLocation", "")))
    demanded = (*EDCI_DEMANDS, "primaryLanguage") if later else EDCI_DEMANDS
    found = [
        Check(
            "structure", Verdict.INVALID, "member_missing", f"{name.rpartition(':')[2]} is missing",
            f"{pointer}/{name}", "The schema of EDCI XML demands it of every credential.",
        )
        for name in demanded if not credential.get(name)
    ]  # fmt: skip
    if credential.get("cred:issuer") and not organization:
        found.append(
            Check(
                "structure", Verdict.INVALID, "issuer_not_described", "no organization is the one named as issuer",
                f"{pointer}/cred:issuer", "The issuer refers to an organization of the document by its id.",
            )
        )  # fmt: skip
    return found or [Check("structure", Verdict.VALID)]


def terms_check(read: LinkedData, *, sealed: bool = False) -> Check:
    """Whether every term of an unsecured document is defined, means what its name says, and all would be signed.

    What is not, anybody can have added, or moved to where nobody reads it.

    The proofs are looked at apart. A document that is ``sealed`` is signed byte for byte, defined or not:
    there it is a remark. Raises ``TooComplex``: what costs too much to look at is refused.
    """
    try:
        read.statements()
        read.check_names()
    except TooComplex:
        raise
    except GatewayError as error:
        verdict = Verdict.VALID if sealed else Verdict.INVALID
        return Check("terms", verdict, error.code, error.detail, error.pointer, error.hint)
    return Check("terms", Verdict.VALID)


def proof_terms_checks(tree: dict[str, Any], contexts: Contexts | None) -> list[Check]:
    """Which proofs of unknown kinds have terms that no context defines; those of known kinds say so themselves.

    Nothing in such a proof is signed by another, nor does it change what another signed.
    """
    checks = []
    for pointer, proof in proofs_of(tree):
        if not isinstance(proof, dict) or not isinstance(proof.get("type"), str) or suite_of(proof):
            continue
        try:
            statements({"@context": tree.get("@context"), **proof}, contexts=contexts)
        except TooComplex:
            raise
        except GatewayError as error:
            checks.append(
                Check(
                    "proof_terms", Verdict.INVALID, error.code, error.detail, pointer + error.pointer, error.hint
                )
            )  # fmt: skip
    return checks
