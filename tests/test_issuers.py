"""Issuers of every kind, end to end: verified with their own document, and by nobody else's word."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway import keys
from gateway.core import ConvertOptions
from gateway.errors import DocumentGone, FetchFailed
from gateway.pipeline import Gateway
from gateway.report import Report, Verdict
from gateway.settings import Settings
from tests.core.parts import badge, controller, secret, signed
from tests.dids.logs import LogBook
from tests.dids.parts import Web
from tests.parts import NOW, gateway

URL = "https://school.example/keys"
WEB = "did:web:school.example"
WEB_URL = "https://school.example/.well-known/did.json"
OTHER = "did:example:school"
RESOLVER = "https://resolver.example.org"
EBSI = "https://api.ebsi.example"
LEGAL = "did:ebsi:z" + keys.base58_encode(b"\x01" + bytes(16))
PUBLIC = keys.public_key_of(secret(0))
JWK = "did:jwk:" + base64.urlsafe_b64encode(json.dumps(keys.jwk_of(PUBLIC)).encode()).rstrip(b"=").decode()
DAY = timedelta(days=1)


def log(number: int = 0, **state: Any) -> LogBook:
    """A did:webvh whose document lists the key of a number."""
    book = LogBook("school.example:log").create()
    return book.update(state={**controller(book.did, number), **state})


def issued_by(issuer: str, number: int = 0, method: str = "") -> bytes:
    document = badge(issuer={"id": issuer, "type": ["Profile"], "name": "School of Examples"})
    return json.dumps(signed(document, number, method or f"{issuer}#key-1")).encode()


def gate(at: dict[str, Any], **given: Any) -> Gateway:
    settings = replace(gateway().settings, **given)
    return gateway(fetch=Web(at), settings=settings)


async def report(data: bytes, at: dict[str, Any], **given: Any) -> Report:
    return await gate(at, **given).verify(data)


def issuer_check(found: Report) -> tuple[Verdict, str]:
    [check] = [check for check in found.checks if check.name == "issuer"]
    return check.verdict, check.code


# --- by their own documents ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issuer", "at", "given"),
    [
        (URL, {URL: controller(URL)}, {}),
        (WEB, {WEB_URL: controller(WEB)}, {}),
        (log().did, {log().url: log().data}, {}),
        (LEGAL, {f"{EBSI}/did-registry/v5/identifiers/{LEGAL}": controller(LEGAL)}, {"ebsi_registry": EBSI}),
        (LEGAL, {f"{EBSI}/x/{LEGAL}": controller(LEGAL)}, {"ebsi_did_registry": f"{EBSI}/x"}),
        (
            OTHER, {f"{RESOLVER}/1.0/identifiers/{OTHER}": {"didDocument": controller(OTHER)}},
            {"universal_resolver": RESOLVER},
        ),
    ],
    ids=["https", "web", "webvh", "ebsi", "ebsi elsewhere", "universal"],
)  # fmt: skip
async def test_an_issuer_is_verified_by_the_document_it_publishes(
    issuer: str, at: dict[str, Any], given: dict[str, Any]
) -> None:
    found = await report(issued_by(issuer), at, **given)
    assert found.verified, found.to_json()["checks"]
    assert not (await report(issued_by(issuer, 1), at, **given)).verified
    [check] = [check for check in found.checks if check.name == "issuer"]
    assert check.values == ({"resolvedBy": RESOLVER} if issuer == OTHER else {})


async def test_issuers_that_are_their_key_need_no_document() -> None:
    assert (await report(issued_by(JWK, method=f"{JWK}#0"), {})).verified
    did = keys.did_key(PUBLIC)
    assert (await report(issued_by(did, method=keys.verification_method_of(did)), {})).verified
    assert not (await report(issued_by(JWK, 1, f"{JWK}#0"), {})).verified


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
async def test_a_key_as_jwk_is_as_good(kind: str) -> None:
    public = keys.public_key_of(keys.new_secret_key(kind, bytes(range(1, 49))))
    document = controller(WEB)
    document["verificationMethod"] = [
        {"id": "#key-1", "type": "JsonWebKey", "controller": WEB, "publicKeyJwk": keys.jwk_of(public)},
        {"id": "#key-2", "type": "JsonWebKey2020", "controller": WEB, "publicKeyJwk": keys.jwk_of(PUBLIC)},
    ]
    document["assertionMethod"] = ["#key-1", f"{WEB}#key-2"]
    assert (await report(issued_by(WEB, method=f"{WEB}#key-2"), {WEB_URL: document})).verified
    assert not (await report(issued_by(WEB, method=f"{WEB}#key-1"), {WEB_URL: document})).verified


# --- by nobody else's ------------------------------------------------------------------------------


@pytest.mark.parametrize("issuer", [WEB, URL])
async def test_being_also_known_as_somebody_authorises_nothing(issuer: str) -> None:
    book = log(1, alsoKnownAs=[WEB, URL, "did:web:school.example:log"])
    own = controller(issuer, 0, alsoKnownAs=[book.did])
    at = {book.url: book.data, {WEB: WEB_URL, URL: URL}[issuer]: own}
    stranger = issued_by(issuer, 1, f"{book.did}#key-1")
    assert issuer_check(await report(stranger, at)) == (Verdict.INVALID, "issuer_not_controller")
    parallel = issued_by(book.did, 0, f"{issuer}#key-1")
    assert issuer_check(await report(parallel, at)) == (Verdict.INVALID, "issuer_not_controller")


@pytest.mark.parametrize(
    "document",
    [controller("did:web:other.example"), controller(WEB + "#key-1"), controller(URL), controller(WEB.upper()), [],
     b"<"],
)  # fmt: skip
async def test_a_document_with_another_id_is_that_of_somebody_else(document: Any) -> None:
    found = await report(issued_by(WEB), {WEB_URL: document})
    assert not found.verified
    assert issuer_check(found) == (Verdict.UNDETERMINED, "issuer_unresolved")


async def test_a_document_that_redirects_or_fails_leaves_the_issuer_open() -> None:
    for error in (FetchFailed("the answer has status 301"), DocumentGone("410")):
        found = await report(issued_by(WEB), {WEB_URL: error})
        assert issuer_check(found) == (Verdict.UNDETERMINED, "issuer_unresolved")


async def test_a_deactivated_issuer_authorises_nothing() -> None:
    book = log()
    data = issued_by(book.did)
    assert (await report(data, {book.url: book.data})).verified
    book.update(deactivated=True)
    assert issuer_check(await report(data, {book.url: book.data})) == (Verdict.INVALID, "did_deactivated")


async def test_a_key_of_an_older_version_authorises_nothing_any_more() -> None:
    book = log()
    data = issued_by(book.did)
    book.update(state={"assertionMethod": []})
    assert issuer_check(await report(data, {book.url: book.data})) == (Verdict.INVALID, "key_not_authorised")
    [first, second, _] = book.entries
    for version in (first["versionId"], second["versionId"]):
        named = issued_by(book.did, method=f"{book.did}?versionId={version}#key-1")
        assert not (await report(named, {book.url: book.data})).verified


# --- over time -------------------------------------------------------------------------------------


async def test_a_removed_key_counts_no_longer_than_documents_are_fresh() -> None:
    now = [NOW]
    made = gate({WEB_URL: controller(WEB)}, did_fresh=60.0)
    timed = replace(made, clock=lambda: now[0])
    web = timed.fetch
    assert isinstance(web, Web)
    assert (await timed.verify(issued_by(WEB))).verified
    web.at[WEB_URL] = controller(WEB, 1)
    now[0] += timedelta(seconds=61)
    assert not (await timed.verify(issued_by(WEB))).verified


async def test_a_stale_document_verifies_and_says_so_and_nothing_is_signed_on_its_word() -> None:
    now = [NOW]
    made = replace(gate({WEB_URL: controller(WEB)}), clock=lambda: now[0])
    web, data = made.fetch, issued_by(WEB)
    assert isinstance(web, Web)
    await made.verify(data)
    web.at[WEB_URL] = FetchFailed("down")
    now[0] += DAY
    found = await made.verify(data)
    assert found.verified
    assert [check.values for check in found.checks if check.name == "issuer"] == [{"stale": True}]
    delivery = await made.convert(data, ConvertOptions("elm3"))
    assert not delivery.report.verified
    now[0] += timedelta(seconds=1)
    assert not (await made.verify(data)).verified


async def test_a_host_that_keeps_failing_is_asked_no_more_for_a_while() -> None:
    web = Web(dict.fromkeys((f"https://school.example/{n}/did.json" for n in range(20)), FetchFailed("down")))
    made = gateway(fetch=web)
    for number in range(20):
        await made.verify(issued_by(f"{WEB}:{number}"))
    assert len(web.asked) == 5


def test_settings_name_where_dids_are_asked_for() -> None:
    given = {
        "GATEWAY_FETCH_PORTS": "443, 8443",
        "GATEWAY_DID_FRESH": "60",
        "GATEWAY_UNIVERSAL_RESOLVER": RESOLVER,
    }
    settings = Settings.from_environment(given)
    assert (settings.fetch_ports, settings.did_fresh, settings.universal_resolver) == (
        (443, 8443),
        60.0,
        RESOLVER,
    )
