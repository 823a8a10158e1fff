"""Endorsements inside a credential: credentials of their own, each verified by itself (Open Badges 3.0).

https://www.imsglobal.org/spec/ob/v3p0/#endorsementcredential
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gateway.core.judging import NOT_VERIFIED, Verified
from gateway.core.understanding import Inspected, inspect
from gateway.envelopes import write_json
from gateway.errors import GatewayError
from gateway.pointers import escape
from gateway.report import Check, Verdict

__all__ = ["MAX_ENDORSEMENTS", "endorsement_checks"]

MAX_ENDORSEMENTS = 32
"""Most endorsements verified in one credential."""

NAME = b"endorsement"
MEMBERS = ("endorsement", "endorsementJwt")


Verify = Callable[[Inspected], Verified]


def endorsement_checks(tree: dict[str, Any], verify: Verify, written: bytes = b"") -> list[Check]:
    """One check for each endorsement: valid where the endorser's own credential is.

    ``written`` is the JSON text that the credential was read from, where it is at hand.
    """
    found = list(_endorsements(tree, "")) if _may_name_it(written) and _is_endorsed(tree) else []
    checks = [_checked(data, pointer, verify) for data, pointer in found[:MAX_ENDORSEMENTS]]
    if len(found) > MAX_ENDORSEMENTS:
        checks.append(
            Check(
                "endorsement", Verdict.UNDETERMINED, "endorsement_undetermined",
                f"only the first {MAX_ENDORSEMENTS} endorsements were verified", found[MAX_ENDORSEMENTS][1],
                "Verify the others by themselves.",
            )
        )  # fmt: skip
    return checks


def _may_name_it(written: bytes) -> bool:
    """Whether a JSON text can have an endorsement: its name is there, or could be spelt in numbers of characters."""
    return not written or NAME in written or rb"\u" in written


def _is_endorsed(tree: dict[str, Any]) -> bool:
    """Whether there is an endorsement anywhere: most credentials have none, and need no walk that knows places."""
    stack: list[Any] = [tree]
    while stack:
        value = stack.pop()
        if type(value) is dict:
            if not value.keys().isdisjoint(MEMBERS):
                return True
            stack += value.values()
        elif type(value) is list:
            stack += value
    return False


def _endorsements(value: Any, pointer: str) -> Iterator[tuple[bytes, str]]:
    """The outermost endorsements of a document as bytes, with their places."""
    if isinstance(value, list):
        for position, entry in enumerate(value):
            yield from _endorsements(entry, f"{pointer}/{position}")
    elif isinstance(value, dict):
        for name, entry in value.items():
            if name == "@context":
                continue  # what terms mean is said there, of endorsements too
            place = f"{pointer}/{escape(name)}"
            if name not in MEMBERS:
                yield from _endorsements(entry, place)
                continue
            for position, item in enumerate(entry if isinstance(entry, list) else [entry]):
                where = f"{place}/{position}" if isinstance(entry, list) else place
                if isinstance(item, dict):
                    yield write_json(item), where
                elif isinstance(item, str):
                    yield item.encode("utf-8", "replace"), where


def _checked(data: bytes, pointer: str, verify: Verify) -> Check:
    try:
        done = verify(inspect(data))
    except GatewayError as error:
        return Check(
            "endorsement", Verdict.INVALID, "endorsement_invalid", f"the endorsement is refused: {error.detail}",
            pointer, error.hint, {"code": error.code},
        )  # fmt: skip
    if done.verified:
        return Check("endorsement", Verdict.VALID, pointer=pointer)
    worst = done.reason or NOT_VERIFIED
    invalid = done.verdict is Verdict.INVALID
    word = "does not hold" if invalid else "could not be verified"
    return Check(
        "endorsement", Verdict.INVALID if invalid else Verdict.UNDETERMINED,
        "endorsement_invalid" if invalid else "endorsement_undetermined",
        f"an endorsement {word}: {worst.message}", pointer + worst.pointer, worst.hint, {"code": worst.code},
    )  # fmt: skip
