"""One address for an offer: protocols for wallets, a page for people, the credential for who asks plainly."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.api.wallet_html import LONGEST_QR, qr_code
from gateway.messages import LANGUAGES
from gateway.pipeline.configurations import CONFIGURATIONS
from tests.api.wallets.conftest import Issuer
from tests.holders import Holder
from tests.parts import gateway

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_wallets_are_told_the_protocols(issuer: Issuer) -> None:
    link = (await issuer.offer())["link"]
    told = await issuer.wallet().send("GET", link, headers={"Accept": "application/json"})
    assert told.body["protocols"].keys() == {"vcapi", "oid4vci-1.0", "OID4VCI", "interact"}
    assert told.body["protocols"]["interact"] == link
    assert "Accept" in told.headers["Vary"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_people_get_a_page_with_a_code_to_scan_and_no_script(issuer: Issuer, language: str) -> None:
    link = (await issuer.offer())["link"]
    page = await issuer.wallet().send("GET", link, headers=PAGE | {"Accept-Language": language})
    assert (page.status, page.headers["Content-Language"]) == (200, language)
    assert f'<html lang="{language}">' in page.body
    assert qr_code(link) in page.body
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script|style=|\son\w+=|<img|<iframe", page.body)
    assert "openid-credential-offer://?credential_offer_uri=" in page.body


async def test_anything_but_json_and_the_forms_gets_the_page(issuer: Issuer) -> None:
    link = (await issuer.offer())["link"]
    for accept in ("*/*", "image/png", "", "text/html"):
        page = await issuer.wallet().send("GET", link, headers={"Accept": accept})
        assert page.headers["Content-Type"].startswith("text/html"), accept


def test_a_code_to_scan_is_short_and_runs_nothing() -> None:
    svg = qr_code("https://gateway.example/i/" + "x" * 32 + "?iuv=1")
    assert svg.startswith("<svg")
    assert not re.search(r"style|script|class|http://(?!www\.w3\.org/2000/svg)", svg)
    assert qr_code("x" * (LONGEST_QR + 1)) == ""


async def test_each_form_has_its_loss_report_without_values(issuer: Issuer) -> None:
    link = (await issuer.offer())["link"]
    page = await issuer.wallet().send("GET", link, headers=PAGE)
    for name in CONFIGURATIONS:
        (address,) = set(re.findall(rf'href="([^"]*/report/{name})"', page.body))
        report = (await issuer.wallet().send("GET", address)).body
        assert report["leaves"]["kept"] > 0
        assert all("pointer" in finding for finding in report["findings"])
    assert (await issuer.wallet().send("GET", f"{address}x")).status == 404


@pytest.mark.parametrize("name", CONFIGURATIONS)
async def test_a_plain_get_gets_a_form_and_the_way_to_the_others(issuer: Issuer, name: str) -> None:
    link = (await issuer.offer())["link"]
    told = await issuer.wallet().send("GET", link, params={"format": name})
    assert told.status == 200, told.body
    others = [*re.findall(r"format=([\w-]+)>; rel=\"alternate\"", told.headers["Link"])]
    assert others == [other for other in CONFIGURATIONS if other != name]
    data = told.body if isinstance(told.body, str) else json.dumps(told.body)
    report = await gateway().verify(data.encode())
    assert not [check for check in report.checks if check.verdict.value == "invalid"]


async def test_a_form_is_got_by_its_media_type(issuer: Issuer) -> None:
    link = (await issuer.offer())["link"]
    for kind in ("application/vc", "application/vc+ld+json", "application/ld+json", "application/jwt"):
        told = await issuer.wallet().send("GET", link, headers={"Accept": f"image/png, {kind};q=0.9"})
        assert (told.status, told.headers["Content-Type"].partition(";")[0]) == (200, kind)


async def test_a_plain_get_is_counted_and_does_not_take_the_offer(issuer: Issuer) -> None:
    offer = await issuer.offer()
    for _ in range(2):
        await issuer.wallet().send("GET", offer["link"], params={"format": "ob3"})
    state = await issuer.state(offer)
    assert (state["state"], state["delivered"]) == ("open", 2)
    for _ in range(62):
        await issuer.wallet().send("GET", offer["link"], params={"format": "elm"})
    assert (await issuer.wallet().send("GET", offer["link"], params={"format": "ob3"})).status == 410


async def test_a_plain_get_shows_no_transaction_code_and_waits_for_no_day(issuer: Issuer) -> None:
    coded, later = (
        await issuer.offer(txCode=True),
        await issuer.offer(ready=(issuer.now + timedelta(days=1)).isoformat()),
    )
    wallet = issuer.wallet()
    assert (await wallet.send("GET", coded["link"], params={"format": "ob3"})).status == 403
    assert (await wallet.send("GET", later["link"], params={"format": "ob3"})).status == 409
    for offer in (coded, later):
        page = await wallet.send("GET", offer["link"], headers=PAGE)
        assert (page.status, "download>" in page.body) == (200, False)


@pytest.mark.parametrize(
    ("query", "status"),
    [({"iuv": "2"}, 400), ({"format": "mso_mdoc"}, 400), ({"form": "ob3"}, 400), ({"format": ""}, 400)],
)
async def test_wishes_nobody_can_fulfil(issuer: Issuer, query: dict[str, str], status: int) -> None:
    link = (await issuer.offer())["link"].removesuffix("?iuv=1")
    assert (await issuer.wallet().send("GET", link, params=query)).status == status


async def test_a_link_that_was_used_or_made_up_leads_nowhere(issuer: Issuer) -> None:
    offer = await issuer.offer()
    await (await issuer.opened(offer)).redeem()
    for path in ("", "/offer", "/report/ob3"):
        link = offer["link"].removesuffix("?iuv=1")
        assert (await issuer.wallet().send("GET", f"{link}{path}")).status == 410
        assert (await issuer.wallet().send("GET", f"{link[:-1]}é{path}")).status == 404


async def test_the_deep_link_of_learner_credential_wallet_leads_to_the_exchange(issuer: Issuer) -> None:
    link = (await issuer.offer())["link"]
    page = await issuer.wallet().send("GET", link, headers=PAGE)
    (deep,) = re.findall(r'href="(dccrequest://request[^"]*)"', page.body)
    asked = dict(parse_qsl(urlsplit(unescape(deep)).query))
    request = (await issuer.wallet().send("GET", f"{asked['vc_request_url']}/request")).body
    assert request["verifiablePresentationRequest"]["challenge"] == asked["challenge"]
    holder = Holder(3)
    shown = holder.present(suite="Ed25519Signature2020", challenge=asked["challenge"], domain=None)
    told = await issuer.wallet().send("POST", asked["vc_request_url"], json=shown)
    assert told.status == 200, told.body
    assert holder.did in json.dumps(told.body)


async def test_an_offer_with_a_transaction_code_is_for_wallets_that_ask_for_it(issuer: Issuer) -> None:
    link = (await issuer.offer(txCode=True))["link"]
    page = await issuer.wallet().send("GET", link, headers=PAGE)
    told = await issuer.wallet().send("GET", link, headers={"Accept": "application/json"})
    assert "dccrequest:" not in page.body
    assert "vcapi" not in told.body["protocols"]
