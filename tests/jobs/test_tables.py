"""Tables: the header names what is in the columns, each row becomes an Open Badge, or has a problem of its own."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from gateway.errors import GatewayError, InputRefused, RequestRefused, TooLarge
from gateway.jobs.tables import COLUMNS, MAX_LINE, Issuer, read_table
from tests.parts import gateway

ISSUER = Issuer("did:example:gateway", "Gateway")
HEADER = "learner_email,achievement_id,achievement_name,achievement_description,criteria,issued"
ROW = "a@b.example,https://x.example/1,Soldering,Joins parts,Solder a circuit,2026-05-01"


def read(text: str | bytes) -> list[tuple[int, bytes | GatewayError]]:
    return list(read_table(io.BytesIO(text.encode() if isinstance(text, str) else text), ISSUER))


def badge(text: str) -> dict[str, Any]:
    ((_, made),) = read(text)
    assert isinstance(made, bytes), made
    found: dict[str, Any] = json.loads(made)
    return found


async def invalid(made: dict[str, Any]) -> set[str]:
    """The checks that a badge does not pass."""
    report = await gateway().verify(json.dumps(made).encode())
    assert len(report.checks) > 3
    return {check.name for check in report.checks if check.verdict.value == "invalid"}


async def test_a_row_becomes_an_open_badge_that_is_in_order() -> None:
    made = badge(f"{HEADER}\n{ROW}\n")
    assert made["issuer"] == {"type": ["Profile"], "id": "did:example:gateway", "name": "Gateway"}
    assert made["validFrom"] == "2026-05-01T00:00:00Z"
    assert made["credentialSubject"]["identifier"][0]["identityHash"] == "a@b.example"
    assert await invalid(made) == set()


async def test_every_column_has_its_place_in_a_badge_that_is_in_order() -> None:
    cells = {
        "id": "urn:uuid:1b4e28ba-2fa1-4d11-883f-0016d3cca427", "learner_id": "did:example:l",
        "learner_email": "a@b.example", "learner_name": "Learner", "achievement_id": "https://x.example/1",
        "achievement_name": "N", "achievement_description": "D", "achievement_type": "Course", "criteria": "C",
        "criteria_url": "https://x.example/c", "language": "de", "credits": "2,5", "eqf_level": "5",
        "tags": "a | b", "result": "1.3", "evidence_url": "https://x.example/w", "issued": "2026-05-01",
        "awarded": "2026-04-30T10:00:00+02:00", "expires": "2030-01-01", "issuer_id": "https://i.example",
        "issuer_name": "I", "issuer_url": "https://i.example/",
    }  # fmt: skip
    assert set(cells) == set(COLUMNS)
    made = badge(f"{';'.join(cells)}\n{';'.join(cells.values())}")
    assert made["issuer"] == {
        "type": ["Profile"], "id": "https://i.example", "name": "I", "url": "https://i.example/",
    }  # fmt: skip
    assert made["credentialSubject"]["achievement"]["creditsAvailable"] == 2.5
    assert [i["identityType"] for i in made["credentialSubject"]["identifier"]] == ["emailAddress", "name"]
    assert await invalid(made) == set()


def test_the_same_row_makes_the_same_badge_and_another_row_another() -> None:
    assert badge(f"{HEADER}\n{ROW}") == badge(f"{HEADER}\n{ROW}\n\n")
    assert badge(f"{HEADER}\n{ROW}")["id"] != badge(f"{HEADER}\n{ROW.replace('a@', 'c@')}")["id"]


def test_an_issuer_of_the_row_s_own_does_not_get_the_gateway_s_name() -> None:
    assert badge(f"{HEADER},issuer_id\n{ROW},https://i.example")["issuer"] == {
        "type": ["Profile"], "id": "https://i.example",
    }  # fmt: skip


def test_a_mark_at_the_beginning_quotes_and_line_breaks_in_cells_are_read() -> None:
    row = ROW.replace("Soldering", '"Solder, ""and""\nmore"')
    text = f"\ufeff{HEADER}\r\n{row}\r\n"
    assert badge(text)["credentialSubject"]["achievement"]["name"] == 'Solder, "and"\nmore'


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ("a@b.example", "nobody", "learner_email"), ("a@b.example", "", "learner_id"),
        ("2026-05-01", "1 May", "issued"), ("2026-05-01", "2026-05-01T10:00:00", "issued"),
        ("2026-05-01", "2026-02-30", "issued"), ("2026-05-01", "", "issued"),
        ("Soldering", "", "achievement_name"), ("Solder a circuit", " ", "criteria"),
        ("https://x.example/1", "no iri", "achievement_id"), ("2026-05-01", "2026-05-01,extra", ""),
    ],
)  # fmt: skip
def test_a_row_that_makes_no_badge_says_which_cell_and_never_what_is_in_it(
    old: str, new: str, pointer: str
) -> None:
    (first, (line, wrong)) = read(f"{HEADER}\n{ROW}\n{ROW.replace(old, new)}")
    assert isinstance(first[1], bytes)
    assert isinstance(wrong, InputRefused)
    assert (line, wrong.code, wrong.pointer) == (3, "row_malformed", pointer)
    assert not new.strip() or new not in str(wrong.problem())


@pytest.mark.parametrize(
    "header",
    [
        "", "\n", "nonsense", HEADER + ",nonsense", HEADER + ",issued", HEADER.replace(",issued", ""),
        HEADER.replace(",criteria", ""), HEADER.replace("learner_email,", ""),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_used_is_refused(header: str) -> None:
    with pytest.raises(RequestRefused):
        read(f"{header}\n{ROW}")


@pytest.mark.parametrize("data", [b"\xff\xfe", HEADER.encode() + b"\n\xe4"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(RequestRefused):
        read(data)


def test_a_line_or_a_cell_without_end_is_refused() -> None:
    with pytest.raises(TooLarge):
        read(f"{HEADER}\n{'x' * (MAX_LINE + 1)}")
    with pytest.raises(RequestRefused):
        read(f'{HEADER}\n"' + "x\n" * 200_000)
