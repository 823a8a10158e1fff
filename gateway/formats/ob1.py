"""Open Badges 0.5, 1.0 and 1.1, read by being upgraded to 2.0. Reading only.

https://github.com/mozilla/openbadges-backpack/wiki/Assertions
"""

from __future__ import annotations

from gateway.envelopes import Envelope
from gateway.errors import NotACredential
from gateway.formats.format import Format, Native, Tree
from gateway.formats.ob2 import OB2
from gateway.formats.reading import types_of
from gateway.formats.upgrading import upgrade, version_of

__all__ = ["OB1"]


def _sniff(envelope: Envelope) -> bool:
    version = version_of(envelope.tree)
    kinds = types_of(envelope.tree)
    if version == "1.1" and "Assertion" not in kinds:
        raise NotACredential(
            f"a part of an Open Badge 1.1 ({', '.join(sorted(kinds))[:80]}), not an assertion", pointer="/type",
            hint="Give the assertion; badge class and issuer may stand inside it.",
        )  # fmt: skip
    return bool(version)


def _read(tree: Tree, supplied: frozenset[str]) -> Native:
    """The hub, with the trail in terms of the document as it came."""
    upgraded = upgrade(tree)
    native = OB2.read(upgraded.tree, supplied)
    steps = tuple(
        step._replace(here=here, exact=step.exact and here == step.here)
        for step in native.steps
        for here in upgraded.sources(step.here)
    )
    return Native(native.hub, steps)


OB1 = Format(
    name="ob1",
    title="Open Badges 0.5, 1.0 and 1.1",
    media_type="application/json",
    kind="json",
    table="ob2",
    sniff=_sniff,
    read=_read,
    detach=OB2.detach,
    signable=False,
)
