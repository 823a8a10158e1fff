"""What other people's verifiers say: a JavaScript and a Rust implementation, contexts offline.

Needs Node and the packages pinned in ``conformance/node``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance import claims, issued, mechanisms
from conformance.conversions import SEED, converted, read_all, to_secure
from conformance.figures import Figure, all_of
from conformance.lineages import LINEAGES, available, run
from gateway.keys import SecretKey, sign
from gateway.proofs import attach

__all__ = ["available", "figures", "verdicts"]

LEFT_OUT = "its closed loader lacks the Commission's context: ELM v3 is for JavaScript alone"


def figures(corpora: Path) -> Iterator[Figure]:
    """Every sample in every signed format, genuine and tampered, in both implementations."""
    signed = dict(_signed(corpora))
    spoiled = {name: tampered(document) for name, document in signed.items()}
    genuine, forged = verdicts(signed), verdicts(spoiled)
    for lineage in LINEAGES:
        wanted = [name for name in signed if lineage == "javascript" or not name.endswith(" elm3")]
        note = LEFT_OUT if lineage == "rust" else ""
        yield all_of(
            f"signed conversions verified ({lineage})",
            {name: genuine[name][lineage] for name in wanted},
            note,
        )
        yield all_of(
            f"tampered copies refused ({lineage})", {name: not forged[name][lineage] for name in wanted}
        )
    yield from mechanisms.figures()
    yield from issued.figures()
    yield from claims.figures()


def _signed(corpora: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for sample, read, _ in read_all(corpora):
        if read is None:
            continue
        for to in ("ob3", "vc", "elm3"):
            done = converted(read, to)
            prepared = to_secure(done)
            yield (
                f"{sample.name} {to}",
                attach(prepared, sign(SecretKey("ed25519", SEED), prepared.hash_data)),
            )


def tampered(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which one value that people read was changed."""
    copied = copy.deepcopy(document)
    issuer = copied["issuer"]
    name = "name" if "name" in issuer else "legalName"
    issuer[name] = "Somebody else" if isinstance(issuer[name], str) else {"en": "Somebody else"}
    return copied


def verdicts(credentials: dict[str, dict[str, Any]]) -> dict[str, dict[str, bool]]:
    """What each implementation says of each credential."""
    orders = ({"name": name, "credential": credential} for name, credential in credentials.items())
    return {
        entry["name"]: {lineage: entry[lineage] for lineage in LINEAGES}
        for entry in run("verify.mjs", orders)
    }
