"""The page for people: readable in three languages, inert, working without a script, refusing with reasons."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import AsyncIterator

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from lxml import html

from gateway.api import make_app
from gateway.api.report_html import verification
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import Overloaded
from gateway.messages import LANGUAGES, words
from gateway.report import Check, Report, Verdict
from gateway.resources import example_bytes
from gateway.settings import Settings
from tests.parts import gateway

MICRO = example_bytes("micro-credential.elm3.json")
BADGE = example_bytes("badge.ob3.json")


@pytest.fixture
async def client() -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(make_app(Settings(), gateway()))) as made:
        yield made


async def sent(
    client: TestClient, language: str = "en", **fields: str | bytes
) -> tuple[int, html.HtmlElement]:
    """The form filled in and sent; the status and the page that comes."""
    form = FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value, filename="credential.json" if name == "file" else None)
    answer = await client.post(f"/?language={language}", data=form)
    assert answer.content_type == "text/html"
    return answer.status, html.fromstring(await answer.text())


def text_of(page: html.HtmlElement, path: str) -> str:
    return " ".join(" ".join(node.text_content() for node in page.xpath(path)).split())


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_in_the_language_asked_for(client: TestClient, language: str) -> None:
    answer = await client.get("/", headers={"Accept-Language": f"it, {language};q=0.5"})
    page = html.fromstring(await answer.text())
    assert page.get("lang") == answer.headers["Content-Language"] == language
    assert answer.headers["Vary"] == "Accept-Language"
    assert text_of(page, "//h1") == words(language)["page"]["title"]
    assert [link.get("hreflang") for link in page.xpath("//nav/a")] == list(LANGUAGES)


async def test_the_page_loads_and_sends_nothing_elsewhere(client: TestClient) -> None:
    answer = await client.get("/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'", "style-src": "'self'", "script-src": "'self'", "form-action": "'self'",
        "frame-ancestors": "'none'", "base-uri": "'none'",
    }  # fmt: skip
    page = html.fromstring(await answer.text())
    links = [*page.xpath("//@src"), *page.xpath("//@href"), *page.xpath("//@action")]
    assert all("//" not in link and ":" not in link for link in links), links
    assert page.xpath("//script[not(@src)] | //style | //@style | //@onclick") == []
    for link in ("style.css", "page.js"):
        assert link in links
        assert (await client.get(f"/{link}")).status == 200


async def test_every_field_has_a_label_and_no_name_stands_twice(client: TestClient) -> None:
    status, page = await sent(client, text=MICRO.decode(), do="convert", to="ob3")
    assert status == 200
    fields = page.xpath("//input | //textarea | //select")
    labels = set(page.xpath("//label/@for"))
    assert {field.get("id") for field in fields} == labels
    names = page.xpath("//@id")
    assert len(names) == len(set(names))


async def test_a_file_is_verified_under_the_policy_chosen(client: TestClient) -> None:
    status, page = await sent(client, file=BADGE, policy="archive", do="verify")
    assert status == 200
    assert text_of(page, "//*[@id='verdict']") == "? not verified: a question is open"
    answer = text_of(page, "//*[@id='answer']")
    assert "policy archive" in answer
    assert "nothing secures the document no_proof" in answer
    assert page.xpath("//select[@name='policy']/option[@selected]/@value") == ["archive"]
    report = json.loads(page.xpath("//*[@id='answer']//pre")[-1].text_content())
    assert (report["policy"], report["verified"]) == ("archive", False)


async def test_what_the_gateway_signed_is_verified_from_pasted_text(client: TestClient) -> None:
    status, page = await sent(client, "de", text=MICRO.decode(), do="convert", to="ob3")
    assert status == 200
    assert "Kein Wert ging verloren." in text_of(page, "//*[@id='answer']")
    link = page.xpath("//a[@download]")[0]
    saved = base64.b64decode(link.get("href").partition(",")[2])
    shown = page.xpath("//textarea[@id='result']")[0].text_content()
    assert json.loads(saved) == json.loads(shown)
    assert link.get("download") == "credential.json"
    status, page = await sent(client, "de", text=f"\n{shown}\n", do="verify")
    assert text_of(page, "//*[@id='verdict']") == "✓ geprüft und gültig"


async def test_a_result_may_stay_unsigned_and_may_be_xml(client: TestClient) -> None:
    _, page = await sent(client, text=MICRO.decode(), do="convert", to="vc", unsigned="true")
    assert "proof" not in json.loads(page.xpath("//textarea[@id='result']")[0].text_content())
    _, page = await sent(client, text=MICRO.decode(), do="convert", to="edci-xml")
    assert page.xpath("//a/@download") == ["credential.xml"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"do": "verify"}, 400, "request_refused"),
        ({"text": "[", "do": "verify"}, 400, "malformed_json"),
        ({"text": "nothing at all"}, 415, "format_unknown"),
        ({"file": BADGE, "do": "convert", "to": "docx"}, 400, "format_unwritable"),
        ({"file": BADGE, "do": "verify", "policy": "lenient"}, 400, "request_refused"),
        ({"file": BADGE, "policy": "x" * 300}, 413, "too_large"),
        ({"file": b" " * (MAX_BYTES + 1)}, 413, "too_large"),
        ({**{f"field{number}": "x" for number in range(20)}}, 400, "request_refused"),
    ],
)
async def test_a_refusal_says_why_on_the_page(
    client: TestClient, fields: dict[str, str | bytes], status: int, code: str
) -> None:
    got, page = await sent(client, "fr", **fields)
    assert got == status
    assert text_of(page, "//*[@id='verdict']").startswith("✗ L'entrée est refusée")
    assert code in text_of(page, "//*[@id='answer']")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ncut short'),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a" * 70_000 + b"\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n"),
        ("multipart/form-data; boundary=\xff", b"--\xff--"),
        ("multipart/form-data; boundary=" + "b" * 200, b"--"),
    ],
)  # fmt: skip
async def test_a_malformed_form_is_refused(client: TestClient, kind: str, body: bytes) -> None:
    answer = await client.post("/", data=body, headers={"Content-Type": kind})
    assert 400 <= answer.status < 500
    assert "answer invalid" in await answer.text()


async def test_what_a_document_says_is_text_and_never_markup(client: TestClient) -> None:
    evil = "</textarea></pre><script>alert(1)</script>"
    tree = json.loads(BADGE)
    tree[evil] = evil
    tree["validFrom"] = evil
    tree["credentialSubject"]["achievement"]["name"] = evil
    for fields in ({"do": "verify"}, {"do": "convert", "to": "vc", "unsigned": "true"}):
        status, page = await sent(client, text=json.dumps(tree), **fields)
        assert status < 500
        assert page.xpath("//script[not(@src)]") == []
    status, page = await sent(client, text=f'{{"{evil}": 1, "{evil}": 2}}')
    assert page.xpath("//script[not(@src)]") == []
    assert "alert(1)" in text_of(page, "//*[@id='answer']")


async def test_no_part_of_a_form_touches_the_disk(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    with pytest.raises(FileNotFoundError):
        tempfile.mkdtemp()
    status, _ = await sent(client, file=BADGE + b" " * 2_000_000, do="verify")
    assert status == 200


async def test_a_busy_gateway_says_on_the_page_when_to_come_back() -> None:
    class Busy:
        async def run(self, *_: object, **__: object) -> None:
            raise Overloaded("too much work is waiting")

        async def close(self) -> None:
            pass

    async with TestClient(TestServer(make_app(Settings(), gateway(compute=Busy())))) as client:
        form = FormData(default_to_multipart=True)
        form.add_field("text", "{}")
        answer = await client.post("/", data=form)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


async def test_a_list_that_was_asked_is_named_with_its_date(client: TestClient) -> None:
    said = {"source": "allow-list", "list": "issuers.toml", "listed": False, "retrieved": "2026-06-01T12:00:00Z",
            "code": "not_listed", "message": "the list does not name the issuer"}  # fmt: skip
    check = Check(
        "trust", Verdict.INVALID, "issuer_not_listed", "no list", "/issuer", values={"statements": [said]}
    )
    shown = html.fromstring(
        verification(Report(checks=(check,), facts={"policy": "strict+trust"}), "de").decode()
    )
    assert "issuers.toml [allow-list 2026-06-01T12:00:00Z]: nicht genannt, Die Liste" in shown.text_content()
    assert "zählt unter dieser Regel nicht" not in shown.text_content()


async def test_what_stays_english_is_marked_as_english(client: TestClient) -> None:
    _, page = await sent(client, "de", text='{"a": 1, "a": 2}')
    assert page.get("lang") == "de"
    assert [text.text_content() for text in page.xpath("//dd[@lang='en']")] == ["the key 'a' stands twice"]
