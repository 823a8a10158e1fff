"""The resolver over HTTP: every status, every shape, and nothing foreign that leaks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from gateway.api import make_app
from gateway.dids.results import DEREFERENCING, LEGACY, RESOLUTION
from gateway.errors import DocumentGone, FetchFailed, FetchRefused
from gateway.keys import KINDS, base58_encode, secret_multikey
from gateway.settings import Settings
from gateway.signer import signer_for
from tests.dids.logs import STRANGER, LogBook, a_key
from tests.dids.parts import Web
from tests.parts import NOW, gateway

DID_TYPES = "https://www.w3.org/ns/did#"
KEY = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
METHOD = f"{KEY}#z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
AGREEMENT = f"{KEY}#z6LSfHfAMAopsuBxaBzvp51GXrPf38Az13j2fmwqadbwwrzJ"
WEB = "did:web:a.example"
DOCUMENT: dict[str, Any] = {
    "@context": "https://www.w3.org/ns/did/v1", "id": WEB,
    "verificationMethod": [
        {"id": "#1", "type": "Multikey", "controller": WEB},
        {"id": f"{WEB}#2", "type": "Multikey", "controller": WEB},
        {"id": "#odd", "controller": WEB},
    ],
    "assertionMethod": ["#1", {"id": "#in", "type": "Multikey", "controller": WEB}],
    "service": [
        {"id": "#files", "type": "relativeRef", "serviceEndpoint": "https://files.example/a/b"},
        {"id": f"{WEB}#many", "type": ["X", "Y"], "serviceEndpoint": [{"x": 1}, "https://two.example/", "mailto:x"]},
        {"id": "#mail", "type": "Mail", "serviceEndpoint": "mailto:a@a.example"},
        {"id": "#evil", "type": "Evil", "serviceEndpoint": "https://a.example/\r\nSet-Cookie: x=y"},
        {"id": "#js", "type": "Evil", "serviceEndpoint": "javascript:alert(1)"},
        {"id": "#part", "type": "Part", "serviceEndpoint": "https://p.example/#x"},
    ],
    "more": [{"id": "#more"}, 7],
}  # fmt: skip
BOOK = LogBook().create().update(state={"n": 2}).update(state={"n": 3})
BROKEN = LogBook("broken.example.org").create().update(state={"n": 2}).update(STRANGER)
ENDED = LogBook("ended.example.org").create(a_key(9)).update(a_key(9), deactivated=True)
PLACES: dict[str, Any] = {
    "https://a.example/.well-known/did.json": DOCUMENT,
    "https://other.example/.well-known/did.json": DOCUMENT,
    "https://html.example/.well-known/did.json": b"<html>",
    "https://down.example/.well-known/did.json": FetchFailed("no answer within 5 seconds"),
    "https://inside.example/.well-known/did.json": FetchRefused("the host has an address that is not public"),
    "https://gone.example/.well-known/did.json": DocumentGone("410"),
    BOOK.url: BOOK.data, BROKEN.url: BROKEN.data, ENDED.url: ENDED.data,
}  # fmt: skip


@pytest.fixture
async def client() -> AsyncIterator[TestClient[Any, Any]]:
    settings = Settings(signing_key=secret_multikey(a_key(1)), public_url="https://me.example.org")
    made = gateway(fetch=Web(PLACES), settings=settings, signer=signer_for(settings, NOW))
    async with TestClient(TestServer(make_app(settings, made))) as client:
        yield client


async def get(
    client: TestClient[Any, Any], text: str, accept: str = RESOLUTION, **options: str
) -> ClientResponse:
    """As the specification has it: percent-encoded, options in the query."""
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in options.items())
    return await raw(client, quote(text, safe="") + (f"?{query}" if query else ""), accept)


async def raw(client: TestClient[Any, Any], target: str, accept: str | None = RESOLUTION) -> ClientResponse:
    url = URL(f"/1.0/identifiers/{target}", encoded=True)
    headers = {} if accept is None else {"Accept": accept}
    return await client.get(url, headers=headers, allow_redirects=False, skip_auto_headers=["Accept"])


async def body(answer: ClientResponse) -> Any:
    return json.loads(await answer.read())


# --- what is found ---------------------------------------------------------------------------------


@pytest.mark.parametrize("did", [KEY, WEB, BOOK.did])
async def test_a_did_is_resolved_in_full(client: TestClient[Any, Any], did: str) -> None:
    answer = await get(client, did)
    said = await body(answer)
    assert (answer.status, answer.headers["Content-Type"]) == (200, RESOLUTION)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert said["didDocument"]["id"] == did
    assert said["didResolutionMetadata"]["contentType"] == "application/did"
    assert set(said) == {"didDocument", "didResolutionMetadata", "didDocumentMetadata"}


@pytest.mark.parametrize("target", [WEB, "did%3Aweb%3Aa.example", "did%3aweb:a.example"])
async def test_a_did_may_be_percent_encoded_or_not(client: TestClient[Any, Any], target: str) -> None:
    assert (await body(await raw(client, target)))["didDocument"]["id"] == WEB


async def test_a_port_stays_percent_encoded_either_way(client: TestClient[Any, Any]) -> None:
    for target in ("did:web:a.example%3A8443", "did%3Aweb%3Aa.example%253A8443"):
        said = await body(await raw(client, target))
        assert said["didResolutionMetadata"]["error"]["type"] == DID_TYPES + "NOT_FOUND"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/did", "application/did"), ("application/did+json", "application/did+json"),
        ("application/did+ld+json", "application/did+ld+json"), ("application/json", "application/json"),
        ("application/ld+json", "application/ld+json"), ("*/*", "application/did"), (None, "application/did"),
        ("", "application/did"), ("application/*", "application/did"), ("APPLICATION/DID", "application/did"),
        ("text/html, application/did;q=0.5, */*;q=0.1", "application/did"),
        ("application/did;q=0, application/json", "application/json"),
    ],
)  # fmt: skip
async def test_the_document_alone_is_given_where_it_is_asked_for(
    client: TestClient[Any, Any], accept: str | None, media_type: str
) -> None:
    answer = await raw(client, WEB, accept)
    assert (answer.status, answer.headers["Content-Type"]) == (200, media_type)
    assert await body(answer) == DOCUMENT


async def test_the_older_shape_has_its_context_and_names(client: TestClient[Any, Any]) -> None:
    answer = await get(client, KEY, LEGACY)
    said = await body(answer)
    assert (answer.status, answer.headers["Content-Type"]) == (200, LEGACY)
    assert said["@context"] == "https://w3id.org/did-resolution/v1"
    assert said["didDocument"]["id"] == KEY
    assert said["didResolutionMetadata"]["contentType"] == "application/did+ld+json"


async def test_the_gateways_own_did_is_resolved_without_the_network(client: TestClient[Any, Any]) -> None:
    said = await body(await get(client, "did:web:me.example.org"))
    assert said["didDocument"]["assertionMethod"]


# --- versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("versionId", BOOK.entries[0]["versionId"], None), ("versionId", BOOK.entries[1]["versionId"], 2),
        ("versionNumber", "3", 3), ("versionTime", "2026-01-02T00:00:00Z", 2),
        ("versionTime", "2026-01-02T23:59:59Z", 2),
        ("versionTime", "2027-01-01T00:00:00+01:00", 3),
    ],
)  # fmt: skip
async def test_a_version_is_chosen_by_id_number_or_time(
    client: TestClient[Any, Any], name: str, value: str, n: int | None
) -> None:
    for answer in (
        await get(client, BOOK.did, **{name: value}),
        await get(client, f"{BOOK.did}?{name}={value.replace('+', '%2B')}"),
        await raw(client, f"{BOOK.did}?{name}={value}"),
    ):
        said = await body(answer)
        assert said["didDocument"].get("n") == n
        assert said["didDocumentMetadata"]["versionNumber"] == str(n or 1)


@pytest.mark.parametrize(
    ("did", "name", "value", "status", "code"),
    [
        (BOOK.did, "versionId", "1-x", 404, "NOT_FOUND"), (BOOK.did, "versionNumber", "4", 404, "NOT_FOUND"),
        (BOOK.did, "versionTime", "2025-12-31T23:59:59Z", 404, "NOT_FOUND"),
        (BOOK.did, "versionTime", "yesterday", 400, "INVALID_OPTIONS"),
        (BOOK.did, "versionTime", "2026-01-02T00:00:00", 400, "INVALID_OPTIONS"),
        (BOOK.did, "versionNumber", "x", 400, "INVALID_OPTIONS"),
        (BOOK.did, "versionNumber", "0", 400, "INVALID_OPTIONS"),
        (WEB, "versionId", "1", 501, "FEATURE_NOT_SUPPORTED"),
        (KEY, "versionTime", "2026-01-02T00:00:00Z", 501, "FEATURE_NOT_SUPPORTED"),
        (BROKEN.did, "versionTime", "2026-05-01T00:00:00Z", 400, "INVALID_DID"),
    ],
)  # fmt: skip
async def test_a_version_that_is_not_there_is_said_to_be_so(
    client: TestClient[Any, Any], did: str, name: str, value: str, status: int, code: str
) -> None:
    answer = await get(client, did, **{name: value})
    assert (answer.status, (await body(answer))["didResolutionMetadata"]["error"]["type"]) == (
        status,
        DID_TYPES + code,
    )


async def test_older_versions_of_a_broken_log_are_there_and_its_newest_is_not(
    client: TestClient[Any, Any],
) -> None:
    assert (await get(client, BROKEN.did, versionNumber="2")).status == 200
    assert (await get(client, BROKEN.did, versionTime="2026-01-01T12:00:00Z")).status == 200
    assert (await get(client, BROKEN.did)).status == 400


@pytest.mark.parametrize("accept", [RESOLUTION, LEGACY, DEREFERENCING, "application/did", "*/*"])
async def test_a_deactivated_did_is_gone_and_its_versions_say_so(
    client: TestClient[Any, Any], accept: str
) -> None:
    answer = await get(client, ENDED.did, accept)
    said = await body(answer)
    metadata = said.get("didDocumentMetadata") or said["contentMetadata"]
    assert (answer.status, metadata["deactivated"]) == (410, True)
    assert not said.get("didDocument")
    assert not said.get("content")
    assert (await get(client, ENDED.did, versionNumber="1")).status == 410
    assert (await body(await get(client, ENDED.did, versionNumber="1")))["didDocument"]["id"] == ENDED.did


# --- parts and services ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "identifier"),
    [(METHOD, METHOD), (AGREEMENT, AGREEMENT), (f"{WEB}#1", "#1"), (f"{WEB}#2", f"{WEB}#2"), (f"{WEB}#in", "#in"),
     (f"{WEB}#more", "#more"), (f"{WEB}#mail", "#mail")],
)  # fmt: skip
async def test_a_fragment_names_a_part(client: TestClient[Any, Any], url: str, identifier: str) -> None:
    for accept in ("application/did", "*/*", DEREFERENCING, LEGACY):
        said = await body(await get(client, url, accept))
        part = said.get("content") or said.get("didDocument") or said
        assert part["id"] == identifier
        assert "@context" in part
    assert (await raw(client, url.replace("#", "%23"), "*/*")).status == 200


async def test_the_older_shape_of_a_part_has_the_metadata_of_dereferencing(
    client: TestClient[Any, Any],
) -> None:
    said = await body(await get(client, METHOD, LEGACY))
    assert said["didDocument"]["controller"] == KEY
    assert {"@context", "didDocumentMetadata", "didDereferencingMetadata"} < set(said)


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("service=files", "https://files.example/a/b"), ("service=%23files", "https://files.example/a/b"),
        (f"service={quote(WEB, safe='')}%23many", "https://two.example/"), ("serviceType=Y", "https://two.example/"),
        ("service=files&relativeRef=/c%3Fd=1", "https://files.example/c?d=1"),
        ("service=files&relativeRef=c", "https://files.example/a/c"),
        ("service=files&relativeRef=https://x.example/", "https://x.example/"),
    ],
)  # fmt: skip
async def test_a_service_is_where_its_address_is(
    client: TestClient[Any, Any], query: str, location: str
) -> None:
    for accept in ("text/uri-list", "*/*", None):
        answer = await raw(client, f"{WEB}?{query}", accept)
        assert (answer.status, answer.headers["Location"], await answer.read()) == (303, location, b"")


async def test_a_fragment_goes_along_to_the_service(client: TestClient[Any, Any]) -> None:
    answer = await get(client, f"{WEB}?service=files&relativeRef=x#y", "text/uri-list")
    assert answer.headers["Location"] == "https://files.example/a/x#y"
    answer = await get(client, f"{WEB}?service=part#y", "text/uri-list")
    assert answer.headers["Location"] == "https://p.example/#x"


@pytest.mark.parametrize("name", ["none", "mail", "evil", "js"])
async def test_a_service_without_an_address_on_the_web_leads_nowhere(
    client: TestClient[Any, Any], name: str
) -> None:
    answer = await get(client, WEB, "text/uri-list", service=name)
    assert (answer.status, "Location" in answer.headers) == (404, False)


async def test_a_document_form_has_the_services_that_were_asked_for(client: TestClient[Any, Any]) -> None:
    said = await body(await get(client, WEB, "application/did", service="mail"))
    assert [service["id"] for service in said["service"]] == ["#mail"]
    assert said["verificationMethod"] == DOCUMENT["verificationMethod"]
    said = await body(await get(client, f"{WEB}?service=mail", DEREFERENCING))
    assert [service["id"] for service in said["content"]["service"]] == ["#mail"]


@pytest.mark.parametrize(
    ("path", "location"),
    [("/whois", "https://log.example.org/whois.vp"), ("/a/b.json", "https://log.example.org/a/b.json")],
)
async def test_a_path_of_a_webvh_is_a_file_beside_its_log(
    client: TestClient[Any, Any], path: str, location: str
) -> None:
    answer = await get(client, BOOK.did + path, "text/uri-list")
    assert (answer.status, answer.headers["Location"]) == (303, location)
    said = await body(await get(client, BOOK.did + path, DEREFERENCING))
    assert said["content"] == [location]
    assert said["dereferencingMetadata"]["contentType"] == "text/uri-list"


# --- options ---------------------------------------------------------------------------------------


async def test_names_are_written_in_full_where_that_is_asked_for(client: TestClient[Any, Any]) -> None:
    said = await body(await get(client, WEB, "application/did", expandRelativeUrls="true"))
    assert [method["id"] for method in said["verificationMethod"]] == [f"{WEB}#1", f"{WEB}#2", f"{WEB}#odd"]
    assert said["assertionMethod"][0] == f"{WEB}#1"
    assert said["assertionMethod"][1]["id"] == f"{WEB}#in"


@pytest.mark.parametrize(
    ("fragment", "relationship", "status", "error"),
    [
        ("1", "assertionMethod", 200, ""), ("in", "assertionMethod", 200, ""),
        ("2", "assertionMethod", 500, "https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"),
        ("1", "authentication", 500, "https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"),
        ("odd", "assertionMethod", 500, "https://w3id.org/security#INVALID_VERIFICATION_METHOD"),
        ("1", "service", 400, DID_TYPES + "INVALID_OPTIONS"), ("9", "assertionMethod", 404, DID_TYPES + "NOT_FOUND"),
    ],
)  # fmt: skip
async def test_a_method_is_held_against_the_relationship(
    client: TestClient[Any, Any], fragment: str, relationship: str, status: int, error: str
) -> None:
    answer = await get(client, f"{WEB}#{fragment}", DEREFERENCING, verificationRelationship=relationship)
    assert answer.status == status
    assert (await body(answer))["dereferencingMetadata"].get("error", {}).get("type", "") == error


async def test_the_form_of_keys_is_chosen(client: TestClient[Any, Any]) -> None:
    said = await body(await get(client, KEY, "application/did", publicKeyFormat="JsonWebKey2020"))
    assert said["verificationMethod"][0]["publicKeyJwk"]["crv"] == "Ed25519"
    assert (await raw(client, f"{KEY}?publicKeyFormat=JsonWebKey", "application/did")).status == 200


# --- what goes wrong -------------------------------------------------------------------------------

SECP256K1 = "did:key:z" + base58_encode(bytes([0xE7, 1]) + bytes(33))
SHORT = "did:key:z" + base58_encode(KINDS["ed25519"].public_prefix + bytes(31))

FAILURES = [
    ("notDid:key:z6Mk", 400, "INVALID_DID"), ("did:key:@", 400, "INVALID_DID"), ("did:x", 400, "INVALID_DID"),
    ("did:key:-4:z6Mk", 400, "INVALID_DID"), ("did:key:6Mk", 400, "INVALID_DID"),
    ("did:web:127.0.0.1", 400, "INVALID_DID"),
    ("did:web:a.example:", 400, "INVALID_DID"), ("https://a.example/", 400, "INVALID_DID"),
    ("\x00", 400, "INVALID_DID"),
    ("é", 400, "INVALID_DID"), ("did:web:" + "a" * 3000, 400, "INVALID_DID"), (SHORT, 400, "INVALID_DID"),
    ("did:experimental:z6Mk", 501, "METHOD_NOT_SUPPORTED"),
    ("did:ebsi:zjHKaWcGm7DVBCF9VPyPmsS", 501, "METHOD_NOT_SUPPORTED"),
    (SECP256K1, 501, "FEATURE_NOT_SUPPORTED"), ("did:web:nobody.example", 404, "NOT_FOUND"),
    ("did:web:gone.example", 404, "NOT_FOUND"), ("did:web:inside.example", 404, "NOT_FOUND"),
    ("did:web:other.example", 500, "INVALID_DID_DOCUMENT"), ("did:web:html.example", 500, "INVALID_DID_DOCUMENT"),
    ("did:web:down.example", 500, "INTERNAL_ERROR"), (METHOD, 400, "INVALID_DID"), (f"{WEB}/a", 400, "INVALID_DID"),
]  # fmt: skip


@pytest.mark.parametrize(("did", "status", "code"), FAILURES)
async def test_an_error_has_its_status_and_its_problem(
    client: TestClient[Any, Any], did: str, status: int, code: str
) -> None:
    answer = await get(client, did)
    said = await body(answer)
    assert (answer.status, answer.headers["Content-Type"]) == (status, RESOLUTION)
    error = said["didResolutionMetadata"].pop("error")
    assert error["type"] == DID_TYPES + code
    assert error["title"]
    assert error["detail"]
    assert said == {"didDocument": None, "didResolutionMetadata": {}, "didDocumentMetadata": {}}


EXPERIMENTAL = {
    "publicKeyFormat": "Ed25519VerificationKey2018",
    "enableExperimentalPublicKeyTypes": "false",
}
LEGACY_FAILURES = [
    ("notDid:key:z6Mk", {}, "invalidDid"), ("did:key:@", {}, "invalidDid"), ("did:key:6Mk", {}, "invalidDid"),
    ("did:experimental:z6Mk", {}, "methodNotSupported"), ("did:key:zTjsVPtY", {}, "invalidPublicKeyLength"),
    (SECP256K1, {}, "unsupportedPublicKeyType"), (KEY, {"publicKeyFormat": "unknown"}, "unsupportedPublicKeyType"),
    (KEY, {"publicKeyFormat": "Ed25519VerificationKey2018"}, "invalidPublicKeyType"),
    (KEY, {"noCache": "true"}, "featureNotSupported"), ("did:web:nobody.example", {}, "notFound"),
    ("did:web:down.example", {}, "internalError"), ("did:web:html.example", {}, "invalidDidDocument"),
]  # fmt: skip


@pytest.mark.parametrize(("did", "options", "name"), LEGACY_FAILURES)
async def test_the_older_shape_names_errors_and_is_never_without_a_document(
    client: TestClient[Any, Any], did: str, options: dict[str, str], name: str
) -> None:
    answer = await get(client, did, LEGACY, **options)
    said = await body(answer)
    assert answer.status >= 400
    assert said["didResolutionMetadata"] == {"error": name}
    assert said["didDocument"] == {}


@pytest.mark.parametrize(
    ("url", "options", "name"),
    [
        (f"{KEY}/^bar^/?query=`#z6Mk", {}, "invalidDidUrl"), (f"{KEY}#a#b", {}, "invalidDidUrl"),
        (f"{KEY}?a=1&a=2", {}, "invalidDidUrl"), (f"{KEY}?a=%zz", {}, "invalidDidUrl"),
        (METHOD, EXPERIMENTAL, "invalidPublicKeyType"),
        (f"{KEY}#nothing", {}, "notFound"), (f"{KEY}/path", {}, "notFound"), (f"{KEY}?hl=x", {}, "notFound"),
        ("did:x:1#a", {}, "methodNotSupported"), ("did:#a", {}, "invalidDid"),
    ],
)  # fmt: skip
async def test_errors_of_a_did_url_are_those_of_dereferencing(
    client: TestClient[Any, Any], url: str, options: dict[str, str], name: str
) -> None:
    said = await body(await get(client, url, LEGACY, **options))
    assert said["didDereferencingMetadata"] == {"error": name}
    answer = await get(client, url, "application/did", **options)
    new = await body(answer)
    assert answer.headers["Content-Type"] == DEREFERENCING
    assert (new["content"], new["contentMetadata"]) == (None, {})
    assert new["dereferencingMetadata"]["error"]["type"].startswith(DID_TYPES)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?unknown=1", 501, "FEATURE_NOT_SUPPORTED"), ("?noCache=true", 501, "FEATURE_NOT_SUPPORTED"),
        ("?noCache=maybe", 400, "INVALID_OPTIONS"), ("?expandRelativeUrls=1", 400, "INVALID_OPTIONS"),
        ("?noCache=false&noCache=false", 400, "INVALID_OPTIONS"),
        ("?versionId=1&versionNumber=1", 400, "INVALID_OPTIONS"),
        ("%3FversionId=1?versionId=2", 400, "INVALID_OPTIONS"), ("?verificationRelationship=x", 400, "INVALID_OPTIONS"),
    ],
)  # fmt: skip
async def test_an_option_nobody_knows_or_that_is_malformed_is_told(
    client: TestClient[Any, Any], query: str, status: int, code: str
) -> None:
    answer = await raw(client, quote(WEB, safe="") + query)
    assert (answer.status, (await body(answer))["didResolutionMetadata"]["error"]["type"]) == (
        status,
        DID_TYPES + code,
    )


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/xml, image/*",
        "application/did;q=0",
        'application/ld+json;profile="x"',
        ";;,,",
    ],
)
async def test_a_form_that_is_not_there_is_not_acceptable(client: TestClient[Any, Any], accept: str) -> None:
    answer = await get(client, WEB, accept)
    assert (answer.status, answer.headers["Content-Type"]) == (406, RESOLUTION)
    error = (await body(answer))["didResolutionMetadata"]["error"]
    assert error["type"] == DID_TYPES + "REPRESENTATION_NOT_SUPPORTED"


async def test_a_document_is_no_list_of_addresses(client: TestClient[Any, Any]) -> None:
    assert (await get(client, WEB, "text/uri-list")).status == 406


async def test_a_hostile_target_is_answered_in_the_resolvers_shape(client: TestClient[Any, Any]) -> None:
    for target in (
        "did:web:a%00",
        "did:%",
        "%FF%FE",
        "did:key:%23%23%23",
        "did:web:a.example%0d%0aX:y",
        "did:" + "a" * 4000,
    ):
        answer = await raw(client, target)
        assert 400 <= answer.status < 500, target
        assert answer.headers["Content-Type"] in (RESOLUTION, DEREFERENCING)
