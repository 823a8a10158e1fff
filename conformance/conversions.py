"""Conversions over all samples: what is read, accounted for, restored, and valid under official schemas."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from lxml import etree

from conformance import elements
from conformance.figures import Figure, all_of
from conformance.samples import Sample, samples
from gateway.core import (
    DEFAULT_SECURING,
    SECURINGS,
    Converted,
    ConvertOptions,
    Identity,
    Key,
    Understanding,
    Way,
    express,
    prepare,
    render,
    understand,
)
from gateway.envelopes import open_envelope
from gateway.errors import GatewayError
from gateway.formats import FORMATS, format_named, read_document, write_document
from gateway.formats.format import WriteOptions
from gateway.keys import SecretKey, did_key, public_key_of, verification_method_of
from gateway.mapping import leaves_of
from gateway.model import Credential
from gateway.proofs import Prepared

__all__ = [
    "WRITABLE",
    "accounts",
    "converted",
    "figures",
    "open_badges",
    "read_all",
    "read_back",
    "reading",
    "to_secure",
    "understood",
    "xsd",
]

SEED = bytes(range(32))
DID = did_key(public_key_of(SecretKey("ed25519", SEED)))
KEY = Key(verification_method_of(DID), "ed25519")
NOW = "2026-01-02T00:00:00Z"
IDENTITY = Identity(DID, "Conformance gateway", "BEL")
WRITABLE = tuple(form.name for form in FORMATS if form.write is not None)
OB_SCHEMAS = (
    "json-ld.ob_v3p0_achievementcredential_schema.json",
    "ob_v3p0_achievementcredential_schema.jsonld-adaptation.json",
    "ob_v3p0_anyachievementcredential_schema.jsonld-adaptation.json",
)


@cache
def read_all(corpora: Path) -> tuple[tuple[Sample, Understanding | None, str], ...]:
    """Every sample understood, or the code of its refusal."""
    done: list[tuple[Sample, Understanding | None, str]] = []
    for sample in samples(corpora):
        try:
            done.append((sample, understand(sample.data), ""))
        except GatewayError as error:
            done.append((sample, None, error.code))
    return tuple(done)


def understood(corpora: Path) -> Iterator[tuple[Sample, Understanding]]:
    """Every sample that is read."""
    return ((sample, read) for sample, read, _ in read_all(corpora) if read is not None)


def converted(read: Understanding, to: str, original: str = "digest") -> Converted:
    """A sample as the gateway converts it to be signed."""
    return express(read, ConvertOptions(to, original=original, identity=IDENTITY, now=NOW))


def to_secure(done: Converted, securing: str = DEFAULT_SECURING, key: Key = KEY) -> Prepared:
    """A conversion ready to be signed with a Data Integrity proof."""
    (prepared,) = prepare(done, [Way(SECURINGS[securing], key)], datetime.fromisoformat(NOW))
    if not isinstance(prepared, Prepared):
        raise TypeError("a token, not a proof")
    return prepared


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about conversions."""
    with_network: list[str] = []
    sys.addaudithook(lambda event, _: with_network.append(event) if event == "socket.connect" else None)
    yield from reading(corpora)
    yield from accounts(corpora)
    yield from _round_trips(corpora)
    yield xsd(corpora)
    yield from open_badges(corpora)
    yield from elements.figures(corpora)
    yield Figure("outbound connections during all of these", len(with_network), 0, 0)


def reading(corpora: Path) -> Iterator[Figure]:
    """Whether every sample is read, family by family."""
    for family in ("edci-xml", "elm3", "ob3", "ob2"):
        outcomes = {s.name: read is not None for s, read, _ in read_all(corpora) if s.family == family}
        yield all_of(f"{family} samples read without error", outcomes)


def accounts(corpora: Path) -> Iterator[Figure]:
    """Whether every leaf is accounted for, and what is dropped."""
    outcomes: dict[str, bool] = {}
    totals: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    full = 0
    for sample, read in understood(corpora):
        leaves = sum(1 for _ in leaves_of(read.envelope.tree))
        for to in WRITABLE:
            report = converted(read, to).report
            counts = report.counts()
            outcomes[f"{sample.name} → {to}"] = sum(counts.values()) == leaves
            totals.update(counts)
            dropped.update(f.code for f in report.dropped())
            full += len(converted(read, to, "full").report.dropped())
    said = ", ".join(f"{number} {name}" for name, number in totals.items())
    yield all_of("conversions in which kept + transformed + defaulted + dropped = all leaves", outcomes, said)
    lost = sum(number for code, number in dropped.items() if code != "not_copied")
    codes = ", ".join(f"{number} {code}" for code, number in dropped.items()) or "none"
    yield Figure("values dropped that are no proof or status (--original digest)", lost, 0, 0, (), codes)
    yield Figure("values dropped with --original full", full, 0, 0)


def _round_trips(corpora: Path) -> Iterator[Figure]:
    for to in WRITABLE:
        yield read_back(corpora, to)
    pairs = {
        f"{sample.name} ({first} → {second} → {first})": _there_and_back(read.hub, first, second)
        for sample, read in understood(corpora)
        for first in WRITABLE
        for second in WRITABLE
        if first != second
    }
    yield all_of("A → B → A gives back A, for every pair of formats and every sample", pairs)


def read_back(corpora: Path, to: str) -> Figure:
    """How many samples, written in a format, read back equal."""
    back = {s.name: _restored(read.hub, to) == read.hub for s, read in understood(corpora)}
    return all_of(f"read(write(hub)) == hub in {to}", back)


def _restored(hub: Credential, to: str) -> Credential:
    form = format_named(to, to_write=True)
    written = write_document(form, hub, WriteOptions(digest="0"))
    data = render(form, written.tree)
    return read_document(form, open_envelope(data).tree).hub


def _there_and_back(hub: Credential, first: str, second: str) -> bool:
    return _restored(_restored(_restored(hub, first), second), first) == hub


def xsd(corpora: Path) -> Figure:
    """How many documents of EDCI XML validate."""
    schema = etree.XMLSchema(etree.parse(str(corpora / "elm/edci-xml/xsd/edc-1.7/genericschema_1.2.xsd")))
    outcomes: dict[str, bool] = {}
    for sample, read in understood(corpora):
        done = converted(read, "edci-xml")
        outcomes[sample.name] = bool(schema.validate(etree.fromstring(render(done.form, done.tree))))
    return all_of("EDCI XML written that validates against XSD 1.2", outcomes)


def open_badges(corpora: Path) -> Iterator[Figure]:
    """How many Open Badges pass the schemas, the guard and the test of simplicity."""
    outcomes: dict[str, dict[str, bool]] = {name: {} for name in OB_SCHEMAS}
    simple: dict[str, bool] = {}
    validators = {name: _validator(corpora / "ob/schemas" / name) for name in OB_SCHEMAS}
    for sample, read in understood(corpora):
        done = converted(read, "ob3")
        prepared = to_secure(done)
        simple[sample.name] = prepared.simple
        secured = {**prepared.document, "proof": [{**prepared.proof_config, "proofValue": "z1"}]}
        secured["proof"][0].pop("@context", None)
        for name, validator in validators.items():
            outcomes[name][sample.name] = validator.is_valid(secured)
    for name, reached in outcomes.items():
        yield all_of(f"ob3 written that passes {name}", reached)
    yield all_of("ob3 written that passes the guard and is canonically simple", simple)


def _validator(path: Path) -> Any:
    schema = json.loads(path.read_text())
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)
