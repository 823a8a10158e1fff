"""Valid is not verified: what the report and the command line say of a badge that nobody is shown to have made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.cli.text import verify_summary
from gateway.report import Report, Verdict
from tests.core.parts import SCHOOL, multikey_of, signed
from tests.core.test_open_badges_2 import assertion
from tests.parts import gateway

BROUGHT = signed(number=1, method=f"{SCHOOL}#{multikey_of(1)}")
"""A badge whose proof brings its key along; the issuer does not answer."""


async def verified() -> Report:
    """The report of a credential that the gateway signed itself."""
    delivery = await gateway().secure(
        json.dumps({
            "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"],
            "issuer": gateway().signer.did, "credentialSubject": {"id": "did:example:learner"},
        }).encode()
    )  # fmt: skip
    return await gateway().verify(delivery.content, policy="1edtech")


@pytest.mark.parametrize(
    ("document", "code"), [(BROUGHT, "key_from_proof"), (assertion(badge={"type": "BadgeClass"}), None)]
)
async def test_the_report_says_that_it_is_not_verified_and_why(document: Any, code: str | None) -> None:
    report = await gateway().verify(json.dumps(document).encode(), policy="1edtech")
    told = report.to_json()
    assert told["verified"] is False
    assert told["policy"] == "1edtech"
    assert told["reason"]["check"]
    if code is not None:
        assert (told["verdict"], told["reason"]) == ("valid", {"check": "issuer", "code": code})


async def test_a_verified_credential_has_no_reason() -> None:
    report = await verified()
    assert report.verified
    assert "reason" not in report.to_json()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
async def test_people_are_told_in_the_first_line(language: str) -> None:
    report = await gateway().verify(json.dumps(BROUGHT).encode(), policy="1edtech")
    assert report.verdict() is Verdict.VALID
    first = verify_summary(report, language).splitlines()[0]
    other = verify_summary(await verified(), language).splitlines()[0]
    assert "1edtech" in first
    assert first.partition("(")[0] != other.partition("(")[0]
    if language == "en":
        assert "unproven" in first
