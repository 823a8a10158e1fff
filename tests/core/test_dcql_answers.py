"""Answers held against a query by the rules of OpenID4VP 1.0: each test names the section it holds."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.dcql import CredentialQuery, Query, SetQuery, read_query
from gateway.core.dcql_answers import (
    MAX_PRESENTATIONS,
    MAX_TYPES,
    Candidate,
    answer_checks,
    candidate_checks,
    expanded_types,
    read_vp_token,
    select,
)
from gateway.errors import RequestRefused
from gateway.report import Verdict
from tests.core.parts import BADGE, OB_3, VCDM_1, VCDM_2

VERIFIABLE = "https://www.w3.org/2018/credentials#VerifiableCredential"
OPEN_BADGE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"
TREE: dict[str, Any] = {
    "name": "Course of examples",
    "address": {"street": "1 Example Street", "code": "12345", "floor": 3, "lift": True, "height": 3.0},
    "degrees": [{"type": "A", "place": "X"}, {"type": "B"}, {}],
    "words": ["one", "two"],
    "mixed": [{"type": "A"}, "text"],
    "nested": [["a"], ["b", "c"]],
}


# --- section 7: claims path pointers ---


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        (["name"], ["Course of examples"]),
        (["address", "code"], ["12345"]),
        (["address"], [TREE["address"]]),
        (["degrees", None, "type"], ["A", "B"]),
        (["degrees", 1, "type"], ["B"]),
        (["words", 1], ["two"]),
        (["words", None], ["one", "two"]),
        (["nested", None, None], ["a", "b", "c"]),
        (["nested", None, 1], ["c"]),
        # nothing is there
        (["other"], []), (["address", "other"], []), (["words", 2], []), (["degrees", 2, "type"], []),
        # the wrong kind of element, in all or in one: processing ends in an error
        (["name", "code"], []), (["words", "one"], []), (["address", 0], []), (["address", None], []),
        (["name", None], []), (["mixed", None, "type"], []), ([None], []), ([0], []),
    ],
)  # fmt: skip
def test_7_1_1_a_path_selects(path: list[Any], selected: list[Any]) -> None:
    assert list(select(TREE, tuple(path))) == selected


# --- section 6.4.1: selecting claims ---


def asked_for(*claims: dict[str, Any], sets: Any = None, **more: Any) -> CredentialQuery:
    tree = {"id": "c", "format": "ldp_vc", "meta": {}, "claims": list(claims), "claim_sets": sets, **more}
    tree = {name: value for name, value in tree.items() if value}
    return read_query({"credentials": [{"meta": {}, **tree}]}).credentials[0]


def codes(asked: CredentialQuery, candidate: Candidate | None = None) -> list[tuple[str, str]]:
    checks = candidate_checks(asked, candidate or Candidate("ldp_vc", frozenset({VERIFIABLE}), TREE))
    assert {check.name for check in checks} == {"query"}
    return [(check.code, check.pointer) for check in checks if check.verdict is not Verdict.VALID]


def test_6_4_1_without_claims_any_credential_will_do() -> None:
    assert codes(asked_for()) == []


def test_6_4_1_without_claim_sets_every_claim_has_to_be_there() -> None:
    there, missing = {"path": ["name"]}, {"id": "x", "path": ["other"]}
    assert codes(asked_for(there)) == []
    assert codes(asked_for(there, missing)) == [("query_claim_missing", "/claims/1")]


@pytest.mark.parametrize(
    ("sets", "chosen"),
    [
        ([["a"], ["b"]], 0),
        ([["no", "a"], ["a", "b"]], 1),
        ([["b"], ["a"]], 0),
        ([["no"], ["b"]], 1),
        ([["no"]], None),
    ],
)
def test_6_4_1_of_claim_sets_the_first_that_fits_is_named(sets: list[list[str]], chosen: int | None) -> None:
    claims = [{"id": "a", "path": ["name"]}, {"id": "b", "path": ["words", 0]}, {"id": "no", "path": ["no"]}]
    (check,) = candidate_checks(asked_for(*claims, sets=sets), Candidate("ldp_vc", frozenset(), TREE))
    assert check.values.get("claimSet") == chosen
    assert (check.verdict is Verdict.VALID) == (chosen is not None)


@pytest.mark.parametrize(
    ("path", "values", "fits"),
    [
        (["address", "code"], ["12345"], True),
        (["address", "code"], ["1", "12345"], True),
        (["address", "code"], [12345], False),
        (["address", "floor"], [3], True),
        (["address", "floor"], ["3"], False),
        (["address", "floor"], [True], False),
        (["address", "lift"], [True], True),
        (["address", "lift"], [1], False),
        (["address", "height"], [3], False),
        (["degrees", None, "type"], ["B"], True),
        (["degrees", None, "type"], ["C"], False),
        (["words"], ["one"], False),
    ],
)
def test_6_3_values_match_in_type_and_value(path: list[Any], values: list[Any], fits: bool) -> None:
    found = codes(asked_for({"path": path, "values": values}))
    assert found == ([] if fits else [("query_value_mismatch", "/claims/0")])


def test_no_check_tells_a_value() -> None:
    checks = candidate_checks(
        asked_for({"path": ["address", "code"], "values": ["54321"]}), Candidate("ldp_vc", frozenset(), TREE)
    )
    assert all(value not in repr(checks) for value in ("12345", "54321"))


# --- appendix B: formats and types ---


def test_6_1_the_format_is_that_which_was_asked_for() -> None:
    token = Candidate("jwt_vc_json", frozenset({VERIFIABLE}), TREE)
    assert codes(asked_for(), token) == [("query_format_mismatch", "/format")]


@pytest.mark.parametrize(
    ("alternatives", "fits"),
    [
        ([[VERIFIABLE, OPEN_BADGE]], True),
        ([[OPEN_BADGE]], True),
        ([["Other"], [OPEN_BADGE]], True),
        ([[OPEN_BADGE, "Other"]], False),
        ([["OpenBadgeCredential"]], False),
        ([["Other"]], False),
    ],
)
def test_b_1_1_all_types_of_one_alternative_are_there(alternatives: list[list[str]], fits: bool) -> None:
    candidate = Candidate("ldp_vc", expanded_types(BADGE), BADGE)
    found = codes(asked_for(meta={"type_values": alternatives}), candidate)
    assert found == ([] if fits else [("query_type_mismatch", "/meta")])


def test_b_1_1_types_are_expanded_by_the_context_and_stay_where_none_defines_them() -> None:
    assert expanded_types({"@context": [VCDM_2, OB_3], "type": ["OpenBadgeCredential"]}) == {OPEN_BADGE}
    assert expanded_types({"@context": [VCDM_1], "type": ["VerifiableCredential", "Own"]}) == {
        VERIFIABLE,
        "Own",
    }
    assert expanded_types({"@context": VCDM_2, "type": "VerifiableCredential"}) == {VERIFIABLE}
    assert expanded_types({"type": ["VerifiableCredential"]}) == {"VerifiableCredential"}
    own = {"@context": [VCDM_2, {"Own": "https://e.example/#Own"}], "type": ["VerifiableCredential", "Own"]}
    assert expanded_types(own) == {VERIFIABLE, "https://e.example/#Own"}


@pytest.mark.parametrize("context", [7, None, ["https://nobody.example/context"], [[]], {"@version": "x"}])
def test_types_under_a_context_that_nobody_reads_stay_as_they_are(context: Any) -> None:
    assert expanded_types({"@context": context, "type": ["Own"]}) <= {"Own"}


def test_no_more_types_are_expanded_than_the_bound() -> None:
    assert len(expanded_types({"type": [f"T{number}" for number in range(MAX_TYPES + 5)]})) == MAX_TYPES


# --- section 6.4.2: selecting credentials ---


def queries(*names: str, sets: tuple[SetQuery, ...] = ()) -> Query:
    return Query(tuple(CredentialQuery(name, "ldp_vc") for name in names), sets)


def options(*sets: str, required: bool = True) -> SetQuery:
    return SetQuery(tuple(frozenset(one) for one in sets), required)


def judged(query: Query, answered: str) -> tuple[str, Any]:
    (check,) = answer_checks(query, answered)
    return check.code, check.values.get("queries")


def test_6_4_2_without_sets_every_credential_is_asked_for() -> None:
    assert judged(queries("a", "b"), "ab") == ("", None)
    assert judged(queries("a", "b"), "a") == ("query_unanswered", ["b"])
    assert judged(queries("a", "b"), "") == ("query_unanswered", ["a", "b"])


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        # "a, or b, or both c and d; e may come along": the example of section 6.5
        ("a", ""), ("b", ""), ("cd", ""), ("ae", ""), ("cde", ""),
        ("", "query_unanswered"), ("c", "query_unanswered"), ("e", "query_unanswered"), ("de", "query_unanswered"),
        ("ab", "answer_unrequested"), ("acd", "answer_unrequested"), ("ac", "answer_unrequested"),
        ("af", "answer_unrequested"),
    ],
)  # fmt: skip
def test_6_4_2_one_option_of_each_required_set_is_asked_for_and_no_more(answered: str, code: str) -> None:
    query = queries(*"abcdef", sets=(options("a", "b", "cd"), options("e", required=False)))
    assert judged(query, answered)[0] == code


def test_6_4_2_sets_may_share_a_credential() -> None:
    query = queries(*"abc", sets=(options("ab", "c"), options("a")))
    assert judged(query, "ab") == ("", None)
    assert judged(query, "ac") == ("", None)
    assert judged(query, "c") == ("query_unanswered", ["a"])


def test_6_4_2_nothing_may_be_answered_to_sets_that_are_all_optional() -> None:
    query = queries(*"ab", sets=(options("a", required=False), options("b", required=False)))
    assert [judged(query, answered)[0] for answered in ("", "a", "b", "ab")] == [""] * 4


set_queries = st.lists(
    st.tuples(st.lists(st.sets(st.sampled_from("abcd"), min_size=1), min_size=1, max_size=3), st.booleans()),
    min_size=1, max_size=4,
)  # fmt: skip


@given(set_queries, st.sets(st.sampled_from("abcd")))
def test_6_4_2_an_answer_is_right_if_it_is_one_option_of_each_set(
    sets: list[Any], answered: set[str]
) -> None:
    asked = tuple(SetQuery(tuple(map(frozenset, one)), required) for one, required in sets)
    choices = [[*one.options, *([] if one.required else [frozenset[str]()])] for one in asked]
    right = any(frozenset().union(*chosen) == answered for chosen in itertools.product(*choices))
    assert (judged(queries(*"abcd", sets=asked), "".join(answered))[0] == "") == right


# --- section 8.1: the VP token ---


TOKEN_QUERY = Query(
    (
        CredentialQuery("one", "ldp_vc"), CredentialQuery("more", "ldp_vc", multiple=True),
        CredentialQuery("jwt", "jwt_vc_json"), CredentialQuery("sd", "dc+sd-jwt"),
    )
)  # fmt: skip


def test_8_1_presentations_stand_under_the_ids_of_their_queries() -> None:
    tree = {"one": [{"a": 1}], "more": [{}, {}], "jwt": ["e30.e30."], "sd": ["e30.e30.~"]}
    found = read_vp_token(tree, TOKEN_QUERY)
    assert found == {name: tuple(value) for name, value in tree.items()}


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        (None, ""), ([], ""), ({}, ""), ("e30.e30.", ""),
        ({"other": [{}]}, "/other"), ({"o/t": [{}]}, "/o~1t"),
        ({"one": {}}, "/one"), ({"one": []}, "/one"), ({"one": "x"}, "/one"),
        ({"one": [{}, {}]}, "/one"), ({"jwt": ["a", "b"]}, "/jwt"),
        ({"one": ["e30.e30."]}, "/one/0"), ({"more": [{}, 7]}, "/more/1"), ({"jwt": [{}]}, "/jwt/0"),
        ({"sd": [None]}, "/sd/0"),
        ({"more": [{}] * (MAX_PRESENTATIONS + 1)}, ""),
    ],
)  # fmt: skip
def test_8_1_another_shape_or_more_than_was_asked_for_is_refused(tree: Any, pointer: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        read_vp_token(tree, TOKEN_QUERY)
    assert refused.value.pointer == pointer
