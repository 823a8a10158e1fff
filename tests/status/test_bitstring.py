"""Bitstring Status List and StatusList2021: what an entry, a list, and both together can say."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gateway.core import POLICIES
from gateway.report import Verdict
from gateway.retrieval import Answer
from gateway.status import MAX_ENTRIES
from tests.core.parts import (
    NOW,
    OTHER,
    SCHOOL,
    badge,
    check_all,
    controller,
    signed,
    token,
    world,
)
from tests.status.parts import (
    ENTRIES,
    LIST,
    entry,
    packed,
    status_list,
    status_of,
    token_list,
    verified,
)

ORACLE = "https://school.example/terms#OracleStatus"
FOUR = [{"status": f"0x{n:x}", "message": text} for n, text in enumerate(("pending", "ok", "no", "lost"))]

# --- what a list says -----------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_a_badge_that_is_not_marked_is_verified(policy: str) -> None:
    check, done = status_of(listed=signed(status_list(6, 8)), policy=policy)
    assert check.verdict is Verdict.VALID
    assert check.values == {"purpose": "revocation", "status": 0}
    assert done.verified


@pytest.mark.parametrize("policy", POLICIES)
def test_a_revoked_badge_is_invalid_under_every_policy(policy: str) -> None:
    check, done = status_of(listed=signed(status_list(7)), policy=policy)
    assert (check.verdict, check.code) == (Verdict.INVALID, "revoked")
    assert check.pointer == "/credentialStatus"
    assert done.verdict is Verdict.INVALID


def test_a_suspended_badge_is_invalid_and_says_that_it_is_for_now() -> None:
    check, done = status_of(
        entry(statusPurpose="suspension"), signed(status_list(7, statusPurpose="suspension"))
    )
    assert (check.verdict, check.code) == (Verdict.INVALID, "suspended")
    assert "suspended" in check.message
    assert done.verdict is Verdict.INVALID


def test_a_refresh_is_news_and_no_obstacle() -> None:
    check, done = status_of(entry(statusPurpose="refresh"), signed(status_list(7, statusPurpose="refresh")))
    assert (check.verdict, check.code) == (Verdict.VALID, "refresh_available")
    assert done.verified


@pytest.mark.parametrize(("value", "text"), [(0, "pending"), (1, "ok"), (2, "no"), (3, "lost")])
def test_a_message_is_told_with_its_text(value: int, text: str) -> None:
    bits = bytearray(ENTRIES // 4)
    bits[7 * 2 // 8] |= value << (6 - 7 * 2 % 8)
    listed = signed(status_list(statusPurpose="message", encodedList=packed(bytes(bits))))
    check, done = status_of(entry(statusPurpose="message", statusSize=2, statusMessage=FOUR), listed)
    assert check.verdict is Verdict.VALID
    assert check.values == {"purpose": "message", "status": value, "message": text}
    assert done.verified


def test_several_bits_of_a_revocation_revoke_by_any_value_but_zero() -> None:
    bits = bytearray(ENTRIES // 4)
    bits[1] = 0b0000_0100  # the second bit of index 6, whose neighbour is index 7
    listed = signed(status_list(encodedList=packed(bytes(bits))))
    several = {"statusSize": 2, "statusMessage": FOUR}
    assert status_of(entry(**several, statusListIndex="6"), listed)[0].code == "revoked"
    assert status_of(entry(**several), listed)[0].verdict is Verdict.VALID


def test_a_purpose_nobody_knows_is_told_and_open_only_where_it_is_set() -> None:
    asked = entry(statusPurpose="honours")
    unset, _ = status_of(asked, signed(status_list(statusPurpose="honours")))
    assert unset.verdict is Verdict.VALID
    check, done = status_of(asked, signed(status_list(7, statusPurpose="honours")))
    assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "status_purpose_unknown")
    assert check.values["purpose"] == "honours"
    assert not done.verified


def test_a_list_may_serve_several_purposes() -> None:
    listed = signed(status_list(7, statusPurpose=["refresh", "revocation"]))
    assert status_of(listed=listed)[0].code == "revoked"


@pytest.mark.parametrize(
    "listed", [token_list, lambda *m: signed(status_list(*m), cryptosuite="eddsa-rdfc-2022")]
)
def test_a_list_may_be_a_token_or_linked_data(listed: Any) -> None:
    assert status_of(listed=listed())[1].verified
    assert status_of(listed=listed(7))[0].code == "revoked"


def test_a_list_may_be_an_enveloped_credential() -> None:
    envelope = {
        "@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiableCredential",
        "id": "data:application/vc+jwt," + token_list(7).decode(),
    }  # fmt: skip
    assert status_of(listed=envelope)[0].code == "revoked"


def test_a_list_of_1_1_in_a_token_with_a_claim_vc_is_read_too() -> None:
    made = status_list(
        7, members={"@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/vc/status-list/2021/v1"],
                    "type": ["VerifiableCredential", "StatusList2021Credential"], "validFrom": None,
                    "issuanceDate": "2026-01-01T00:00:00Z"}, type="StatusList2021",
    )  # fmt: skip
    listed = token(made, form="jwt_vc_json")
    assert status_of(entry(type="StatusList2021Entry"), listed)[0].code == "revoked"


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
@pytest.mark.parametrize("prefix", ["u", ""])
def test_status_list_2021_is_read_for_both_its_purposes(purpose: str, prefix: str) -> None:
    made = status_list(
        7, members={"@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/vc/status-list/2021/v1"],
                    "type": ["VerifiableCredential", "StatusList2021Credential"], "validFrom": None,
                    "issuanceDate": "2026-01-01T00:00:00Z"},
        type="StatusList2021", statusPurpose=purpose,
    )  # fmt: skip
    made["credentialSubject"]["encodedList"] = prefix + made["credentialSubject"]["encodedList"][1:]
    check, _ = status_of(entry(type="StatusList2021Entry", statusPurpose=purpose), signed(made))
    assert check.code == {"revocation": "revoked", "suspension": "suspended"}[purpose]


def test_each_of_several_entries_is_a_check() -> None:
    second = "https://school.example/status/2"
    both = [entry(), entry(statusListCredential=second, statusPurpose="suspension")]
    listed = signed(status_list(7, statusPurpose="suspension", members={"id": second}))
    done = verified(both, more={second: listed})
    found = [(c.verdict, c.code, c.pointer) for c in done.checks if c.name == "status"]
    assert found == [
        (Verdict.VALID, "", "/credentialStatus/0"), (Verdict.INVALID, "suspended", "/credentialStatus/1"),
    ]  # fmt: skip
    assert done.verdict is Verdict.INVALID


def test_entries_beyond_the_bound_are_not_taken_for_good() -> None:
    done = verified([entry(id=f"{LIST}#{number}") for number in range(MAX_ENTRIES + 1)])
    assert not done.verified
    assert [c.code for c in done.checks if c.name == "status"] == [""] * MAX_ENTRIES + [
        "too_many_status_entries"
    ]


def test_the_member_status_of_european_credentials_is_looked_at() -> None:
    document = badge(status=entry())
    document["@context"].append({"status": "https://school.example/terms#status"})
    retrieved = world(None, {LIST: signed(status_list(7))})
    done = check_all(signed(document), retrieved=retrieved)
    assert ("revoked", "/status") in {(c.code, c.pointer) for c in done.checks}


@pytest.mark.parametrize("value", ["Completed", {"type": ["x"]}, {"type": {}}, [7, {"type": None}], {}])
def test_a_member_status_of_another_meaning_is_none(value: Any) -> None:
    done = check_all(signed(badge(status=value)))
    assert not [c for c in done.checks if c.name == "status"]


def test_no_status_is_no_check_and_no_obstacle() -> None:
    done = check_all(signed())
    assert done.verified
    assert not [c for c in done.checks if c.name == "status"]


# --- entries that say nothing ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("statusListIndex", "-1"), ("statusListIndex", "7.0"), ("statusListIndex", ""), ("statusListIndex", None),
        ("statusListIndex", True), ("statusListIndex", "٧"), ("statusListIndex", "9" * 40), ("statusListIndex", [7]),
        ("statusPurpose", ""), ("statusPurpose", None), ("statusPurpose", 7), ("statusPurpose", ["revocation"]),
        ("statusListCredential", None), ("statusListCredential", 7), ("statusListCredential", {}),
        ("statusSize", 0), ("statusSize", -2), ("statusSize", "1"), ("statusSize", True), ("statusSize", 10**9),
        ("statusMessage", FOUR), ("statusMessage", "x"), ("statusMessage", [{}, {}]),
    ],
)  # fmt: skip
def test_a_malformed_entry_is_a_malformed_value_error(member: str, value: Any) -> None:
    check, done = status_of(entry(**{member: value}))
    assert (check.verdict, check.code) == (Verdict.INVALID, "malformed_value_error")
    assert check.pointer == f"/credentialStatus/{member}"
    assert done.verdict is Verdict.INVALID


def test_several_bits_without_messages_are_malformed() -> None:
    assert status_of(entry(statusSize=2))[0].code == "malformed_value_error"


def test_a_number_as_index_is_read_as_some_issuers_write_it() -> None:
    assert status_of(entry(statusListIndex=7), signed(status_list(7)))[0].code == "revoked"


def test_a_kind_of_status_nobody_knows_leaves_the_question_open() -> None:
    for policy in ("strict", "1edtech"):
        check, done = status_of({"id": "https://school.example/s", "type": ORACLE}, policy=policy)
        assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "status_type_unknown")
        assert not done.verified
        assert done.verdict is Verdict.UNDETERMINED
    assert status_of({"id": LIST, "type": ORACLE}, policy="archive")[1].verified


# --- lists that say nothing -----------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["strict", "1edtech"])
def test_a_list_that_cannot_be_had_leaves_the_question_open(policy: str) -> None:
    check, done = status_of(listed=Answer(code="fetch_failed", message="no answer"), policy=policy)
    assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "status_retrieval_error")
    assert check.values["reason"] == "fetch_failed"
    assert done.verdict is Verdict.UNDETERMINED


def test_an_archive_does_not_ask_for_lists_that_are_gone() -> None:
    check, done = status_of(listed=Answer(code="gone", message="withdrawn"), policy="archive")
    assert check.code == "status_retrieval_error"
    assert done.verified


def tampered() -> dict[str, Any]:
    listed = signed(status_list())
    listed["credentialSubject"]["encodedList"] = packed(bytes(16_385))
    return listed


@pytest.mark.parametrize(
    "listed",
    [
        tampered(),
        signed(status_list(members={"issuer": OTHER})),
        signed(status_list(members={"issuer": None})),
        signed(status_list(members={"type": ["VerifiableCredential"]})),
        signed(status_list(type="Person")),
        signed(status_list(members={"credentialSubject": [{}]})),
        b"no json",
        b"[]",
        b"{}",
        b'{"type": "VerifiableCredential"}',
        b"\x89PNG\r\n\x1a\n",
        b"eyJhbGciOiJub25lIn0.e30.",
    ],
)
def test_a_list_that_does_not_hold_is_a_status_verification_error(listed: Any) -> None:
    check, done = status_of(listed=listed)
    assert (check.verdict, check.code) == (Verdict.INVALID, "status_verification_error")
    assert not done.verified


def test_a_list_nobody_signed_leaves_the_question_open() -> None:
    check, done = status_of(listed=status_list())
    assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "status_list_unproven")
    assert check.values["code"] == "no_proof"
    assert not done.verified


@pytest.mark.parametrize(
    "dates", [{"validUntil": "2026-02-01T00:00:00Z"}, {"validFrom": "2026-05-01T00:00:00Z"}]
)
def test_a_list_outside_its_period_says_nothing(dates: dict[str, str]) -> None:
    check, done = status_of(listed=signed(status_list(members=dates)))
    assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "status_list_outdated")
    assert done.verdict is Verdict.UNDETERMINED
    assert status_of(listed=signed(status_list(members=dates)), policy="archive")[1].verified


def test_a_list_for_another_purpose_says_nothing() -> None:
    check, done = status_of(listed=signed(status_list(statusPurpose="suspension")))
    assert (check.verdict, check.code) == (Verdict.INVALID, "status_purpose_mismatch")
    assert done.verdict is Verdict.INVALID


def test_a_list_that_names_itself_otherwise_does_not_clear_a_badge_but_revokes_it() -> None:
    elsewhere = {"id": "https://school.example/status/99"}
    check, done = status_of(listed=signed(status_list(members=elsewhere)))
    assert (check.verdict, check.code) == (Verdict.UNDETERMINED, "status_list_renamed")
    assert not done.verified
    assert status_of(listed=signed(status_list(7, members=elsewhere)))[0].code == "revoked"


def test_a_list_of_another_issuer_counts_and_is_told() -> None:
    listed = signed(status_list(members={"issuer": OTHER}), 1, f"{OTHER}#key-1")
    retrieved = world({SCHOOL: controller(), OTHER: controller(OTHER, 1)}, {LIST: listed})
    done = check_all(signed(badge(credentialStatus=entry())), retrieved=retrieved)
    check = next(c for c in done.checks if c.name == "status")
    assert check.verdict is Verdict.VALID
    assert check.values["listIssuer"] == OTHER
    assert done.verified


@pytest.mark.parametrize("size", [1, 2, 8])
def test_a_list_with_too_few_entries_is_a_length_error(size: int) -> None:
    messages = [{"status": f"0x{n:x}", "message": "m"} for n in range(2**size)]
    listed = signed(status_list(encodedList=packed(bytes(ENTRIES * size // 8 - 1))))
    check, _ = status_of(entry(statusSize=size, statusMessage=messages), listed)
    assert (check.verdict, check.code) == (Verdict.INVALID, "status_list_length_error")


def test_an_index_beyond_the_list_is_a_range_error() -> None:
    check, _ = status_of(entry(statusListIndex=str(ENTRIES)))
    assert (check.verdict, check.code) == (Verdict.INVALID, "range_error")
    assert status_of(entry(statusListIndex=str(ENTRIES - 1)))[0].verdict is Verdict.VALID


@pytest.mark.parametrize("encoded", ["", "u", "x", 7, packed(bytes(16_384))[:-6], packed(bytes(17 * 2**20))])
def test_a_list_that_is_no_list_or_a_bomb_is_a_malformed_value_error(encoded: Any) -> None:
    check, done = status_of(listed=signed(status_list(encodedList=encoded)))
    assert (check.verdict, check.code) == (Verdict.INVALID, "malformed_value_error")
    assert not done.verified


# --- old copies -----------------------------------------------------------------------------------


def test_a_list_older_than_it_says_it_lives_is_marked() -> None:
    listed = json.dumps(signed(status_list(ttl=60_000))).encode()
    fresh = Answer(listed, retrieved=NOW - timedelta(seconds=59))
    old = Answer(listed, retrieved=NOW - timedelta(seconds=61))
    assert "stale" not in status_of(listed=fresh)[0].values
    assert status_of(listed=old)[0].values["stale"] is True


@pytest.mark.parametrize("ttl", [-1, "60000", True, 2**53 - 1, 0.5])
def test_a_time_to_live_that_is_none_is_passed_over(ttl: Any) -> None:
    assert status_of(listed=signed(status_list(ttl=ttl)))[0].verdict is Verdict.VALID


def test_a_copy_that_is_served_because_the_host_is_down_is_marked() -> None:
    listed = Answer(json.dumps(signed(status_list())).encode(), retrieved=NOW, stale=True)
    check, done = status_of(listed=listed)
    assert check.values["stale"] is True
    assert done.verified
