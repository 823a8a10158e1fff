"""W3C Verifiable Credentials 2.0 with ELM terms, under a context that VCDM 2.0 allows.

The context stands inline with the terms in use, so that verifiers with closed loaders read it; by
URL on request. https://www.w3.org/TR/vc-data-model-2.0/
"""

from __future__ import annotations

from typing import Any

from gateway.codecs import ABSOLUTE_IRI, CodecContext
from gateway.envelopes import Envelope
from gateway.errors import MalformedJson
from gateway.formats.dates import date_time_stamp
from gateway.formats.format import Format, Native, Tree, WriteOptions, Written
from gateway.formats.originals import supply_original
from gateway.formats.reading import VCDM_2, check_subject, contexts_of, index_nodes, run_table, types_of
from gateway.formats.repeated import refer_repeated
from gateway.formats.vocabulary import CARRIED, carrier_context, inline_context
from gateway.mapping import load_table, writer_of
from gateway.model import Credential, TermsOfUse

__all__ = ["VC", "attach_carried", "choose_policy", "detach_carried"]


def _sniff(envelope: Envelope) -> bool:
    tree = envelope.tree
    return "EuropeanDigitalCredential" in types_of(tree) and contexts_of(tree)[:1] == (VCDM_2,)


def _read(tree: Tree, supplied: frozenset[str]) -> Native:
    check_subject(tree)
    return run_table("vc", tree, ignore=supplied, index=index_nodes(tree))


def _write(hub: Credential, options: WriteOptions) -> Written:
    writer = writer_of(load_table("vc"), CodecContext(languages=options.languages), choose=choose_policy)
    tree = writer.write(hub, "Credential")
    period = {"validFrom": date_time_stamp(hub.valid_from), "validUntil": date_time_stamp(hub.valid_until)}
    missing = {name: date for name, date in period.items() if date and name not in tree}
    tree.update(missing)
    supplied = (*(f"/{name}" for name in missing), *supply_original(tree, options))
    referred = tuple(f"{pointer}/" for pointer in refer_repeated(tree).places)
    steps = tuple(step for step in writer.steps if not step.here.startswith(referred))
    return Written(tree, steps, supplied)


def choose_policy(item: Any, _names: tuple[str, ...]) -> str | None:
    """No native place for terms of use whose type is no IRI: nobody could expand it."""
    if isinstance(item, TermsOfUse) and not ABSOLUTE_IRI.match(item.type or ""):
        return ""
    return None


def _finish(tree: Tree, options: WriteOptions) -> Tree:
    """The document with its context: VCDM 2.0 first, then the gateway's terms."""
    body = {name: value for name, value in tree.items() if name != "@context"}
    native = {name: value for name, value in body.items() if name != CARRIED}
    own: list[Any] = [options.by_url or inline_context(native)]
    if CARRIED in body:
        own.append(carrier_context())
    return {"@context": [VCDM_2, *own], **body}


def attach_carried(tree: Tree, record: Tree, _: WriteOptions) -> Tree:
    """The document with a carrier under the property ``carried``."""
    return {**tree, CARRIED: record}


def detach_carried(tree: Tree) -> tuple[Tree, Tree | None]:
    """The document without its carrier, and the carrier; raises ``MalformedJson`` when it is no object."""
    if CARRIED not in tree:
        return tree, None
    record = tree[CARRIED]
    if not isinstance(record, dict):
        raise MalformedJson("the carrier of the gateway's terms is no object", pointer=f"/{CARRIED}")
    return {name: value for name, value in tree.items() if name != CARRIED}, record


VC = Format(
    name="vc",
    title="W3C Verifiable Credential 2.0 with ELM terms",
    media_type="application/vc",
    kind="json",
    table="vc",
    sniff=_sniff,
    read=_read,
    write=_write,
    detach=detach_carried,
    attach=attach_carried,
    finish=_finish,
    vcdm=("2.0",),
)
