"""What superiors allow below them: how long a chain, which names, which types of entity.

https://openid.net/specs/openid-federation-1_0.html#section-6.2
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from gateway.trust.documents import mapping
from gateway.trust.entity_statements import EntityStatement, StatementRefused

__all__ = ["check_constraints"]

CODE = "federation_constraint"
ALWAYS_ALLOWED = "federation_entity"


def check_constraints(subject: EntityStatement, statements: Sequence[EntityStatement]) -> None:
    """Return when a chain keeps what every superior in it demands. Raises ``StatementRefused``.

    ``subject`` is what is said of the chain's subject (its own configuration), ``statements`` those of its
    superiors from the nearest up; each one's constraints hold for the part of the chain below it.
    """
    for below, statement in enumerate(statements):
        constraints = statement.constraints
        if constraints is None:
            continue
        if not isinstance(constraints, dict):
            raise StatementRefused(CODE, "the constraints of a superior are malformed")
        _check_length(constraints.get("max_path_length"), below)
        names = {lower.subject for lower in statements[: below + 1]}
        _check_names(constraints.get("naming_constraints"), names)
        _check_types(constraints.get("allowed_entity_types"), set(subject.metadata))


def _check_length(longest: Any, intermediates: int) -> None:
    if longest is None:
        return
    if not isinstance(longest, int) or isinstance(longest, bool) or longest < intermediates:
        raise StatementRefused(CODE, "the chain is longer than a superior allows")


def _check_names(constraint: Any, names: set[str]) -> None:
    if constraint is None:
        return
    rules = mapping(constraint)
    permitted, excluded = rules.get("permitted"), rules.get("excluded")
    if not isinstance(constraint, dict) or not all(_is_texts(rule) for rule in (permitted, excluded)):
        raise StatementRefused(CODE, "the naming constraints of a superior are malformed")
    hosts = [_host(name) for name in names]
    # RFC 5280 section 4.2.1.10: a name without a host is under no constraint that can be kept.
    allowed = permitted is None or all(any(_under(host, rule) for rule in permitted) for host in hosts)
    refused = any(_under(host, rule) for host in hosts for rule in excluded or ())
    if not all(hosts) or not allowed or refused:
        raise StatementRefused(CODE, "a name in the chain is outside of what a superior allows")


def _is_texts(rule: Any) -> bool:
    return rule is None or (isinstance(rule, list) and all(isinstance(item, str) for item in rule))


def _host(name: str) -> str:
    try:
        return (urlsplit(name).hostname or "").lower()
    except ValueError:
        return ""


def _under(host: str, rule: str) -> bool:
    """Whether a host is the rule's, or below it for a rule that begins with a dot."""
    wanted = rule.lower()
    return host.endswith(wanted) and host != wanted if wanted.startswith(".") else host == wanted


def _check_types(allowed: Any, types: set[str]) -> None:
    if allowed is None:
        return
    if not _is_texts(allowed) or not types - {ALWAYS_ALLOWED} <= set(allowed):
        raise StatementRefused(CODE, "the entity is of a type that a superior does not allow")
