"""The accounts: every leaf of the source ends as kept, transformed, defaulted or dropped (D3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.mapping.trace import Step
from gateway.pointers import escape, resolve
from gateway.records import quick
from gateway.report import Finding, Layer, Outcome, Severity

__all__ = ["Accounts", "account", "leaves_of"]

INFO = Severity.INFO
KEPT, TRANSFORMED, DEFAULTED = Outcome.KEPT, Outcome.TRANSFORMED, Outcome.DEFAULTED
NATIVE, CARRIED = Layer.NATIVE, Layer.CARRIED
CONTAINERS = (dict, list)


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


@quick
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
    book = _Book(accounts)
    book.enter(accounts.source, "", ())
    return book.findings


class _Book:
    """The accounts being drawn up: on the way down the source, each place adds its steps to those above."""

    def __init__(self, accounts: Accounts) -> None:
        self.findings: list[Finding] = []
        self._restated = frozenset(accounts.restated)
        self._accounts = accounts
        self._by_place: dict[str, list[Step]] = {}
        for step in accounts.read:
            self._by_place.setdefault(step.here, []).append(step)
        self._native = _Native(accounts.written, accounts.target)
        self._carried = dict.fromkeys(accounts.carried, True)

    def enter(self, value: Any, pointer: str, above: tuple[Step, ...]) -> None:
        """Account for what stands at ``pointer``; ``above`` are the steps of the places that hold it."""
        here = self._by_place.get(pointer)
        steps = (*here, *above) if here else above
        if not value or type(value) not in CONTAINERS:
            self.findings.append(self._read(pointer, value, steps) if steps else self._unread(pointer))
        elif pointer in self._restated:
            self.findings += [_restated(place) for place, _ in leaves_of(value, pointer)]
        else:
            self._enter_all(value, pointer, steps)

    def _enter_all(self, container: Any, pointer: str, above: tuple[Step, ...]) -> None:
        """Account for all that a container holds; most are leaves, which are not gone into."""
        by_place, findings = self._by_place, self.findings
        for name, value in container.items() if isinstance(container, dict) else enumerate(container):
            place = f"{pointer}/{escape(name) if isinstance(name, str) else name}"
            if value and type(value) in CONTAINERS:
                self.enter(value, place, above)
                continue
            here = by_place.get(place)
            steps = (*here, *above) if here else above
            findings.append(self._read(place, value, steps) if steps else self._unread(place))

    def _read(self, pointer: str, leaf: Any, steps: tuple[Step, ...]) -> Finding:
        """A leaf that reading has taken: held by the target's own terms, carried, or in another form."""
        if pointer in self._restated:
            return _restated(pointer)
        written, carried = self._native.steps, self._carried
        for step in steps:
            if step.hub in written and (held := self._native.find(step.hub, leaf)) is not None:
                return _kept(pointer, step, *held)
        for step in steps:
            told = carried.get(step.hub)
            if told or (told is None and self._is_carried(step.hub)):
                outcome = DEFAULTED if step.assumed else KEPT
                return Finding(pointer, "carried", INFO, step.rule, outcome, CARRIED)
        return Finding(pointer, "mapped", INFO, steps[0].rule, TRANSFORMED, NATIVE)

    def _unread(self, pointer: str) -> Finding:
        if pointer in self._restated:
            return _restated(pointer)
        if self._accounts.original:
            return Finding(pointer, "in_original", INFO, "original", KEPT, Layer.ORIGINAL)
        secured = _below(pointer, self._accounts.not_copied)
        return Finding(
            pointer,
            "not_copied" if secured else "lost",
            severity=INFO if secured else Severity.WARNING,
            outcome=Outcome.DROPPED,
        )

    def _is_carried(self, hub: str) -> bool:
        """Whether a carrier tells this place of the hub, or one that holds it."""
        known = self._carried.get(hub)
        if known is None:
            known = self._carried[hub] = bool(hub) and self._is_carried(hub.rpartition("/")[0])
        return known


def _restated(pointer: str) -> Finding:
    return Finding(pointer, "restated", INFO, "restated", TRANSFORMED, NATIVE)


def _below(pointer: str, places: tuple[str, ...]) -> bool:
    return any(pointer == place or pointer.startswith(place + "/") for place in places)


def _kept(pointer: str, step: Step, target: str, rule: str, exact: bool) -> Finding:
    outcome = DEFAULTED if step.assumed else KEPT if exact else TRANSFORMED
    name = step.rule if step.rule == rule else f"{step.rule} → {rule}"
    return Finding(pointer, "mapped", INFO, name, outcome, NATIVE, target)


class _Native:
    """Where the target's own terms hold a hub value, found by value. ``steps`` are the trail by hub pointer."""

    def __init__(self, written: tuple[Step, ...], target: Any) -> None:
        self.steps: dict[str, list[Step]] = {}
        self._target = target
        self._scalars: dict[str, set[str]] = {}
        for step in written:
            self.steps.setdefault(step.hub, []).append(step)

    def find(self, hub: str, leaf: Any) -> tuple[str, str, bool] | None:
        """The target pointer, rule and exactness for a leaf of a place that was written, if it stands there."""
        steps = self.steps[hub]
        for step in steps:
            if str(leaf) in self._values(step.here):
                return step.here, step.rule, True
        return None if isinstance(leaf, str) else (steps[0].here, steps[0].rule, False)

    def _values(self, here: str) -> set[str]:
        values = self._scalars.get(here)
        if values is None:
            found = resolve(self._target, here)
            values = {found} if isinstance(found, str) else {str(value) for _, value in leaves_of(found)}
            self._scalars[here] = values
        return values
