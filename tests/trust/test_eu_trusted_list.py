"""The EU trusted list: whose seals it stands for, when, and what it takes to be believed."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.certificates.pinned import read_pem
from gateway.envelopes.trusted_list import read_trusted_list
from gateway.errors import (
    CertificateMalformed,
    FetchRefused,
    GatewayError,
    SettingInvalid,
    TrustListUnsigned,
)
from gateway.fetch import Fetcher, NoFetch
from gateway.settings import Settings
from gateway.trust import Issuer, Statement, TrustSource, anchors, ask, seal_anchors, trust_sources
from gateway.trust.eu_lists import FRESH
from tests.trust.forged_lists import UNBELIEVABLE
from tests.trust.lists import FAULTS, NOW, Lists
from tests.trust.lists_eu import (
    AUTHORITY,
    DAY,
    LOTL,
    NATIONAL_OPERATOR,
    OPERATOR,
    ORGANIZATION,
    PATH,
    QTST,
    ROOT,
    SEAL,
    STAMPER,
    STRANGER,
    YEAR,
    Holder,
    pem_file,
    pointer,
    service,
    trusted_list,
)

World = tuple[Lists, Fetcher]
DID = "did:web:university.example.org"
SEALED = Issuer(DID, ORGANIZATION, PATH)
SECOND = timedelta(seconds=1)


def source(where: str, folder: Path, *signers: Holder) -> tuple[TrustSource, ...]:
    """The source for a list at an address or in a file, signed by the scheme's operator unless said otherwise."""
    keys = pem_file(folder / "operators.pem", *(signers or (OPERATOR,)))
    return trust_sources(Settings(eu_trusted_list=where, eu_trust_anchors=keys))


async def said(
    world: World, folder: Path, content: bytes, issuer: Issuer = SEALED, now: datetime = NOW
) -> Statement:
    lists, fetch = world
    lists.at["/list.xml"] = content
    (statement,) = await ask(issuer, source(f"{lists.base}/list.xml", folder), fetch, now)
    return statement


async def test_a_granted_service_that_issued_the_certificate_lists_the_sealer(
    world: World, tmp_path: Path
) -> None:
    statement = await said(world, tmp_path, trusted_list(service(ROOT, type=QTST), service(AUTHORITY)))
    assert (statement.listed, statement.code) == (True, "")
    assert (statement.source, statement.list) == ("eu-trusted-list", f"{world[0].base}/list.xml")
    assert statement.name == "University of the Three Rivers"
    assert statement.retrieved == NOW
    assert statement.valid_until == SEAL.end
    assert statement.accreditations[0].by == "Example Provider, Seal authority"


async def test_an_authority_further_up_may_be_the_one_that_is_listed(world: World, tmp_path: Path) -> None:
    assert (await said(world, tmp_path, trusted_list(service(ROOT)))).listed is True


async def test_of_what_has_no_proven_seal_nothing_is_asked(world: World, tmp_path: Path) -> None:
    statement = await said(world, tmp_path, trusted_list(service(AUTHORITY)), Issuer(DID, ORGANIZATION))
    assert (statement.listed, statement.code) == (None, "seal_unproven")
    assert world[0].asked == []


NAMESAKE = Holder("Seal authority", 50)
"""An authority of the same name with another key."""

NOT_LISTED: dict[str, tuple[bytes, str]] = {
    "nobody": (trusted_list(), "not_listed"),
    "another authority": (trusted_list(service(Holder("Another", 51))), "not_listed"),
    "a namesake": (trusted_list(service(NAMESAKE)), "not_listed"),
    "the sealer itself": (trusted_list(service(SEAL)), "not_listed"),
    "a service of another type": (trusted_list(service(AUTHORITY, type=QTST)), "not_listed"),
    "a withdrawn service": (trusted_list(service(AUTHORITY, status="withdrawn")), "service_not_granted"),
    "a service of the national level": (
        trusted_list(service(AUTHORITY, status="recognisedatnationallevel")), "service_not_granted",
    ),
    "a service yet to begin": (trusted_list(service(AUTHORITY, since=NOW + DAY)), "service_not_granted"),
    "a status of before the regulation": (
        trusted_list(service(AUTHORITY, status="undersupervision")), "service_not_granted",
    ),
    "a service for web sites": (
        trusted_list(service(AUTHORITY, uses=("ForWebSiteAuthentication",))), "service_not_for_seals",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_LISTED)
async def test_a_list_that_does_not_stand_for_the_seal_says_why(
    world: World, tmp_path: Path, case: str
) -> None:
    content, code = NOT_LISTED[case]
    statement = await said(world, tmp_path, content)
    assert (statement.listed, statement.code) == (False, code)


async def test_a_service_without_any_use_is_one_for_seals_too(world: World, tmp_path: Path) -> None:
    assert (await said(world, tmp_path, trusted_list(service(AUTHORITY, uses=())))).listed is True


async def test_a_granted_entry_counts_beside_a_withdrawn_one(world: World, tmp_path: Path) -> None:
    both = trusted_list(service(AUTHORITY, status="withdrawn"), service(AUTHORITY))
    assert (await said(world, tmp_path, both)).listed is True


async def test_the_history_of_a_service_counts_at_the_time_of_the_seal(world: World, tmp_path: Path) -> None:
    withdrawn = trusted_list(
        service(AUTHORITY, status="withdrawn", since=NOW - 10 * DAY, history=[("granted", NOW - YEAR)])
    )
    times = {NOW - 20 * DAY: True, NOW - 5 * DAY: False, NOW - 2 * YEAR: False}
    for moment, listed in times.items():
        sealed = dataclasses.replace(SEALED, sealed_at=moment)
        assert (await said(world, tmp_path, withdrawn, sealed)).listed is listed
    assert (await said(world, tmp_path, withdrawn)).listed is False


async def test_supervision_before_the_regulation_was_good_standing(world: World, tmp_path: Path) -> None:
    early = datetime.fromisoformat("2016-06-01T00:00:00Z")
    older = trusted_list(
        service(AUTHORITY, since=early + 60 * DAY, history=[("undersupervision", early - YEAR)])
    )
    assert (await said(world, tmp_path, older, dataclasses.replace(SEALED, sealed_at=early))).listed is True


# --- what it takes to be believed ---------------------------------------------------------------


@pytest.mark.parametrize("case", UNBELIEVABLE)
async def test_a_list_that_is_not_what_its_operator_signed_says_nothing(
    world: World, tmp_path: Path, case: str
) -> None:
    change, code = UNBELIEVABLE[case]
    content = change(trusted_list(service(AUTHORITY, status="withdrawn")))
    statement = await said(world, tmp_path, content)
    assert (statement.listed, statement.code) == (None, code), statement.message


async def test_a_list_signed_with_a_certificate_that_expired_says_nothing(
    world: World, tmp_path: Path
) -> None:
    lists, fetch = world
    old = Holder("Scheme operator", 1, authority=False, end=NOW - DAY)
    lists.at["/list.xml"] = trusted_list(service(AUTHORITY), signer=old)
    (statement,) = await ask(SEALED, source(f"{lists.base}/list.xml", tmp_path, old), fetch, NOW)
    assert (statement.listed, statement.code) == (None, "trust_list_expired")


async def test_one_of_several_configured_signers_is_enough(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    lists.at["/list.xml"] = trusted_list(service(AUTHORITY), signer=STRANGER)
    sources = source(f"{lists.base}/list.xml", tmp_path, OPERATOR, STRANGER)
    (statement,) = await ask(SEALED, sources, fetch, NOW)
    assert statement.listed is True


# --- kept, and given up --------------------------------------------------------------------------


async def test_a_list_is_kept_until_it_is_old_and_serves_stale_until_it_is_out_of_date(
    world: World, tmp_path: Path
) -> None:
    lists, fetch = world
    lists.at["/list.xml"] = trusted_list(service(AUTHORITY), update=NOW + 2 * DAY)
    sources = source(f"{lists.base}/list.xml", tmp_path)

    async def at(moment: datetime) -> Statement:
        (statement,) = await ask(SEALED, sources, fetch, moment)
        return statement

    assert (await at(NOW)).listed is True
    assert (await at(NOW + FRESH)).stale is False
    assert lists.asked == ["/list.xml"]
    lists.faults["/list.xml"], _ = FAULTS["is overloaded"]
    stale = await at(NOW + DAY)
    assert (stale.listed, stale.stale, stale.retrieved) == (True, True, NOW)
    over = await at(NOW + 2 * DAY)
    assert (over.listed, over.code) == (None, "fetch_failed")
    lists.faults.clear()
    lists.at["/list.xml"] = trusted_list(service(AUTHORITY), update=NOW + 9 * DAY)
    assert (await at(NOW + 3 * DAY)).listed is True


async def test_a_list_that_was_closed_has_no_end(world: World, tmp_path: Path) -> None:
    assert (await said(world, tmp_path, trusted_list(service(AUTHORITY), update=None))).listed is True


# --- lists of lists ------------------------------------------------------------------------------


def lotl(lists: Lists, *pointers: dict[str, object]) -> None:
    lists.at["/lotl.xml"] = trusted_list(pointers=pointers, kind=LOTL)


async def test_a_list_of_lists_leads_to_the_national_list_that_names_the_service(
    world: World, tmp_path: Path
) -> None:
    lists, fetch = world
    lists.at["/ex.xml"] = trusted_list(
        service(AUTHORITY), signer=NATIONAL_OPERATOR,
        pointers=[pointer(f"{lists.base}/deeper.xml", NATIONAL_OPERATOR)],
    )  # fmt: skip
    lists.at["/other.xml"] = trusted_list(signer=NATIONAL_OPERATOR)
    lotl(
        lists,
        pointer(f"{lists.base}/other.xml", NATIONAL_OPERATOR),
        pointer(f"{lists.base}/lotl.xml", OPERATOR, kind=LOTL),
        pointer(f"{lists.base}/ex.pdf", NATIONAL_OPERATOR, media="application/pdf"),
        pointer(f"{lists.base}/ex.xml", NATIONAL_OPERATOR),
    )
    (statement,) = await ask(SEALED, source(f"{lists.base}/lotl.xml", tmp_path), fetch, NOW)
    assert (statement.listed, statement.list) == (True, f"{lists.base}/ex.xml")
    assert sorted(lists.asked) == ["/ex.xml", "/lotl.xml", "/other.xml"]


async def test_a_national_list_is_believed_by_the_signers_that_the_list_of_lists_names(
    world: World, tmp_path: Path
) -> None:
    lists, fetch = world
    lists.at["/ex.xml"] = trusted_list(service(AUTHORITY), signer=OPERATOR)
    lotl(lists, pointer(f"{lists.base}/ex.xml", NATIONAL_OPERATOR))
    (statement,) = await ask(SEALED, source(f"{lists.base}/lotl.xml", tmp_path), fetch, NOW)
    assert (statement.listed, statement.code) == (None, "trust_list_signature")
    assert "1 of 2 lists" in statement.message


async def test_a_national_list_that_fails_leaves_it_open_unless_another_lists(
    world: World, tmp_path: Path
) -> None:
    lists, fetch = world
    lists.at["/ex.xml"] = trusted_list(service(AUTHORITY), signer=NATIONAL_OPERATOR)
    lists.at["/other.xml"] = trusted_list(signer=NATIONAL_OPERATOR)
    places = [pointer(f"{lists.base}/{name}.xml", NATIONAL_OPERATOR) for name in ("ex", "other")]
    lotl(lists, *places)
    lists.faults["/ex.xml"], _ = FAULTS["is overloaded"]
    sources = source(f"{lists.base}/lotl.xml", tmp_path)
    (statement,) = await ask(SEALED, sources, fetch, NOW)
    assert (statement.listed, statement.code) == (None, "fetch_failed")
    lists.faults = {"/other.xml": lists.faults["/ex.xml"]}
    (statement,) = await ask(SEALED, source(f"{lists.base}/lotl.xml", tmp_path), fetch, NOW)
    assert statement.listed is True


async def test_a_list_of_lists_is_followed_over_https_alone(tmp_path: Path) -> None:
    class Canned:
        async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
            if url == "https://lists.example.org/lotl.xml":
                return trusted_list(
                    pointers=[pointer("http://lists.example.org/ex.xml", NATIONAL_OPERATOR)], kind=LOTL
                )
            return await Fetcher(Settings()).get(url, accept=accept, max_bytes=max_bytes)

    sources = source("https://lists.example.org/lotl.xml", tmp_path)
    (statement,) = await ask(SEALED, sources, Canned(), NOW)
    assert (statement.listed, statement.code) == (None, FetchRefused.code)


# --- anchors and settings ------------------------------------------------------------------------


async def test_granted_services_are_the_anchors_of_seals_and_timestamps(world: World, tmp_path: Path) -> None:
    lists, fetch = world
    withdrawn, web = Holder("Withdrawn", 60), Holder("Web", 61)
    lists.at["/list.xml"] = trusted_list(
        service(AUTHORITY), service(STAMPER, type=QTST), service(withdrawn, status="withdrawn"),
        service(web, uses=("ForWebSiteAuthentication",)),
        service(Holder("Old stamps", 62), type=QTST, status="withdrawn"),
    )  # fmt: skip
    assert await anchors(source(f"{lists.base}/list.xml", tmp_path), fetch, NOW) == (
        AUTHORITY.der,
        STAMPER.der,
    )
    lists.at["/list.xml"] = trusted_list(service(AUTHORITY), signer=STRANGER)
    with pytest.raises(TrustListUnsigned):
        await anchors(source(f"{lists.base}/list.xml", tmp_path), fetch, NOW)
    assert await anchors((), NoFetch(), NOW) == ()


async def test_a_list_in_a_file_needs_no_network(tmp_path: Path) -> None:
    path = tmp_path / "list.xml"
    path.write_bytes(trusted_list(service(AUTHORITY)))
    (statement,) = await ask(SEALED, source(str(path), tmp_path), NoFetch(), NOW)
    assert (statement.listed, statement.list) == (True, "list.xml")


@pytest.mark.parametrize("content", [None, b"", b"<x/>", trusted_list(signer=STRANGER)])
def test_a_file_that_cannot_be_used_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "list.xml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingInvalid):
        source(str(path), tmp_path)


def test_a_list_without_certificates_of_its_signers_stops_the_start() -> None:
    with pytest.raises(SettingInvalid, match="GATEWAY_EU_TRUST_ANCHORS"):
        trust_sources(Settings(eu_trusted_list="https://lists.example.org/lotl.xml"))


def test_seals_may_lead_to_certificates_of_the_operators_choice(tmp_path: Path) -> None:
    assert seal_anchors(Settings()) == ()
    path = pem_file(tmp_path / "anchors.pem", ROOT, AUTHORITY)
    settings = Settings.from_environment({"GATEWAY_SEAL_ANCHORS": str(path)})
    assert seal_anchors(settings) == (ROOT.der, AUTHORITY.der)
    (tmp_path / "anchor.der").write_bytes(ROOT.der)
    assert seal_anchors(Settings(seal_anchors=tmp_path / "anchor.der")) == (ROOT.der,)


@pytest.mark.parametrize("content", [b"", b"certificates", b"0\x82", ROOT.pem.replace(b"M", b"!")])
def test_anchors_that_cannot_be_read_stop_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "anchors.pem").write_bytes(content)
    for path in (tmp_path / "anchors.pem", tmp_path / "nothing.pem"):
        with pytest.raises(SettingInvalid):
            seal_anchors(Settings(seal_anchors=path))


# --- whatever comes --------------------------------------------------------------------------------


@given(st.data())
def test_whatever_a_server_sends_is_a_list_or_refused(data: st.DataObject) -> None:
    content = bytearray(trusted_list(service(AUTHORITY)))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.sampled_from((b"", b"\0", b"<", b"&x;", b"<!--", b"</ds:Signature>", b"\xff", b"A"))
        )
        content[start : start + data.draw(st.integers(0, 40))] = piece
    try:
        found = read_trusted_list(bytes(content), {OPERATOR.der: OPERATOR.start})
    except GatewayError:
        return
    assert found.services[0].name == "Seal authority"


@given(st.binary(max_size=200))
def test_certificates_are_read_or_refused(data: bytes) -> None:
    for content in (
        data,
        b"0\x82" + data,
        b"-----BEGIN CERTIFICATE-----" + data + b"-----END CERTIFICATE-----",
    ):
        with suppress(CertificateMalformed):
            read_pem(content)
