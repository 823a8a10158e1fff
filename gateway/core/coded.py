"""Codes of published lists: one that its list does not have, or of another list, is kept as it is and told of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.codelists import CodeList, code_list
from gateway.core.suspicions import Suspicion
from gateway.model import Concept, Credential, LearningAchievement
from gateway.report import Severity

__all__ = ["odd_codes"]

SPECIFICATION = "has_claim/specified_by"
LISTED = {
    # a path of fields -> the list its codes are of
    "credential_profiles": "credential",
    f"{SPECIFICATION}/eqf_level": "eqf",
    f"{SPECIFICATION}/nqf_level": "qdr",
    f"{SPECIFICATION}/thematic_area": "isced-f",
    f"{SPECIFICATION}/mode": "learning-assessment",
    f"{SPECIFICATION}/learning_setting": "learning-setting",
    f"{SPECIFICATION}/target_group": "target-group",
    f"{SPECIFICATION}/credit_point/framework": "education-credit",
    f"{SPECIFICATION}/dc_type": "learning-opportunity",
    f"{SPECIFICATION}/accreditation/dc_type": "accreditation",
    f"{SPECIFICATION}/learning_outcome/dc_type": "skill-type",
    f"{SPECIFICATION}/learning_outcome/reusability_level": "skill-reuse-level",
    "has_claim/proven_by/id_verification": "supervision-verification",
    "has_claim/proven_by/specified_by/dc_type": "assessment",
    "has_claim/proven_by/specified_by/mode": "learning-assessment",
    "has_claim/influenced_by/specified_by/dc_type": "learning-activity",
    "has_claim/influenced_by/specified_by/mode": "learning-assessment",
    "has_claim/entitles_to/specified_by/dc_type": "entitlement",
    "has_claim/entitles_to/specified_by/entitlement_status": "entitlement-status",
    "has_claim/awarded_by/awarding_body/location/address/country_code": "country",
    "issuer/location/address/country_code": "country",
    "evidence/dc_type": "evidence-type",
}
WAYS = tuple((tuple(path.split("/")), name) for path, name in LISTED.items())


def odd_codes(hub: Credential) -> Iterator[Suspicion]:
    """Codes that are not in the list of their field, in the order of the fields."""
    for path, name in WAYS:
        for pointer, concept in _concepts(hub, path, ""):
            if (found := _odd(pointer, concept, code_list(name))) is not None:
                yield found


def _concepts(node: Any, path: tuple[str, ...], pointer: str) -> Iterator[tuple[str, Concept]]:
    """The concepts that a path of fields leads to."""
    if not path:
        if isinstance(node, Concept):
            yield pointer, node
        return
    value = getattr(node, path[0], None)
    here = f"{pointer}/{path[0]}"
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            if path[0] == "has_claim" and not isinstance(item, LearningAchievement):
                continue  # another kind of claim, whose fields have lists of their own
            yield from _concepts(item, path[1:], f"{here}/{index}")
    elif value is not None:
        yield from _concepts(value, path[1:], here)


def _odd(pointer: str, concept: Concept, known: CodeList) -> Suspicion | None:
    """What is odd about a code in a field of a list; a label without a code says nothing of lists."""
    if concept.id is None:
        return None
    if not concept.id.startswith(known.base):
        return Suspicion(
            pointer, "code_of_another_list", f"the code is none of the list {known.scheme}", Severity.INFO
        )
    if known.complete and known.label(concept.id) is None:
        return Suspicion(pointer, "code_not_in_list", f"the list {known.scheme} has no such code")
    named = [scheme.id for scheme in concept.in_scheme if scheme.id is not None]
    if named and known.scheme not in named:
        return Suspicion(
            pointer,
            "list_misnamed",
            f"the code is of {known.scheme}, and another list is named",
            Severity.INFO,
        )
    return None
