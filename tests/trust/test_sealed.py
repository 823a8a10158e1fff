"""From a sealed credential to the EU trusted list: whom seals lead to, and whose seals the list stands for."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.core import ConvertOptions
from gateway.fetch import Fetcher
from gateway.pipeline import Gateway
from gateway.report import Check, Report, Verdict
from gateway.settings import Settings
from gateway.trust import seal_anchors, trust_sources
from tests import parts, pki
from tests.jades import as_bytes, jades, to_be_sealed
from tests.trust.lists import FAULTS, NOW, Lists
from tests.trust.lists_eu import DAY, OPERATOR, QTST, YEAR, pem_file, service, trusted_list

World = tuple[Lists, Fetcher]
SEALED = as_bytes(jades(to_be_sealed()))
UNSTAMPED = as_bytes(jades(to_be_sealed(), stamped=None))


@dataclass
class Named:
    """A party of the seals' tests, as lists name one."""

    name: str
    der: bytes


AUTHORITY = Named("Authority for seals", pki.intermediate().der)
STAMPER = Named("Time stamps", pki.stamper().der)


def gateway(world: World, folder: Path, content: bytes, **more: object) -> Gateway:
    """A gateway that is told of one list and of what else is given."""
    lists, fetch = world
    lists.at["/list.xml"] = content
    signers = pem_file(folder / "operators.pem", OPERATOR)
    settings = Settings(eu_trusted_list=f"{lists.base}/list.xml", eu_trust_anchors=signers, **more)
    return parts.gateway(
        fetch=fetch, clock=lambda: NOW, settings=settings, trust=trust_sources(settings),
        anchors=seal_anchors(settings),
    )  # fmt: skip


def told(report: Report, name: str) -> Check:
    return next(check for check in report.checks if check.name == name)


def listing(report: Report) -> tuple[bool | None, str]:
    (statement,) = told(report, "trust").values["statements"]
    return statement["listed"], statement.get("code", "")


def list_of(status: str = "granted", since: datetime = NOW - YEAR, **more: object) -> bytes:
    return trusted_list(service(AUTHORITY, status=status, since=since, **more), service(STAMPER, type=QTST))


async def test_a_seal_that_leads_to_a_granted_service_is_verified_and_listed(
    world: World, tmp_path: Path
) -> None:
    report = await gateway(world, tmp_path, list_of(), trust_required=True).verify(SEALED)
    assert report.verified, report.to_json()["checks"]
    assert told(report, "proof.certificate").verdict is Verdict.VALID
    assert told(report, "timestamp").verdict is Verdict.VALID
    assert (told(report, "trust").verdict, listing(report)) == (Verdict.VALID, (True, ""))
    (statement,) = told(report, "trust").values["statements"]
    assert statement["name"] == "Trust Services of the Example"
    assert statement["accreditations"][0]["by"] == "Example Provider, Authority for seals"
    assert world[0].asked == ["/list.xml"]


async def test_a_seal_of_a_withdrawn_service_leads_to_nobody(world: World, tmp_path: Path) -> None:
    report = await gateway(world, tmp_path, list_of("withdrawn")).verify(SEALED)
    assert report.verdict() is Verdict.UNDETERMINED
    assert told(report, "proof.certificate").verdict is Verdict.UNDETERMINED
    assert (told(report, "trust").code, listing(report)) == ("issuer_unproven", (None, "seal_unproven"))


async def test_a_seal_made_before_its_service_was_withdrawn_leads_to_it_still(
    world: World, tmp_path: Path
) -> None:
    since = NOW - 30 * DAY  # the seal and its timestamp are of 20 March
    late = list_of("withdrawn", since, history=[("granted", NOW - YEAR)])
    report = await gateway(world, tmp_path, late, trust_required=True).verify(SEALED)
    assert report.verified, report.to_json()["checks"]
    assert listing(report) == (True, "")
    unstamped = await gateway(world, tmp_path, late).verify(UNSTAMPED)
    assert (unstamped.verified, told(unstamped, "issuer").code) == (False, "sealer_untrusted")
    before = list_of("withdrawn", NOW - 90 * DAY, history=[("granted", NOW - YEAR)])
    assert not (await gateway(world, tmp_path, before).verify(SEALED)).verified


async def test_for_archives_the_list_counts_as_it_was_when_the_seal_says_it_was_made(
    world: World, tmp_path: Path
) -> None:
    late = list_of("withdrawn", NOW - 30 * DAY, history=[("granted", NOW - YEAR)])
    made = gateway(world, tmp_path, late)
    assert (await made.verify(UNSTAMPED, policy="archive")).verified
    assert not (await made.verify(UNSTAMPED)).verified


async def test_the_operators_own_anchors_prove_a_seal_and_the_list_says_what_it_thinks(
    world: World, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors.pem"
    anchors.write_bytes(pki.root().certificate.public_bytes(pki.Encoding.PEM))
    late = list_of("withdrawn", NOW - DAY, history=[("granted", NOW - YEAR)])
    made = gateway(world, tmp_path, late, seal_anchors=anchors)
    stamped = await made.verify(SEALED)
    assert (stamped.verified, listing(stamped)) == (True, (True, ""))
    now = await made.verify(UNSTAMPED)
    assert (now.verified, listing(now)) == (True, (False, "service_not_granted"))
    assert told(now, "trust").code == "issuer_not_listed"
    strict = dataclasses.replace(made, settings=dataclasses.replace(made.settings, trust_required=True))
    assert not (await strict.verify(UNSTAMPED)).verified


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"floods"}))  # 5 MB more are no flood to a list
async def test_a_list_that_fails_leaves_the_seal_open(world: World, tmp_path: Path, fault: str) -> None:
    made = gateway(world, tmp_path, list_of())
    world[0].faults["/list.xml"] = FAULTS[fault][0]
    report = await made.verify(SEALED)
    assert report.verdict() is Verdict.UNDETERMINED
    issuer = told(report, "issuer")
    assert issuer.code == "sealer_untrusted"
    assert issuer.values["reason"] == FAULTS[fault][1]


async def test_a_forged_list_makes_no_seal_genuine(world: World, tmp_path: Path) -> None:
    forged = list_of("withdrawn").replace(b"Svcstatus/withdrawn", b"Svcstatus/granted")
    report = await gateway(world, tmp_path, forged).verify(SEALED)
    assert not report.verified
    assert told(report, "issuer").code == "sealer_untrusted"


async def test_what_is_not_sealed_asks_for_no_list(world: World, tmp_path: Path) -> None:
    signer = parts.gateway(clock=lambda: NOW)
    signed = await signer.convert(as_bytes(to_be_sealed()), ConvertOptions("ob3"))
    report = await gateway(world, tmp_path, list_of()).verify(signed.content)
    assert (report.verified, listing(report)) == (True, (None, "seal_unproven"))
    assert world[0].asked == []


def test_the_command_takes_anchors_and_an_offline_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sealed.json").write_bytes(SEALED)
    assert main(["verify", "sealed.json"]) == 1
    assert "sealer_untrusted" in capsys.readouterr().out
    Path("anchors.pem").write_bytes(pki.root().certificate.public_bytes(pki.Encoding.PEM))
    monkeypatch.setenv("GATEWAY_SEAL_ANCHORS", "anchors.pem")
    assert main(["verify", "sealed.json"]) == 0
    monkeypatch.delenv("GATEWAY_SEAL_ANCHORS")
    Path("list.xml").write_bytes(trusted_list(service(AUTHORITY), service(STAMPER, type=QTST), update=None))
    pem_file(Path("operators.pem"), OPERATOR)
    monkeypatch.setenv("GATEWAY_EU_TRUSTED_LIST", "list.xml")
    monkeypatch.setenv("GATEWAY_EU_TRUST_ANCHORS", "operators.pem")
    code = main(["verify", "sealed.json"])
    said = capsys.readouterr().out
    assert (code, "list.xml [eu-trusted-list" in said) == (0, True), said


async def test_of_two_seals_the_issuers_own_is_asked_about(world: World, tmp_path: Path) -> None:
    tree = jades(to_be_sealed(), pki.seal(organization=pki.OTHER))
    tree["signatures"] += jades(tree["payload"])["signatures"]
    allowed = tmp_path / "issuers.toml"
    allowed.write_text(f'[[issuer]]\nid = "urn:example:other"\norganization = "{pki.OTHER}"\n')
    made = parts.gateway(
        anchors=(pki.root().der,), clock=lambda: NOW, trust=trust_sources(Settings(trust_list=allowed))
    )
    report = await made.verify(as_bytes(tree))
    assert (report.verified, listing(report)) == (True, (False, "not_listed"))
    allowed.write_text(f'[[issuer]]\nid = "urn:example:own"\norganization = "{pki.ORGANIZATION}"\n')
    made = dataclasses.replace(made, trust=trust_sources(Settings(trust_list=allowed)))
    assert listing(await made.verify(as_bytes(tree))) == (True, "")
