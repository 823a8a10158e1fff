"""Canonicalizing, signing and verifying: everybody on the same bytes, after everybody made the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from bench import limit, ours, oxigraph, pyld_stack
from bench.documents import document
from bench.javascript import JavaScript
from bench.measuring import Run, Turn, run_for
from bench.world import Difference, World

__all__ = [
    "GATEWAY",
    "JAVASCRIPT",
    "JOBS",
    "LIMIT",
    "OXIGRAPH",
    "PARTS",
    "PYLD",
    "check_equal",
    "inputs",
    "turns",
]

GATEWAY, PYLD, JAVASCRIPT = "gateway", "pyld + PyNaCl", "Digital Bazaar"
OXIGRAPH, LIMIT = "pyoxigraph", "limit"
JOBS = ("canonicalize", "relabel", "sign", "verify")
"""``relabel`` is canonicalizing what is N-Quads already."""
PARTS = {"canonicalize": ("canonicalize", "relabel"), "sign": ("sign",), "verify": ("verify",)}
SLOW = ("clr100", "clr1000")
"""Documents that peers get one run of a round for."""

Work = Callable[[Any], object]
WORKS: dict[str, dict[str, Work]] = {
    GATEWAY: {
        "canonicalize": ours.canonical, "relabel": ours.relabelled, "sign": ours.signed, "verify": ours.verified,
    },
    PYLD: {
        "canonicalize": pyld_stack.canonical, "relabel": pyld_stack.relabelled, "sign": pyld_stack.signed,
        "verify": pyld_stack.verified,
    },
    OXIGRAPH: {"canonicalize": oxigraph.canonical, "relabel": oxigraph.relabelled},
    LIMIT: {"sign": limit.signed, "verify": limit.verified},
}  # fmt: skip


def inputs(name: str) -> dict[str, Any]:
    """What each job is given of a document, by the job or by the party and the job."""
    tree = document(name, ours.DID)
    data, compact = json.dumps(tree).encode(), orjson.dumps(tree)
    return {
        "canonicalize": tree,
        "relabel": re.sub(r"_:c14n(\d+)", r"_:node\1", ours.canonical(tree)),
        "sign": data,
        "verify": ours.signed(data),
        f"{OXIGRAPH} canonicalize": oxigraph.inlined(tree),
        f"{LIMIT} sign": compact,
        f"{LIMIT} verify": limit.signed(compact),
    }


def _proof_value(secured: bytes | str) -> str:
    proof = json.loads(secured)["proof"]
    value: str = (proof[0] if isinstance(proof, list) else proof)["proofValue"]
    return value


def check_equal(name: str, script: JavaScript) -> None:
    """Raise ``Difference`` unless all parties make the same canonical form and the same signature, and the gateway
    tells what it signed from what was changed afterwards."""
    given = inputs(name)
    tree, data, secured = given["canonicalize"], given["sign"], given["verify"]
    forms = {
        "gateway": ours.canonical(tree),
        "pyld": pyld_stack.canonical(tree),
        "JavaScript": script.output("canonicalize", data),
        "gateway, of N-Quads": ours.relabelled(given["relabel"]),
        "pyld, of N-Quads": pyld_stack.relabelled(given["relabel"]),
        "JavaScript, of N-Quads": script.output("relabel", given["relabel"].encode()),
    }
    if oxigraph.is_there():
        forms["pyoxigraph"] = oxigraph.canonical(given[f"{OXIGRAPH} canonicalize"])
        forms["pyoxigraph, of N-Quads"] = oxigraph.relabelled(given["relabel"])
    _same(f"{name}: canonical forms", forms)
    signed = {
        "gateway": secured, "pyld": pyld_stack.signed(data), "JavaScript": script.output("sign", data),
    }  # fmt: skip
    _same(f"{name}: signatures", {party: _proof_value(made) for party, made in signed.items()})
    if not ours.verified(secured) or ours.verified(_spoiled(secured)):
        raise Difference(f"{name}: the gateway does not tell a genuine credential from a forged one")
    if not pyld_stack.verified(secured) or not limit.verified(given[f"{LIMIT} verify"]):
        raise Difference(f"{name}: a peer does not verify what the gateway signed")


def _same(what: str, made: Mapping[str, str]) -> None:
    ours_alone = made["gateway"]
    if others := [party for party, output in made.items() if output != ours_alone]:
        raise Difference(f"{what} differ between the gateway and {', '.join(others)}")


def _spoiled(secured: bytes) -> bytes:
    tree = json.loads(secured)
    return json.dumps({**tree, "name": "Somebody else's"}).encode()


def turns(part: str, names: tuple[str, ...], world: World) -> Iterator[Turn]:
    """Every party's turn at the jobs of a part, document by document."""
    for name in names:
        given = inputs(name)
        for job in PARTS[part]:
            for party in (GATEWAY, PYLD, JAVASCRIPT, OXIGRAPH, LIMIT):
                if run := _run(party, job, given, world.script):
                    yield Turn(part, name, job, party, run, name in SLOW and party not in (GATEWAY, LIMIT))


def _run(party: str, job: str, given: Mapping[str, Any], script: JavaScript) -> Run | None:
    told = given.get(f"{party} {job}", given[job])
    if party == JAVASCRIPT:
        text = json.dumps(told).encode() if job == "canonicalize" else told
        return partial(script.times, job, text.encode() if isinstance(text, str) else text)
    if job not in WORKS[party] or (party == OXIGRAPH and not oxigraph.is_there()):
        return None
    return partial(run_for, partial(WORKS[party][job], told))
