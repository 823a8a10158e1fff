"""The form of a credential in EDCI XML: what each edition of its schema demands."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.core.structure import edci_checks
from gateway.report import Verdict

PLACE = "http://data.europa.eu/snb http://publications.europa.eu/resource/schema/credential/"
CREDENTIAL: dict[str, Any] = {
    "@cred:id": "urn:credential:1",
    "type": [{}],
    "cred:issued": [{}],
    "cred:issuer": [{}],
    "title": [{}],
    "credentialSubject": [{}],
}


@pytest.mark.parametrize(
    ("schema", "demanded"),
    [
        (None, False),
        ("genericschema.xsd", False),
        ("genericschema_1.1.xsd", True),
        ("diplomasupplementschema_1.2.xsd", True),
    ],
)
def test_a_primary_language_is_demanded_since_version_1_1(schema: str | None, demanded: bool) -> None:
    credential = CREDENTIAL | ({"@xsi:schemaLocation": PLACE + schema} if schema else {})
    checks = edci_checks(credential, {"@id": "urn:org:1"}, "/europassCredential")
    missing = [check.pointer for check in checks if check.code == "member_missing"]
    assert missing == (["/europassCredential/primaryLanguage"] if demanded else [])


def test_what_every_edition_demands_is_missed_by_name() -> None:
    checks = edci_checks({}, {}, "")
    assert {check.pointer for check in checks} == {f"/{name}" for name in CREDENTIAL}
    assert all(check.verdict is Verdict.INVALID for check in checks)
