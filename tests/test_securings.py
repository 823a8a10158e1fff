"""Every way to secure, by command line and over HTTP: what is made verifies, what cannot be made says why."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from gateway.api import make_app
from gateway.cli import main
from gateway.core import SD_JWT, SECURINGS, ConvertOptions
from gateway.errors import RequestRefused
from gateway.keys import did_key
from gateway.pipeline import Gateway
from gateway.proofs import CRYPTOSUITES
from gateway.proofs.jose import ALGORITHMS, FORBIDDEN
from gateway.resources import data_path, example_bytes
from gateway.settings import Settings
from gateway.signer import KeyStore, Ledger, signer_for
from tests.parts import NOW, gateway

MICRO = "micro-credential.elm3.json"
TARGETS = {**dict.fromkeys(SECURINGS, "ob3"), SD_JWT: "eudi-learning"}
"""A badge is written under the data model that its token is for."""
KINDS = ("ed25519", "p256")
SIGNABLE = [
    pytest.param(name, kind, id=f"{name}-{kind}")
    for name, securing in SECURINGS.items()
    for kind in KINDS
    if kind in securing.kinds
]


def credential(issuer: str, version: str = "2.0") -> dict[str, Any]:
    old = version == "1.1"
    return {
        "@context": [
            "https://www.w3.org/2018/credentials/v1" if old else "https://www.w3.org/ns/credentials/v2"
        ],
        "id": "urn:uuid:2f1c0d3e-0000-4000-8000-000000000009",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        **({"issuanceDate": "2026-01-01T00:00:00Z"} if old else {"validFrom": "2026-01-01T00:00:00Z"}),
        "credentialSubject": {"id": "did:example:learner"},
    }


def with_keys(folder: Path, **settings: Any) -> Gateway:
    """A gateway with a key of each kind in its store, which notes what it signs."""
    made = Settings(data=folder, **settings)
    signer = signer_for(made, NOW)
    KeyStore(folder).new(NOW, "p256")
    return dataclasses.replace(gateway(), signer=signer, settings=made, ledger=Ledger(folder))


def dids(folder: Path) -> dict[str, str]:
    return {record.kind: did_key(record.public) for record in KeyStore(folder).records()}


# --- command line ----------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert main(["keys", "new"]) == 0
    assert main(["keys", "new", "--kind", "p256"]) == 0
    return tmp_path


AS_THEY_STAND = [param for param in SIGNABLE if param.values[0] != SD_JWT]
"""Claims are secured when they are made: there is no document of them to be signed as it stands."""


@pytest.mark.parametrize(("name", "kind"), AS_THEY_STAND)
def test_what_is_signed_on_the_command_line_verifies(home: Path, name: str, kind: str) -> None:
    version = "1.1" if name == "jwt_vc_json" else "2.0"
    Path("in.json").write_text(json.dumps(credential(dids(home / "data")[kind], version)))
    assert main(["sign", "in.json", "--securing", name, "--key", kind, "--out", "out"]) == 0
    assert main(["verify", "out"]) == 0
    content = Path("out").read_text()
    Path("out").write_text(content[:-40] + ("B" if content[-40] == "A" else "A") + content[-39:])
    assert main(["verify", "out"]) in (1, 2)


@pytest.mark.parametrize(("name", "kind"), SIGNABLE)
def test_what_is_converted_on_the_command_line_verifies(home: Path, name: str, kind: str) -> None:
    source = str(data_path("examples") / MICRO)
    options = ["--to", TARGETS[name], "--securing", name, "--key", kind, "--out", "out", "--report", "r.json"]
    assert main(["convert", source, *options]) == 0
    assert main(["verify", "out"]) == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--securing", "bbs-2023"],
        ["--securing", "ecdsa-sd-2023"],
        ["--securing", "eddsa-2022"],
        ["--securing", ""],
        ["--securing", "eddsa-rdfc-2022,"],
        ["--securing", "eddsa-rdfc-2022,eddsa-rdfc-2022"],
        ["--securing", "eddsa-rdfc-2022,vc+jwt"],
        ["--securing", "ecdsa-rdfc-2019", "--key", "ed25519"],
        ["--securing", "jwt_vc_json", "--vcdm", "2.0"],
        ["--securing", "vc+jwt", "--vcdm", "1.1"],
        ["--securing", "dc+sd-jwt"],
        ["--holder", '{"kty": "OKP"}'],
        ["--securing", "eddsa-rdfc-2022,ecdsa-rdfc-2019"],
    ],
    ids=lambda options: " ".join(options),
)
def test_what_cannot_be_made_is_refused_with_a_hint(
    home: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(data_path("examples") / MICRO)
    capsys.readouterr()
    assert main(["convert", source, "--to", "ob3", *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) >= 2


# --- over HTTP -------------------------------------------------------------------------------------


async def asked(gate: Gateway, query: str) -> tuple[int, Any]:
    async with TestClient(TestServer(make_app(gate.settings, gate))) as client:
        answer = await client.post(f"/v1/convert?{query}", data=example_bytes(MICRO))
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize(("name", "kind"), SIGNABLE)
async def test_what_is_asked_for_over_http_verifies(tmp_path: Path, name: str, kind: str) -> None:
    gate = with_keys(tmp_path)
    encoded = name.replace("+", "%2B")
    status, told = await asked(gate, f"to={TARGETS[name]}&securing={encoded}&key={kind}")
    assert status == 200
    made = told["credential"]
    assert isinstance(made, str) == SECURINGS[name].token
    data = made.encode() if isinstance(made, str) else json.dumps(made).encode()
    assert (await gate.verify(data)).verified


@pytest.mark.parametrize(
    "query",
    ["securing=bbs-2023", "securing=", "securing=eddsa-rdfc-2022,vc%2Bjwt", "securing=ecdsa-rdfc-2019&key=ed25519",
     "securing=ecdsa-jcs-2019", "key=p256", "key=p384"],
)  # fmt: skip
async def test_what_cannot_be_made_is_a_client_error(query: str) -> None:
    status, problem = await asked(gateway(), f"to=ob3&{query}")
    assert 400 <= status < 500
    assert problem["hint"]


# --- several proofs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        "eddsa-rdfc-2022,eddsa-jcs-2022",
        "eddsa-jcs-2022,eddsa-rdfc-2022",
        "eddsa-rdfc-2022,Ed25519Signature2020",
        "Ed25519Signature2020,eddsa-jcs-2022,eddsa-rdfc-2022",
    ],
)
@pytest.mark.parametrize("version", ["1.1", "2.0"])
async def test_proofs_stand_beside_each_other_and_each_holds_by_itself(
    tmp_path: Path, names: str, version: str
) -> None:
    gate = with_keys(tmp_path)
    data = json.dumps(credential(dids(tmp_path)["ed25519"], version)).encode()
    made = (await gate.secure(data, securing=names)).tree
    proofs = made["proof"]
    assert [proof.get("cryptosuite", proof["type"]) for proof in proofs] == names.split(",")
    for chosen in ([0], [1], list(range(len(proofs)))):
        part = {**made, "proof": [proofs[position] for position in chosen]}
        report = await gate.verify(json.dumps(part).encode())
        assert report.verified, [check for check in report.checks if check.code]
        part["name" if version == "2.0" else "id"] = "urn:uuid:0"
        assert not (await gate.verify(json.dumps(part).encode())).verified


async def test_proofs_by_several_kinds_of_keys_need_an_identity_that_has_them_all(tmp_path: Path) -> None:
    names = "eddsa-rdfc-2022,ecdsa-rdfc-2019"
    with pytest.raises(RequestRefused, match="did:web"):
        await with_keys(tmp_path / "1").convert(example_bytes(MICRO), ConvertOptions("ob3"), securing=names)
    gate = with_keys(tmp_path / "2", public_url="https://gateway.example")
    made = await gate.convert(example_bytes(MICRO), ConvertOptions("ob3"), securing=names)
    methods = [proof["verificationMethod"] for proof in made.tree["proof"]]
    assert [method.partition("#")[0] for method in methods] == ["did:web:gateway.example"] * 2
    assert len(set(methods)) == 2
    for record in KeyStore(tmp_path / "2").records():
        assert len(Ledger(tmp_path / "2").signed_by(record.public).entries) == 1


async def test_one_proof_is_made_unless_more_are_asked_for() -> None:
    made = await gateway().convert(example_bytes(MICRO), ConvertOptions("ob3"))
    assert [proof["cryptosuite"] for proof in made.tree["proof"]] == ["eddsa-rdfc-2022"]


def test_every_way_and_mechanism_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "securing.md").read_text()
    for name in (*SECURINGS, *CRYPTOSUITES, *ALGORITHMS, *FORBIDDEN):
        assert f"`{name}`" in page, name
