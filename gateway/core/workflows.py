"""Workflows: their steps are understood or refused when they are made, and templates are filled without a language.

https://www.w3.org/TR/vcalm/ section 3.6. A template is the JSON of a request to issue, in which ``{{name}}`` stands for
a variable of the exchange or, as ``{{results.step.holder}}``, for what a step found.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.core.vpr import check_request
from gateway.envelopes import read_json
from gateway.errors import GatewayError, OptionUnknown, RequestRefused

__all__ = ["MEMBERS", "MOST_STEPS", "check_workflow", "filled", "template_of"]

Json = dict[str, Any]

MOST_STEPS = 16
MEMBERS = frozenset(("initialStep", "steps", "credentialTemplates"))
STEP_MEMBERS = frozenset(
    ("createChallenge", "verifiablePresentationRequest", "verifiablePresentation", "issueRequests", "redirectUrl",
     "nextStep")
)  # fmt: skip
TEMPLATE_MEMBERS = frozenset(("id", "type", "template"))
ISSUE_MEMBERS = frozenset(("credentialTemplateId", "credentialTemplateIndex"))
HOLE = re.compile(r"\{\{([A-Za-z0-9_.-]{1,200})\}\}")


def check_workflow(given: Json, domain: str) -> None:
    """Raise ``RequestRefused`` or ``OptionUnknown`` for a workflow that would not run from its first step to its last.

    ``domain`` is the gateway's own, the only one that it asks presentations for.
    """
    _known(given, MEMBERS, "")
    steps, templates = given.get("steps"), given.get("credentialTemplates", [])
    if not isinstance(steps, dict) or not 1 <= len(steps) <= MOST_STEPS:
        raise RequestRefused(f"a workflow has 1 to {MOST_STEPS} steps", pointer="/steps")
    if not isinstance(templates, list):
        raise RequestRefused("credentialTemplates is a list", pointer="/credentialTemplates")
    for position, template in enumerate(templates):
        _check_template(template, f"/credentialTemplates/{position}")
    for name, step in steps.items():
        _check_step(step, f"/steps/{name}", domain)
        for position, wanted in enumerate(step.get("issueRequests", [])):
            _known(wanted, ISSUE_MEMBERS, f"/steps/{name}/issueRequests/{position}")
            template_of(given, wanted)
    _check_way(given.get("initialStep"), steps)


def _known(given: Any, members: frozenset[str], pointer: str) -> None:
    if not isinstance(given, dict):
        raise RequestRefused("an object is wanted", pointer=pointer)
    if unknown := sorted(given.keys() - members):
        raise OptionUnknown(f"nothing is known of {unknown[0][:40]!r}", pointer=pointer)


def _check_step(step: Any, pointer: str, domain: str) -> None:
    _known(step, STEP_MEMBERS, pointer)
    if "verifiablePresentationRequest" in step:
        request = step["verifiablePresentationRequest"]
        check_request(request, f"{pointer}/verifiablePresentationRequest")
        if request.get("domain", domain) != domain or "challenge" in request:
            raise RequestRefused(
                f"the domain is {domain}, and the gateway makes the challenge",
                pointer=f"{pointer}/verifiablePresentationRequest",
            )
    kinds = {"verifiablePresentation": dict, "issueRequests": list, "redirectUrl": str, "nextStep": str}
    if wrong := [name for name, kind in kinds.items() if name in step and not isinstance(step[name], kind)]:
        raise RequestRefused(f"{wrong[0]} is malformed", pointer=f"{pointer}/{wrong[0]}")
    if step.get("createChallenge") is False or not step.get("redirectUrl", "https://").startswith("https://"):
        raise RequestRefused("a challenge is always made, and a redirectUrl is https", pointer=pointer)


def _check_way(first: Any, steps: Json) -> None:
    """Every step leads to another once, and the last to none."""
    seen: list[str] = []
    name = first
    while name is not None:
        if name not in steps or name in seen:
            raise RequestRefused("the steps lead nowhere, or in a circle", pointer="/steps")
        seen.append(name)
        name = steps[name].get("nextStep")
    if len(seen) < len(steps):
        raise RequestRefused("a step is never reached", pointer="/steps")


def _check_template(template: Any, pointer: str) -> None:
    _known(template, TEMPLATE_MEMBERS, pointer)
    if template.get("type") != "json" or not isinstance(template.get("template"), str):
        raise RequestRefused(
            "templates are of type json", pointer=f"{pointer}/type",
            hint="The text of a template is the JSON of a request to issue; {{name}} stands for a variable.",
        )  # fmt: skip
    _parsed(template, pointer)


def _parsed(template: Json, pointer: str = "") -> Json:
    try:
        read = read_json(template["template"].encode("utf-8", "replace"))
    except GatewayError as error:
        raise RequestRefused(
            f"the template is no JSON: {error.detail}", pointer=f"{pointer}/template"
        ) from None
    if not isinstance(read, dict) or not isinstance(read.get("credential"), dict):
        raise RequestRefused("the template has no object credential", pointer=f"{pointer}/template")
    return read


def template_of(configuration: Json, wanted: Json) -> Json:
    """The template that a step wants issued, as JSON. Raises ``RequestRefused`` for one there is not."""
    templates = configuration.get("credentialTemplates", [])
    by_id = {one.get("id"): one for one in templates if "id" in one}
    index = wanted.get("credentialTemplateIndex")
    if type(index) is int and 0 <= index < len(templates):
        return _parsed(templates[index])
    if wanted.get("credentialTemplateId") in by_id:
        return _parsed(by_id[wanted["credentialTemplateId"]])
    raise RequestRefused("there is no such template", pointer="/credentialTemplates")


def filled(template: Any, variables: Json) -> Any:
    """A template with its holes filled. Raises ``RequestRefused`` for a variable there is not."""
    if isinstance(template, dict):
        return {name: filled(value, variables) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, variables) for value in template]
    if not isinstance(template, str):
        return template
    if whole := HOLE.fullmatch(template):
        return _value(whole[1], variables)
    return HOLE.sub(lambda hole: str(_value(hole[1], variables)), template)


def _value(path: str, variables: Json) -> Any:
    found: Any = variables
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            raise RequestRefused(f"the exchange has no variable {path[:80]!r}", pointer="/variables")
        found = found[name]
    return found
