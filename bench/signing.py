"""Canonicalizing, signing and verifying: everybody on the same bytes, after everybody made the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import limit, ours, pyld_stack
from bench.documents import document
from bench.javascript import JavaScript
from bench.measuring import Cell, run_for

__all__ = ["JOBS", "PARTIES", "Difference", "check_equal", "measure"]

JOBS = ("canonicalize", "sign", "verify")
PARTIES = ("gateway", "pyld + PyNaCl", "Digital Bazaar", "limit")
Cells = dict[tuple[str, str, str], Cell]
"""By document, job and party."""
SLOW = ("clr100", "clr1000")
"""Documents that peers get one run of a round for."""


class Difference(Exception):
    """Two parties make different bytes: nothing is timed."""


def _proof_value(secured: bytes | str) -> str:
    proof = json.loads(secured)["proof"]
    value: str = (proof[0] if isinstance(proof, list) else proof)["proofValue"]
    return value


def check_equal(name: str, script: JavaScript) -> None:
    """Raise ``Difference`` unless all parties make the same canonical form and the same signature."""
    tree = document(name, ours.DID)
    data = json.dumps(tree).encode()
    forms = {ours.canonical(tree), pyld_stack.canonical(tree), script.output("canonicalize", data)}
    if len(forms) != 1:
        raise Difference(f"{name}: canonical forms differ")
    secured = ours.signed(data)
    values = {_proof_value(made) for made in (secured, pyld_stack.signed(data), script.output("sign", data))}
    if len(values) != 1:
        raise Difference(f"{name}: signatures differ")
    if not ours.verified(secured) or ours.verified(_spoiled(secured)):
        raise Difference(f"{name}: the gateway does not tell a genuine credential from a forged one")


def _spoiled(secured: bytes) -> bytes:
    tree = json.loads(secured)
    return json.dumps({**tree, "name": "Somebody else's"}).encode()


def measure(names: tuple[str, ...], rounds: int, seconds: float, script: JavaScript) -> Cells:
    """Every job on every document by everybody, in turns."""
    cells: Cells = {}
    for _ in range(rounds):
        for name in names:
            data = json.dumps(document(name, ours.DID)).encode()
            secured = ours.signed(data)
            for job in JOBS:
                told = secured if job == "verify" else data
                for party in PARTIES:
                    turn = _turn(party, job, told, script)
                    if turn is not None:
                        length = 0.0 if name in SLOW and party != "gateway" else seconds
                        cells.setdefault((name, job, party), Cell()).note(*turn(length))
    return cells


Turn = Callable[[float], tuple[list[float], float]]


def _turn(party: str, job: str, data: bytes, script: JavaScript) -> Turn | None:
    if party == "Digital Bazaar":
        return lambda seconds: script.times(job, data, seconds)
    if party == "limit":
        works: dict[str, Any] = {"sign": limit.signed, "verify": limit.verified}
        if job == "verify":
            tree = {name: value for name, value in json.loads(data).items() if name != "proof"}
            data = limit.signed(json.dumps(tree).encode())
    else:
        module = ours if party == "gateway" else pyld_stack
        works = {"canonicalize": module.canonical, "sign": module.signed, "verify": module.verified}
    if job not in works:
        return None
    argument: Any = json.loads(data) if job == "canonicalize" else data
    return partial(run_for, partial(works[job], argument))
