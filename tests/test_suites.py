"""The runner of official suites: which folders are suites, what passed, and that what they are told is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from conformance.running import certificate_in
from conformance.suites import __main__ as suites
from conformance.vc_api import serving
from gateway.core import SECURINGS
from tests.holders import badge_for
from tests.parts import NOW


def test_a_folder_with_mocha_is_a_suite(tmp_path: Path) -> None:
    installed = tmp_path / "a-suite" / "node_modules/mocha/bin"
    installed.mkdir(parents=True)
    (installed / "mocha.js").touch()
    (tmp_path / "another").mkdir()
    assert [one.name for one in suites.suites_in(tmp_path)] == ["a-suite"]
    assert [one.name for one in suites.suites_in(tmp_path / "a-suite")] == ["a-suite"]
    assert suites.suites_in(tmp_path / "nothing") == []


def test_a_failure_without_a_reason_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suites, "REASONS", {("a-suite", "known"): "because"})
    told = {
        "passes": [{}],
        "pending": [],
        "failures": [{"fullTitle": "a known one"}, {"fullTitle": "a new one"}],
    }
    found = suites._outcome("a-suite", told)
    assert (found.passed, found.failed, found.unexplained) == (
        1,
        ("a known one", "a new one"),
        ("a new one",),
    )
    assert "| a-suite | 1 | 2 | 0 |" in list(suites._page([found]))
    assert suites._outcome("another", told).unexplained == found.failed


def test_every_issuer_that_suites_are_told_of_is_there() -> None:
    text = (suites.HERE / "localConfig.cjs").read_text()
    named = set(re.findall(r"issuer\(`([^/]+)/", text))
    assert {"eddsa-rdfc-2022", "vc+jwt", "ecdsa-jcs-2019"} <= named <= set(SECURINGS)


async def test_what_is_served_for_suites_speaks_https_and_issues_in_each_name(tmp_path: Path) -> None:
    port = suites._free_port()
    base = f"https://localhost:{port}"
    async with (
        serving(tmp_path, lambda: NOW, base, port=port, ssl=certificate_in(tmp_path)[1]) as served,
        ClientSession(connector=TCPConnector(ssl=False), headers=dict(served.headers)) as session,
    ):
        for name, kind in (("eddsa-rdfc-2022", "ed25519"), ("ecdsa-rdfc-2019", "p256")):
            did = served.gateway.signer.current(kind).did
            body = {"credential": badge_for(None, issuer={"id": did, "type": ["Profile"], "name": "School"})}
            path = f"{base}/issuers/{name}/credentials/issue?key={kind}&status=revocation"
            async with session.post(path, json=body) as answer:
                assert answer.status == 201, await answer.text()
                made = (await answer.json())["verifiableCredential"]
            assert made["credentialStatus"]["statusListCredential"].startswith(base)
