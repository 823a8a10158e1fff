"""Records of several credentials: each is converted by itself, and a broken one stops no other; they are made too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from gateway.core import DEFAULT_SECURING, ConvertOptions, bundle_in, record_of, render_json
from gateway.errors import GatewayError, ProofInvalid, RequestRefused
from gateway.pipeline.gateway import Gateway
from gateway.pipeline.work import Delivery
from gateway.report import Report

__all__ = ["ConvertedBundle", "Entry", "bundle", "convert_each"]

OWN_FAULT = 500
"""From this HTTP status on an error is the gateway's own, and no property of one credential."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One credential of a record: where it stood, and what it became or why it was refused."""

    pointer: str
    delivery: Delivery | None = None
    refusal: GatewayError | None = None


@dataclass(frozen=True, slots=True)
class ConvertedBundle:
    """A record: what was verified of it, its credentials in their order, and what of it none of them says."""

    report: Report
    entries: tuple[Entry, ...]
    besides: tuple[str, ...]


async def convert_each(
    gateway: Gateway, data: bytes, options: ConvertOptions, *, signed: bool, securing: str, key: str
) -> ConvertedBundle:
    """Every credential of a record in another format, verified, converted and signed as it would be alone.

    Raises what ``bundle_in`` does; of what converting one raises, only what is the gateway's own fault.
    """
    bundle = await gateway.compute.run(bundle_in, data)
    report = await gateway.verify(data)
    entries = []
    for part in bundle.parts:
        try:
            made = await gateway.convert(part.data, options, signed=signed, securing=securing, key=key)
        except GatewayError as error:
            if error.status >= OWN_FAULT:
                raise
            entries.append(Entry(part.pointer, refusal=error))
        else:
            entries.append(Entry(part.pointer, made))
    return ConvertedBundle(report, tuple(entries), bundle.besides)


async def bundle(
    gateway: Gateway,
    documents: Sequence[bytes],
    name: str,
    *,
    securing: str = DEFAULT_SECURING,
    key: str = "",
) -> Delivery:
    """A record (CLR 2.0) of credentials as they stand, each of them verified, signed by the gateway.

    Raises ``ProofInvalid`` for a credential that does not verify, ``RequestRefused`` for none at all, what
    ``record_of`` and ``Gateway.secure`` do.
    """
    if not documents or not name:
        raise RequestRefused("a record has a name and at least one credential")
    identity = gateway.identity(securing, key)
    now = gateway.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tree = await gateway.compute.run(record_of, tuple(documents), name, identity, now)
    for number, document in enumerate(documents, 1):
        if not (await gateway.verify(document)).verified:
            raise ProofInvalid(
                f"credential {number} does not verify", hint="`gateway verify` says what it lacks."
            )
    return await gateway.secure(render_json(tree), securing=securing, key=key)
