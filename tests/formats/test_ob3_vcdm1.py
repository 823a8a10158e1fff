"""Open Badges 3.0 under VCDM 1.1, for older wallets: the same badge, under the older names of the period."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from gateway.core import ConvertOptions, express, understand
from gateway.envelopes.jwt import read_jwt
from gateway.errors import FormatUnwritable
from gateway.formats import WriteOptions, format_named, read_document, write_document
from gateway.formats.reading import VCDM_1
from gateway.jsonld import canonicalize
from gateway.model import Credential
from gateway.resources import example_bytes, example_names
from tests.formats.reading import converted, example, hub_of
from tests.formats.test_laws import SETTINGS
from tests.hubs import hubs
from tests.parts import gateway

MICRO = "micro-credential.elm3.json"


@settings(SETTINGS, max_examples=25)
@given(hub=hubs())
def test_what_is_written_reads_back_equal(hub: Credential) -> None:
    form = format_named("ob3", to_write=True)
    tree = write_document(form, hub, WriteOptions(digest="0", vcdm="1.1")).tree
    assert tree["@context"][0] == VCDM_1
    assert read_document(form, tree).hub == hub


@pytest.mark.parametrize("name", example_names())
def test_every_example_is_signed_whole_and_says_what_it_said(name: str) -> None:
    source = understand(example_bytes(name))
    tree = express(source, ConvertOptions("ob3", vcdm="1.1", provenance=False)).tree
    assert canonicalize(tree).simple
    assert hub_of(tree) == source.hub
    assert {"issuanceDate", "name"} <= tree.keys()
    assert not {"validFrom", "validUntil", "relatedResource"} & tree.keys()


def test_the_period_has_its_older_names() -> None:
    tree = converted(example(MICRO), "ob3", vcdm="1.1")
    newer = converted(example(MICRO), "ob3")
    assert (tree["issuanceDate"], tree["expirationDate"]) == (newer["validFrom"], newer["validUntil"])


@pytest.mark.parametrize("securing", ["Ed25519Signature2020", "eddsa-rdfc-2022", "jwt_vc_json"])
async def test_it_is_signed_as_older_wallets_take_it(securing: str) -> None:
    gate = gateway()
    made = await gate.convert(example_bytes(MICRO), ConvertOptions("ob3", vcdm="1.1"), securing=securing)
    assert (await gate.verify(made.content)).verified
    assert (await gate.verify(made.content, policy="1edtech")).verified
    assert understand(made.content).hub.has_claim == hub_of(example(MICRO)).has_claim


async def test_a_token_of_the_older_kind_is_around_the_older_data_model_unasked() -> None:
    made = await gateway().convert(example_bytes(MICRO), ConvertOptions("ob3"), securing="jwt_vc_json")
    payload: dict[str, Any] = read_jwt(made.content).payload
    assert payload["vc"]["@context"][0] == VCDM_1
    assert (payload["iss"], payload["jti"]) == (payload["vc"]["issuer"]["id"], payload["vc"]["id"])
    assert {"nbf", "exp", "iat"} <= payload.keys()


@pytest.mark.parametrize(("to", "vcdm"), [("vc", "1.1"), ("elm3", "2.0"), ("edci-xml", "1.1"), ("ob3", "3")])
def test_a_version_that_a_format_does_not_have_is_refused(to: str, vcdm: str) -> None:
    with pytest.raises(FormatUnwritable) as refusal:
        converted(example(MICRO), to, vcdm=vcdm)
    assert refusal.value.hint
