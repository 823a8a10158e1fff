"""From a document to what lists say of its issuer: asked in a verification, reported with list and date."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api.app import make_app
from gateway.cli import main
from gateway.core import ConvertOptions
from gateway.fetch import Fetcher
from gateway.pipeline import Gateway
from gateway.report import Check, Report, Verdict
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.trust import SOURCES, trust_sources
from tests import parts
from tests.trust import test_ebsi, test_known_dids
from tests.trust.lists import NOW, Entity, Lists, a_key

World = tuple[Lists, Fetcher]
NAME = "University of the Three Rivers"


def gateway(fetch: Fetcher, settings: Settings) -> Gateway:
    """The gateway of the tests with lists and the network."""
    trust = trust_sources(settings)
    return parts.gateway(fetch=fetch, clock=lambda: NOW, trust=trust, settings=settings)


async def signed() -> tuple[bytes, str]:
    """A credential that the gateway of the tests signed, and its issuer."""
    delivery = await parts.gateway(clock=lambda: NOW).convert(
        example_bytes("badge.ob3.json"), ConvertOptions("ob3")
    )
    return delivery.content, delivery.tree["issuer"]["id"]


def trust_of(report: Report) -> Check:
    (check,) = (check for check in report.checks if check.name == "trust")
    return check


def statements_of(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = trust_of(report).values["statements"]
    return found


def every_list(lists: Lists, tmp_path: Path, did: str) -> Settings:
    """Settings for four lists: two that name the issuer, two that do not."""
    (tmp_path / "issuers.toml").write_text(f'[[issuer]]\nid = "{did}"\nname = "{NAME}"\n')
    lists.at["/one.json"] = test_known_dids.registry()
    registries = test_known_dids.publish(lists, {"name": "One", "url": f"{lists.base}/one.json"})
    anchor = Entity(f"{lists.base}/anchor", a_key(1))
    anchor.vouches[did] = {"metadata": {"federation_entity": {"organization_name": NAME}}}
    anchor.publish(lists)
    (tmp_path / "anchor.json").write_text(json.dumps(anchor.jwks))
    return Settings(
        trust_list=tmp_path / "issuers.toml", known_registries=registries,
        federation_anchors=((anchor.id, tmp_path / "anchor.json"),), ebsi_registry=lists.base,
    )  # fmt: skip


async def test_every_list_is_reported_with_its_name_and_when(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    data, did = await signed()
    report = await gateway(fetch, every_list(lists, tmp_path, did)).verify(data)
    said = statements_of(report)
    assert tuple(statement["source"] for statement in said) == SOURCES[:4]
    assert [statement["listed"] for statement in said] == [True, False, True, False]
    assert said[2]["list"] == f"{lists.base}/anchor"
    assert [statement["retrieved"] for statement in said[1:3]] == ["2026-05-01T12:00:00Z"] * 2
    assert trust_of(report).verdict is Verdict.VALID
    assert report.verified
    json.dumps(report.to_json())


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("policy", ["strict", "archive"])
async def test_a_listing_is_required_only_where_the_operator_says_so(
    world: World, tmp_path: Path, policy: str, required: bool
) -> None:
    _, fetch = world
    data, did = await signed()
    (tmp_path / "issuers.toml").write_text('[[issuer]]\nid = "did:web:somebody.example.org"\n')
    settings = Settings(trust_list=tmp_path / "issuers.toml", trust_required=required)
    report = await gateway(fetch, settings).verify(data, policy=policy)
    assert (trust_of(report).verdict, trust_of(report).code) == (Verdict.INVALID, "issuer_not_listed")
    assert report.verified is not required
    assert report.facts["policy"] == policy + ("+trust" if required else "")
    (tmp_path / "issuers.toml").write_text(f'[[issuer]]\nid = "{did}"\n')
    assert (await gateway(fetch, settings).verify(data, policy=policy)).verified


async def test_a_list_that_is_required_and_not_to_be_had_leaves_the_verdict_open(world: World) -> None:
    lists, fetch = world
    data, _ = await signed()
    settings = Settings(known_registries=f"{lists.base}/nothing.json", trust_required=True)
    report = await gateway(fetch, settings).verify(data)
    assert report.verdict() is Verdict.UNDETERMINED
    assert trust_of(report).code == "trust_source_unavailable"
    assert statements_of(report)[0]["code"] == "document_missing"


async def test_required_without_any_list_nothing_is_verified(world: World) -> None:
    _, fetch = world
    data, _ = await signed()
    report = await gateway(fetch, Settings(trust_required=True)).verify(data)
    assert (report.verified, trust_of(report).code) == (False, "no_trust_source")


async def test_a_name_that_is_not_proven_is_no_listing_and_nobody_is_asked_about_it(
    world: World, tmp_path: Path
) -> None:
    lists, fetch = world
    data, did = await signed()
    gate = gateway(fetch, every_list(lists, tmp_path, did))
    forged = json.loads(data)
    forged["name"] = "Master of soldering"
    unsigned = {name: value for name, value in forged.items() if name != "proof"}
    for document in (forged, unsigned):
        lists.asked.clear()
        report = await gate.verify(json.dumps(document).encode())
        check = trust_of(report)
        assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "issuer_unproven")
        assert not report.verified
        said = statements_of(report)
        assert [statement["listed"] for statement in said] == [True, False, None, None]
        assert {statement["code"] for statement in said[2:]} == {"issuer_unproven"}
        assert not [path for path in lists.asked if did in path]


async def test_lists_are_kept_from_one_verification_to_the_next(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    data, did = await signed()
    gate = gateway(fetch, every_list(lists, tmp_path, did))
    await gate.verify(data)
    assert lists.asked
    lists.asked.clear()
    assert statements_of(await gate.verify(data))[2]["listed"] is True
    # The EBSI registry answers that it does not know the DID, which is asked again after a pause.
    assert lists.asked == []


async def test_a_request_to_a_list_says_nothing_but_who_is_asked_about(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    data, did = await signed()
    await gateway(fetch, every_list(lists, tmp_path, did)).verify(data)
    about = {path for path in lists.asked if did in path}
    assert about == {f"{test_ebsi.ABOUT.removesuffix(test_ebsi.DID)}{did}", f"/anchor/fetch?sub={did}"}
    told = " ".join(lists.asked)
    for value in (json.loads(data)["id"], NAME, "soldering"):
        assert value not in told


async def test_a_presentation_says_what_lists_say_of_each_issuer(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    data, did = await signed()
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
        "verifiableCredential": [json.loads(data)],
    }  # fmt: skip
    report = await gateway(fetch, every_list(lists, tmp_path, did)).verify(json.dumps(presentation).encode())
    (check,) = (check for check in report.checks if check.name == "credential")
    assert check.verdict is Verdict.VALID
    assert check.values["trust"]["statements"][0]["listed"] is True


async def test_many_issuers_in_one_document_are_not_all_looked_up(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    data, did = await signed()
    gate = gateway(fetch, every_list(lists, tmp_path, did))
    lists.asked.clear()
    names = [f"did:key:z6MkStranger{number}" for number in range(40)]
    credentials = [{**json.loads(data), "issuer": {"id": name, "type": ["Profile"]}} for name in names]
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
        "verifiableCredential": credentials,
    }  # fmt: skip
    report = await gate.verify(json.dumps(presentation).encode())
    assert not report.verified
    assert not [path for path in lists.asked if "Stranger" in path]


def test_the_command_says_which_list_said_what_and_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "badge.json").write_bytes(example_bytes("badge.ob3.json"))
    assert main(["convert", "badge.json", "--to", "ob3", "--out", "signed.json"]) == 0
    did = json.loads((tmp_path / "signed.json").read_text())["issuer"]["id"]
    monkeypatch.setenv("GATEWAY_TRUST_LIST", "issuers.toml")
    monkeypatch.setenv("GATEWAY_TRUST_REQUIRED", "true")
    (tmp_path / "issuers.toml").write_text('[[issuer]]\nid = "did:web:somebody.example.org"\n')
    assert main(["verify", "signed.json"]) == 1
    assert "not listed, the list does not name the issuer [not_listed]" in capsys.readouterr().out
    (tmp_path / "issuers.toml").write_text(f'[[issuer]]\nid = "{did}"\nname = "{NAME}"\n')
    assert main(["verify", "signed.json"]) == 0
    said = capsys.readouterr().out
    assert f"listed as {NAME}" in said
    assert "issuers.toml [allow-list 20" in said
    assert main(["verify", "signed.json", "--json"]) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    (check,) = (check for check in checks if check["name"] == "trust")
    assert check["values"]["statements"][0]["list"] == "issuers.toml"


def test_a_list_that_cannot_be_used_stops_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "badge.json").write_bytes(example_bytes("badge.ob3.json"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_TRUST_LIST", "nothing.toml")
    assert main(["verify", "badge.json"]) == 3
    assert "setting_invalid" in capsys.readouterr().err


async def test_the_service_reports_the_lists_too(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    data, did = await signed()
    gate = gateway(fetch, every_list(lists, tmp_path, did))
    settings = dataclasses.replace(gate.settings, data=tmp_path)
    async with TestClient(TestServer(make_app(settings, gate))) as client:
        answer = await client.post("/v1/verify", data=data)
        checks = (await answer.json())["checks"]
    (check,) = (check for check in checks if check["name"] == "trust")
    assert [statement["listed"] for statement in check["values"]["statements"]] == [True, False, True, False]


async def test_a_listing_is_required_of_every_credential_in_a_presentation(
    world: World, tmp_path: Path
) -> None:
    _, fetch = world
    data, did = await signed()
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"],
        "verifiableCredential": [json.loads(data)],
    }  # fmt: skip
    settings = Settings(trust_list=tmp_path / "issuers.toml", trust_required=True)
    for name, verdict in (("did:web:somebody.example.org", Verdict.INVALID), (did, Verdict.VALID)):
        (tmp_path / "issuers.toml").write_text(f'[[issuer]]\nid = "{name}"\n')
        report = await gateway(fetch, settings).verify(json.dumps(presentation).encode())
        (check,) = (check for check in report.checks if check.name == "credential")
        assert check.verdict is verdict
