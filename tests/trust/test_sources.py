"""From settings to sources: what is configured is asked; what cannot be used stops the start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.errors import SettingInvalid
from gateway.fetch import Fetcher, NoFetch
from gateway.settings import Settings
from gateway.trust import SOURCES, Issuer, ask, trust_sources
from gateway.trust.asking import MAX_IDENTIFIER
from tests.trust import test_ebsi, test_known_dids
from tests.trust.lists import NOW, Lists
from tests.trust.test_federation import Chain


async def test_without_configuration_nobody_is_asked() -> None:
    assert trust_sources(Settings()) == ()
    assert await ask(Issuer("did:web:university.example.org"), (), NoFetch(), NOW) == ()


async def test_every_configured_list_is_asked_in_one_order(
    world: tuple[Lists, Fetcher], tmp_path: Path
) -> None:
    lists, fetch = world
    (tmp_path / "issuers.toml").write_text(f'[[issuer]]\nid = "{test_ebsi.DID}"\n')
    lists.at["/one.json"] = test_known_dids.registry()
    registries = test_known_dids.publish(lists, {"name": "One", "url": f"{lists.base}/one.json"})
    chain = Chain(lists).publish()
    (tmp_path / "anchor.json").write_text(json.dumps(chain.anchor.jwks))
    test_ebsi.publish(lists, test_ebsi.attribute())
    settings = Settings(
        trust_list=tmp_path / "issuers.toml", known_registries=registries,
        federation_anchors=((chain.anchor.id, tmp_path / "anchor.json"),), ebsi_registry=lists.base,
    )  # fmt: skip
    statements = await ask(Issuer(test_ebsi.DID), trust_sources(settings), fetch, NOW)
    assert tuple(statement.source for statement in statements) == SOURCES[:4]
    assert [statement.listed for statement in statements] == [True, False, False, True]
    json.dumps([statement.to_json() for statement in statements])


async def test_offline_the_network_lists_say_that_they_could_not_be_asked(tmp_path: Path) -> None:
    settings = Settings(ebsi_registry="https://registry.example.org")
    (statement,) = await ask(Issuer("did:ebsi:z1"), trust_sources(settings), NoFetch(), NOW)
    assert (statement.listed, statement.code) == (None, "fetch_refused")


async def test_an_identifier_beyond_all_measure_is_looked_up_nowhere() -> None:
    settings = Settings(ebsi_registry="https://registry.example.org")
    for identifier in ("did:" + "a" * MAX_IDENTIFIER, "did:web:\ud800", "did:web:a\n"):
        assert await ask(Issuer(identifier), trust_sources(settings), NoFetch(), NOW) == ()


@pytest.mark.parametrize(
    "settings",
    [
        Settings(trust_list=Path("nothing.toml")),
        Settings(known_registries="nothing.json"),
        Settings(federation_anchors=(("https://anchor.example.org", Path("nothing.json")),)),
    ],
)
def test_a_list_that_is_configured_and_not_there_stops_the_start(settings: Settings) -> None:
    with pytest.raises(SettingInvalid):
        trust_sources(settings)


def test_the_settings_of_lists_are_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        {
            "GATEWAY_TRUST_LIST": "issuers.toml",
            "GATEWAY_KNOWN_REGISTRIES": "https://registry.example.org/registries.json",
            "GATEWAY_FEDERATION_ANCHORS": "https://a.example.org=a.json, https://b.example.org/b = b.json",
            "GATEWAY_EBSI_REGISTRY": "https://ebsi.example.org/",
            "GATEWAY_EU_TRUSTED_LIST": "list.xml",
            "GATEWAY_EU_TRUST_ANCHORS": "anchors.pem",
            "GATEWAY_TRUST_REQUIRED": "True",
        }
    )
    assert settings == Settings(
        trust_list=Path("issuers.toml"),
        known_registries="https://registry.example.org/registries.json",
        federation_anchors=(
            ("https://a.example.org", Path("a.json")), ("https://b.example.org/b", Path("b.json")),
        ),
        ebsi_registry="https://ebsi.example.org", eu_trusted_list="list.xml",
        eu_trust_anchors=Path("anchors.pem"), trust_required=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FEDERATION_ANCHORS", "https://a.example.org"), ("FEDERATION_ANCHORS", ""),
        ("FEDERATION_ANCHORS", "http://a.example.org=a.json"), ("FEDERATION_ANCHORS", "a.json"),
        ("FEDERATION_ANCHORS", "https://a.example.org=a.json,"), ("EBSI_REGISTRY", "http://a.example.org"),
        ("TRUST_REQUIRED", "yes"), ("TRUST_LIST", " "), ("KNOWN_REGISTRIES", ""),
    ],
)  # fmt: skip
def test_malformed_settings_of_lists_are_refused(name: str, text: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        Settings.from_environment({f"GATEWAY_{name}": text})
