"""Comprehensive Learner Records: each credential in one converts by itself, a broken one is told and stops no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.cli import main
from gateway.core import ConvertOptions, bundle_in
from gateway.errors import (
    GatewayError,
    IsBundle,
    NotACredential,
    ProofInvalid,
    RequestRefused,
    SignerFailed,
    TooManyElements,
)
from gateway.pipeline.bundles import bundle, convert_each
from gateway.resources import data_path, example_bytes
from gateway.signer import NoSigner
from tests.parts import gateway

BADGE: dict[str, Any] = json.loads(example_bytes("badge.ob3.json"))
BROKEN: list[Any] = [
    {"type": ["VerifiableCredential", "OpenBadgeCredential"]},
    {"type": ["VerifiableCredential", "ClrCredential"]},
    7,
    "no token",
    {},
]


def record(*children: Any, **changes: Any) -> bytes:
    subject = {
        "type": ["ClrSubject"],
        "verifiableCredential": list(children),
        "achievement": [{"id": "urn:x:1"}],
    }
    return json.dumps({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
                     "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:1", "type": ["VerifiableCredential", "ClrCredential"], "name": "Record",
        "issuer": {"id": "https://school.example", "type": ["Profile"], "name": "School"},
        "validFrom": "2026-01-01T00:00:00Z", "credentialSubject": {**subject, **changes},
    }).encode()  # fmt: skip


async def test_each_credential_of_a_record_converts_by_itself() -> None:
    gate = gateway()
    token = (await gate.convert(json.dumps(BADGE).encode(), ConvertOptions("ob3"), securing="vc+jwt")).content
    with pytest.raises(IsBundle):
        await gate.convert(record(BADGE), ConvertOptions("elm3"))
    made = await convert_each(
        gate, record(BADGE, *BROKEN, token.decode(), BADGE), ConvertOptions("elm3"), signed=True,
        securing="eddsa-rdfc-2022", key="",
    )  # fmt: skip
    assert [entry.delivery is not None for entry in made.entries] == [
        True,
        *[False] * len(BROKEN),
        True,
        True,
    ]
    assert made.entries[2].pointer == "/credentialSubject/verifiableCredential/2"
    assert all(entry.refusal.code and entry.refusal.hint for entry in made.entries if entry.refusal)
    assert made.besides == ("/credentialSubject/achievement",)
    assert not made.report.verified
    delivered = [entry.delivery for entry in made.entries if entry.delivery is not None]
    assert all([(await gate.verify(delivery.content)).verified for delivery in delivered])
    assert delivered[1].report.verified


async def test_a_fault_of_the_gateways_own_is_no_property_of_one_credential() -> None:
    with pytest.raises(SignerFailed):
        await convert_each(
            gateway(signer=NoSigner()), record(BADGE), ConvertOptions("elm3"), signed=True,
            securing="eddsa-rdfc-2022", key="",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (record(), NotACredential),
        (record(verifiableCredential={}), NotACredential),
        (record(*[{}] * 1001), TooManyElements),
        (json.dumps(BADGE).encode(), NotACredential),
        (b'{"type": "ClrCredential", "credentialSubject": [1, 2]}', NotACredential),
        (b'{"type": "ClrCredential"}', NotACredential),
    ],
)
def test_what_holds_nothing_is_refused(data: bytes, error: type[GatewayError]) -> None:
    with pytest.raises(error):
        bundle_in(data)


def test_one_alone_needs_no_list() -> None:
    assert json.loads(bundle_in(record(verifiableCredential=BADGE)).parts[0].data) == BADGE


async def test_over_http_a_record_gives_an_entry_for_each() -> None:
    gate = gateway()
    async with TestClient(TestServer(make_app(gate.settings, gate))) as client:
        answer = await client.post("/v1/convert?to=vc&language=de", data=record(BADGE, *BROKEN))
        told = await answer.json()
        assert answer.status == 200
        empty = await client.post("/v1/convert?to=vc", data=record())
        assert empty.status == 415
    assert set(told) == {"record", "credentials", "notConverted"}
    assert [set(entry) - {"pointer"} for entry in told["credentials"]] == [
        {"credential", "report"}, *[{"problem"}] * len(BROKEN),
    ]  # fmt: skip
    assert all(entry["problem"]["hint"] for entry in told["credentials"][1:])


async def test_several_become_a_record_that_verifies_and_gives_them_back() -> None:
    gate = gateway()
    badges = [
        (await gate.convert(example_bytes(name), ConvertOptions("ob3"))).content
        for name in ("badge.ob3.json", "micro-credential.elm3.json")
    ]
    made = await bundle(gate, badges, "My record")
    assert (await gate.verify(made.content)).verified
    assert (await gate.verify(made.content, policy="1edtech")).verified
    again = await convert_each(
        gate, made.content, ConvertOptions("vc"), signed=True, securing="eddsa-rdfc-2022", key=""
    )
    assert [entry.delivery is not None and entry.delivery.report.verified for entry in again.entries] == [
        True,
        True,
    ]
    tree = json.loads(made.content)
    tree["credentialSubject"]["verifiableCredential"].pop()
    assert not (await gate.verify(json.dumps(tree).encode())).verified


async def test_only_what_is_genuine_goes_into_a_record() -> None:
    gate = gateway()
    genuine = (await gate.convert(example_bytes("badge.ob3.json"), ConvertOptions("ob3"))).content
    token = (
        await gate.convert(example_bytes("badge.ob3.json"), ConvertOptions("ob3"), securing="vc+jwt")
    ).content
    forged = genuine.replace(b"soldering", b"welding")
    assert forged != genuine
    for data, error in ((forged, ProofInvalid), (example_bytes("badge.ob3.json"), ProofInvalid),
                        (example_bytes("badge.edci-xml.xml"), NotACredential), (token, NotACredential)):  # fmt: skip
        with pytest.raises(error):
            await bundle(gate, [genuine, data], "My record")
    with pytest.raises(RequestRefused):
        await bundle(gate, [], "My record")


def test_the_command_line_bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["keys", "new"]) == 0
    for name in ("badge.ob3.json", "diploma.elm3.json"):
        source = str(data_path("examples") / name)
        assert main(["convert", source, "--to", "ob3", "--out", name]) == 0
    assert (
        main(["bundle", "badge.ob3.json", "diploma.elm3.json", "--name", "All", "--out", "record.json"]) == 0
    )
    assert main(["verify", "record.json"]) == 0
    assert main(["bundle", str(data_path("examples") / "badge.ob3.json"), "--name", "All"]) == 2


def test_on_the_command_line_each_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["keys", "new"]) == 0
    Path("record.json").write_bytes(record(BADGE, BADGE))
    assert main(["convert", "record.json", "--to", "elm3", "--out", "out.ndjson"]) == 0
    assert len(Path("out.ndjson").read_text().splitlines()) == 2
    Path("record.json").write_bytes(record(BADGE, *BROKEN))
    assert (
        main(["convert", "record.json", "--to", "ob3", "--out", "out.ndjson", "--report", "report.json"]) == 1
    )
    assert len(Path("out.ndjson").read_text().splitlines()) == 1
    assert len(json.loads(Path("report.json").read_text())["credentials"]) == 1 + len(BROKEN)
