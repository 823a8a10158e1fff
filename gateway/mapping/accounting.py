"""The accounts: every leaf of the source ends as kept, transformed, defaulted or dropped (D3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway.mapping.trace import Step
from gateway.pointers import escape, resolve
from gateway.report import Finding, Layer, Outcome, Severity

__all__ = ["Accounts", "account", "leaves_of"]


def leaves_of(tree: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a tree with its pointer; an empty object or array counts as one leaf."""
    if isinstance(tree, dict) and tree:
        for name, value in tree.items():
            yield from leaves_of(value, f"{pointer}/{escape(name)}")
    elif isinstance(tree, list) and tree:
        for position, value in enumerate(tree):
            yield from leaves_of(value, f"{pointer}/{position}")
    else:
        yield pointer, tree


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the accounts are drawn up from.

    ``read`` and ``written`` are the trails; ``carried`` the hub pointers told by carriers;
    ``restated`` and ``not_copied`` are pointers of properties
    the target states anew or never gets; ``original`` is true when the original itself is carried.
    """

    source: Any
    target: Any
    read: tuple[Step, ...]
    written: tuple[Step, ...]
    carried: frozenset[str]
    restated: tuple[str, ...]
    not_copied: tuple[str, ...]
    original: bool


def account(accounts: Accounts) -> list[Finding]:
    """One finding for each leaf of the source, in document order."""
    by_place: dict[str, list[Step]] = defaultdict(list)
    for step in accounts.read:
        by_place[step.here].append(step)
    native = _Native(accounts.written, accounts.target)
    restated = frozenset(accounts.restated)
    return [
        _finding(pointer, leaf, by_place, native, accounts, restated)
        for pointer, leaf in leaves_of(accounts.source)
    ]


def _finding(
    pointer: str,
    leaf: Any,
    by_place: dict[str, list[Step]],
    native: _Native,
    accounts: Accounts,
    restated: frozenset[str],
) -> Finding:
    if _under(pointer, restated):
        return Finding(pointer, "restated", rule="restated", outcome=Outcome.TRANSFORMED, layer=Layer.NATIVE)
    steps = list(_steps(pointer, by_place))
    for step in steps:
        for target, rule, exact in native.find(step.hub, leaf):
            return _kept(pointer, step, target, rule, exact=exact)
    if steps:
        carried = next((step for step in steps if _under(step.hub, accounts.carried)), None)
        if carried is not None:
            outcome = Outcome.DEFAULTED if carried.assumed else Outcome.KEPT
            return Finding(pointer, "carried", rule=carried.rule, outcome=outcome, layer=Layer.CARRIED)
        step = steps[0]
        return Finding(pointer, "mapped", rule=step.rule, outcome=Outcome.TRANSFORMED, layer=Layer.NATIVE)
    if accounts.original:
        return Finding(pointer, "in_original", rule="original", outcome=Outcome.KEPT, layer=Layer.ORIGINAL)
    secured = _below(pointer, accounts.not_copied)
    return Finding(
        pointer,
        "not_copied" if secured else "lost",
        severity=Severity.INFO if secured else Severity.WARNING,
        outcome=Outcome.DROPPED,
    )


def _below(pointer: str, places: tuple[str, ...]) -> bool:
    return any(pointer == place or pointer.startswith(place + "/") for place in places)


def _kept(pointer: str, step: Step, target: str, rule: str, *, exact: bool) -> Finding:
    outcome = Outcome.DEFAULTED if step.assumed else Outcome.KEPT if exact else Outcome.TRANSFORMED
    name = step.rule if step.rule == rule else f"{step.rule} → {rule}"
    return Finding(pointer, "mapped", rule=name, outcome=outcome, layer=Layer.NATIVE, target=target)


def _steps(pointer: str, by_place: dict[str, list[Step]]) -> Iterator[Step]:
    """The trail's steps for a place: those at the place itself or at what contains it."""
    while True:
        yield from by_place.get(pointer, ())
        if not pointer:
            return
        pointer = pointer.rpartition("/")[0]


def _under(hub: str, carried: Iterable[str]) -> bool:
    pointer = hub
    while True:
        if pointer in carried:
            return True
        if not pointer:
            return False
        pointer = pointer.rpartition("/")[0]


class _Native:
    """Where the target's own terms hold a hub value, found by value."""

    def __init__(self, written: tuple[Step, ...], target: Any) -> None:
        self._steps: dict[str, list[Step]] = defaultdict(list)
        self._target = target
        self._scalars: dict[str, set[str]] = {}
        for step in written:
            self._steps[step.hub].append(step)

    def find(self, hub: str, leaf: Any) -> Iterator[tuple[str, str, bool]]:
        """The target pointer, rule and exactness for a leaf that stands natively in the target."""
        steps = self._steps.get(hub, ())
        for step in steps:
            if str(leaf) in self._values(step.here):
                yield step.here, step.rule, True
                return
        if steps and not isinstance(leaf, str):
            yield steps[0].here, steps[0].rule, False

    def _values(self, here: str) -> set[str]:
        if here not in self._scalars:
            found = resolve(self._target, here)
            self._scalars[here] = {str(value) for _, value in leaves_of(found)}
        return self._scalars[here]
