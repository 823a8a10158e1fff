"""The HTTP interface: what people's scripts rely on."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import convert, make_app, verify
from gateway.api.faces import FACES, KEEPING, Face
from gateway.api.openapi import description
from gateway.compute import PoolCompute
from gateway.errors import Overloaded
from gateway.formats import FORMATS
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.store import Database
from tests.bad_input import BAD
from tests.parts import gateway

MICRO = example_bytes("micro-credential.elm3.json")


class BusyCompute:
    """Has no room for anything."""

    async def run(self, *_: object, **__: object) -> None:
        raise Overloaded("too much work is waiting")

    async def close(self) -> None:
        pass


@pytest.fixture
async def client(store: Database) -> AsyncIterator[TestClient]:
    own = "http://127.0.0.1/contexts/gateway/vc-v1.jsonld"
    async with TestClient(TestServer(make_app(Settings(), gateway(context_url=own), store))) as made:
        yield made


async def test_a_posted_credential_comes_back_converted_signed_and_accounted_for(client: TestClient) -> None:
    answer = await client.post("/v1/convert?to=ob3", data=MICRO)
    assert answer.status == 200
    told = await answer.json()
    assert set(told) == {"credential", "report"}
    assert told["credential"]["proof"][0]["cryptosuite"] == "eddsa-rdfc-2022"
    assert told["report"]["leaves"]["dropped"] == 0
    verdict = await client.post("/v1/verify", data=json.dumps(told["credential"]).encode())
    assert (await verdict.json())["verdict"] == "valid"


async def test_xml_comes_back_as_a_string(client: TestClient) -> None:
    told = await (await client.post("/v1/convert?to=edci-xml", data=MICRO)).json()
    assert told["credential"].startswith("<?xml")


async def test_the_original_the_language_and_the_signature_are_the_callers_choice(client: TestClient) -> None:
    answer = await client.post("/v1/convert?to=ob3&unsigned=true&original=full&language=de", data=MICRO)
    credential = (await answer.json())["credential"]
    assert "proof" not in credential
    assert credential["evidence"][-1]["id"].startswith("data:application/json;base64,")
    assert credential["credentialSubject"]["achievement"]["inLanguage"] == "de"


async def test_the_own_context_is_served_and_used_by_url_on_request(client: TestClient) -> None:
    answer = await client.post("/v1/convert?to=vc&context=url", data=MICRO)
    credential = (await answer.json())["credential"]
    url = credential["@context"][1]
    assert url.endswith("/contexts/gateway/vc-v1.jsonld")
    served = await client.get("/contexts/gateway/vc-v1.jsonld")
    assert served.status == 200
    assert "LearningAchievement" in (await served.json(content_type=None))["@context"]


@pytest.mark.parametrize("kind", sorted(set(BAD) - {"empty", "oversized"}))
async def test_bad_input_gets_a_problem_document(client: TestClient, kind: str) -> None:
    data, code = BAD[kind]
    if kind == "a million elements":
        data = data[:3_000_000] + b"</europassCredential>"
    answer = await client.post("/v1/convert?to=elm3", data=data)
    problem = await answer.json(content_type="application/problem+json")
    assert 400 <= answer.status < 500
    assert problem["code"] == code
    assert problem["status"] == answer.status
    assert problem["hint"]


async def test_a_body_too_large_an_empty_one_and_a_compressed_one_are_refused(client: TestClient) -> None:
    assert (await client.post("/v1/convert?to=ob3", data=BAD["oversized"][0])).status == 413
    assert (await client.post("/v1/convert?to=ob3", data=b"")).status == 400
    packed = await client.post("/v1/convert?to=ob3", data=b"x", headers={"Content-Encoding": "br"})
    assert packed.status in (400, 415)


@pytest.mark.parametrize(
    "query", ["", "to=nothing", "to=ob2", "to=ob3&original=all", "to=ob3&strict=maybe", "to=ob3&colour=red"]
)
async def test_a_wrong_parameter_is_refused_with_what_would_be_right(client: TestClient, query: str) -> None:
    answer = await client.post(f"/v1/convert?{query}", data=MICRO)
    problem = await answer.json(content_type="application/problem+json")
    assert 400 <= answer.status < 500
    assert problem["detail"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/healthz", "application/json"),
        ("/readyz", "application/json"),
        ("/metrics", "text/plain"),
        ("/openapi.json", "application/json"),
        ("/v1/formats", "application/json"),
        ("/.well-known/did.json", "application/did+json"),
        ("/contexts/w3c/credentials-v2.jsonld", "application/ld+json"),
        ("/", "text/html"),
        ("/style.css", "text/css"),
        ("/page.js", "text/javascript"),
    ],
)
async def test_what_can_be_got_is_there_and_inert(client: TestClient, path: str, kind: str) -> None:
    answer = await client.get(path)
    assert answer.status == 200
    assert answer.content_type == kind
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_did_document_holds_the_key_that_signs(client: TestClient) -> None:
    document = await (await client.get("/.well-known/did.json")).json(content_type=None)
    assert document["id"].startswith("did:key:z6Mk")
    assert document["assertionMethod"] == [document["verificationMethod"][0]["id"]]


@pytest.mark.parametrize("path", ["/nothing", "/contexts/no.jsonld", "/contexts/..%2f..%2fpyproject.toml"])
async def test_what_is_not_there_is_a_problem_document(client: TestClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status == 404
    assert answer.content_type == "application/problem+json"


async def test_a_verdict_is_told_in_the_language_asked_for(client: TestClient) -> None:
    english = await client.post("/v1/verify", data=MICRO)
    answer = await client.post(
        "/v1/verify", data=MICRO, headers={"Accept-Language": "it, de;q=0.8, fr;q=0.4"}
    )
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("de", "Accept-Language")
    told, plain = await answer.json(), await english.json()
    assert english.headers["Content-Language"] == "en"
    proof = next(check for check in told["checks"] if check["name"] == "proof")
    assert proof["message"] == "Nichts sichert das Dokument"
    assert proof["detail"] == "nothing secures the document"
    same = ("name", "verdict", "code", "pointer")
    assert [[check.get(n) for n in same] for check in told["checks"]] == [
        [check.get(n) for n in same] for check in plain["checks"]
    ]
    wanted = await client.post("/v1/verify?language=fr", data=MICRO, headers={"Accept-Language": "de"})
    assert wanted.headers["Content-Language"] == "fr"
    assert (await client.post("/v1/verify?language=xx", data=MICRO)).status == 400


async def test_the_report_on_a_conversion_is_told_in_the_language_asked_for(client: TestClient) -> None:
    answer = await client.post("/v1/convert?to=ob3", data=MICRO, headers={"Accept-Language": "fr"})
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("fr", "Accept-Language")
    checks = (await answer.json())["report"]["checks"]
    assert "Rien ne sécurise le document" in [check.get("message") for check in checks]


async def test_a_problem_is_told_in_the_language_asked_for(client: TestClient) -> None:
    headers = {"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.1"}
    answer = await client.post("/v1/verify", data=b'{"a": 1, "a": 2}', headers=headers)
    problem = await answer.json(content_type="application/problem+json")
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("fr", "Accept-Language")
    assert problem["title"] == "Un objet cite deux fois la même clé"
    assert problem["hint"].startswith("Gardez")
    assert (problem["code"], problem["pointer"], problem["status"]) == ("duplicate_key", "/a", 400)


@pytest.mark.parametrize("policy", ["strict", "1edtech", "archive"])
async def test_a_verdict_is_given_under_the_policy_asked_for(client: TestClient, policy: str) -> None:
    answer = await client.post(f"/v1/verify?policy={policy}", data=MICRO)
    told = await answer.json()
    assert (answer.status, told["policy"], told["verified"]) == (200, policy, False)


async def test_an_unknown_policy_is_refused_with_those_there_are(client: TestClient) -> None:
    answer = await client.post("/v1/verify?policy=lenient", data=MICRO)
    problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["code"]) == (400, "request_refused")
    assert "archive" in problem["hint"]


async def test_a_method_that_is_not_answered_is_a_problem_that_says_which_are(client: TestClient) -> None:
    answer = await client.get("/v1/verify")
    problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["code"], answer.headers["Allow"]) == (405, "method_not_allowed", "POST")


async def test_what_is_described_of_a_verdict_is_what_comes(client: TestClient) -> None:
    described = await (await client.get("/openapi.json")).json()
    verify = described["paths"]["/v1/verify"]["post"]
    parameters = {p["name"]: p["schema"].get("enum") for p in verify["parameters"]}
    assert parameters == {"policy": ["strict", "1edtech", "archive"], "language": ["en", "de", "fr"]}
    schemas = described["components"]["schemas"]
    told = await (await client.post("/v1/verify?language=de", data=MICRO)).json()
    validator = jsonschema.Draft202012Validator({**schemas["Report"], "components": {"schemas": schemas}})
    assert list(validator.iter_errors(told)) == []
    assert set(told) <= set(schemas["Report"]["properties"])
    assert all(
        set(check) <= set(schemas["Report"]["properties"]["checks"]["items"]["properties"])
        for check in told["checks"]
    )
    problem = await (await client.post("/v1/verify", data=b"[")).json(content_type=None)
    assert list(jsonschema.Draft202012Validator(schemas["Problem"]).iter_errors(problem)) == []
    assert set(problem) <= set(schemas["Problem"]["properties"])


async def test_nothing_of_a_document_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Not even when the gateway itself is at fault: only the kind of error and the route."""

    class BrokenCompute(BusyCompute):
        async def run(self, *_: object, **__: object) -> None:
            raise ValueError("Zaphod Example")

    with caplog.at_level("DEBUG"):
        async with TestClient(TestServer(make_app(Settings(), gateway(compute=BrokenCompute())))) as client:
            document = b'{"name": "Zaphod Example", "name": 1}'
            assert (await client.post("/v1/verify?policy=strict", data=document)).status == 500
        async with TestClient(TestServer(make_app(Settings(), gateway()))) as client:
            assert (await client.post("/v1/verify", data=document)).status == 400
    assert "unexpected ValueError on /v1/verify" in caplog.text
    assert "Zaphod" not in caplog.text


async def test_the_access_log_has_routes_and_nothing_of_who_asked_what(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="gateway.access"):
        await client.post("/v1/verify?policy=archive", data=MICRO, headers={"User-Agent": "Zaphod"})
        await client.get("/contexts/w3c/credentials-v2.jsonld")
        await client.get("/zaphod@example.org")
        await client.put("/v1/verify?name=Zaphod")
    said = [
        re.sub(r"\d+ ms", "N ms", record.getMessage())
        for record in caplog.records
        if record.name == "gateway.access"
    ]
    assert said == [
        "POST /v1/verify 200 N ms",
        "GET /contexts/{path} 200 N ms",
        "GET (no route) 404 N ms",
        "PUT (no route) 405 N ms",
    ]
    assert "ZAPHOD" not in caplog.text.upper()


async def test_a_busy_gateway_says_when_to_come_back() -> None:
    app = make_app(Settings(), gateway(compute=BusyCompute()))
    async with TestClient(TestServer(app)) as client:
        answer = await client.post("/v1/convert?to=ob3", data=MICRO)
        assert answer.status == 503
        assert answer.headers["Retry-After"]


async def test_the_work_is_done_in_other_processes() -> None:
    pool = PoolCompute(1, 4)
    try:
        async with TestClient(TestServer(make_app(Settings(), gateway(compute=pool)))) as client:
            answer = await client.post("/v1/convert?to=ob3", data=MICRO)
            assert answer.status == 200, await answer.text()
            refused = await client.post("/v1/convert?to=ob3", data=b'{"a": 1, "a": 2}')
            assert (await refused.json(content_type=None))["code"] == "duplicate_key"
    finally:
        await pool.close()


@pytest.mark.parametrize("face", [*FACES, *KEEPING], ids=lambda face: face.__name__)
def test_every_face_describes_each_of_its_routes(face: Face) -> None:
    app = web.Application()
    app.add_routes(face.routes)
    routed = {
        (route.method.lower(), route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    described = {
        (method, path) for path, item in face.PATHS.items() for method in item if method != "parameters"
    }
    assert described == routed


def test_every_file_with_routes_is_a_face() -> None:
    files = {
        path.stem
        for path in Path(verify.__file__).parent.glob("*.py")
        if "RouteTableDef()" in path.read_text("utf-8")
    }
    assert files == {face.__name__.rpartition(".")[2] for face in (*FACES, *KEEPING)}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("path", "query"), [("/v1/convert", convert.QUERY), ("/v1/verify", verify.QUERY)])
def test_every_parameter_that_is_read_is_described_and_no_other(path: str, query: frozenset[str]) -> None:
    described = description()["paths"][path]["post"]["parameters"]
    assert {parameter["name"] for parameter in described if parameter["in"] == "query"} == query


def test_the_formats_described_are_those_there_are() -> None:
    parameters = description()["paths"]["/v1/convert"]["post"]["parameters"]
    (to,) = [parameter for parameter in parameters if parameter["name"] == "to"]
    assert set(to["schema"]["enum"]) == {form.name for form in FORMATS if form.write is not None}


NO_FORMS = {
    "nothing": b"",
    "no end": b"--b",
    "no head": b"--b\r\n[[1], {}]--b--\r\n",
    "odd head": b"--b\r\nContent-Disposition: ;;\r\n\r\nx\r\n--b--",
    "no boundary": b"x" * 70_000,
}


@pytest.mark.parametrize("path", ["/v1/convert?to=ob3", "/"])
@pytest.mark.parametrize("sent", NO_FORMS.values(), ids=NO_FORMS)
async def test_a_form_that_is_none_is_refused(client: TestClient, path: str, sent: bytes) -> None:
    answer = await client.post(path, data=sent, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert 400 <= answer.status < 500
