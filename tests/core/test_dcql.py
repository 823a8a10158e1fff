"""Queries in DCQL, read by the rules of OpenID4VP 1.0 section 6: each test names the rule it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.core.dcql import (
    LONGEST,
    MAX_CLAIMS,
    MAX_PATH,
    MAX_QUERIES,
    ClaimQuery,
    CredentialQuery,
    Query,
    SetQuery,
    read_query,
)
from gateway.errors import RequestRefused
from tests.conftest import corpora_path

BADGE_TYPES = [
    ["https://www.w3.org/2018/credentials#VerifiableCredential", "https://e.example#Badge"],
    ["Plain"],
]


def credential(**changes: Any) -> dict[str, Any]:
    made = {"id": "badge", "format": "ldp_vc", "meta": {"type_values": BADGE_TYPES}, **changes}
    return {name: value for name, value in made.items() if value is not ...}


def claims(*ids: str) -> list[dict[str, Any]]:
    return [{"id": name, "path": ["credentialSubject", name]} for name in ids]


def query(*credentials: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"credentials": list(credentials), **more}


def refusal(tree: Any) -> RequestRefused:
    with pytest.raises(RequestRefused) as refused:
        read_query(tree)
    return refused.value


def test_6_a_query_is_read_whole() -> None:
    asked = credential(
        claims=[{"path": ["credentialSubject", "achievement", None, 0], "values": ["A", 1, True]}], multiple=True,
        require_cryptographic_holder_binding=False,
    )  # fmt: skip
    tree = query(
        asked, credential(id="b"), credential_sets=[{"options": [["badge"], ["b"]], "required": False}]
    )
    types = tuple(frozenset(one) for one in BADGE_TYPES)
    claim = ClaimQuery(("credentialSubject", "achievement", None, 0), "", ("A", 1, True))
    first = CredentialQuery("badge", "ldp_vc", types, (claim,), (), multiple=True, bound=False)
    sets = (SetQuery((frozenset({"badge"}), frozenset({"b"})), required=False),)
    assert read_query(tree) == Query((first, CredentialQuery("b", "ldp_vc", types)), sets)


def test_6_1_the_defaults_are_one_credential_with_holder_binding() -> None:
    (asked,) = read_query(query(credential())).credentials
    assert (asked.multiple, asked.bound) == (False, True)


def test_6_2_a_set_is_required_unless_it_says_otherwise() -> None:
    (one,) = read_query(query(credential(), credential_sets=[{"options": [["badge"]]}])).sets
    assert one.required


def test_6_unknown_members_are_passed_over() -> None:
    strange = credential(
        meta={"type_values": BADGE_TYPES, "new": 1}, new=[], claims=[{"path": ["a"], "new": {}}]
    )
    tree = query(strange, new=None, credential_sets=[{"options": [["badge"]], "new": 7}])
    assert read_query(tree).named("badge") is not None
    assert read_query(tree).named("other") is None


def test_6_1_an_empty_meta_puts_no_constraint() -> None:
    for form in ("ldp_vc", "jwt_vc_json", "dc+sd-jwt"):
        (asked,) = read_query(query(credential(format=form, meta={}))).credentials
        assert asked.types == ()


def test_b_3_5_the_type_of_an_sd_jwt_is_one_of_its_vct_values() -> None:
    given = credential(format="dc+sd-jwt", meta={"vct_values": ["urn:a", "urn:b"]})
    (asked,) = read_query(query(given)).credentials
    assert asked.types == (frozenset({"urn:a"}), frozenset({"urn:b"}))


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        # 6: the query
        (None, ""), ([], ""), ("{}", ""),
        ({}, "/credentials"), (query(), "/credentials"), ({"credentials": {}}, "/credentials"),
        (query(7), "/credentials/0"),
        (query(credential(), credential_sets=[]), "/credential_sets"),
        (query(credential(), credential_sets={}), "/credential_sets"),
        # 6.1: a credential
        (query(credential(id=...)), "/credentials/0/id"), (query(credential(id="")), "/credentials/0/id"),
        (query(credential(id="a b")), "/credentials/0/id"), (query(credential(id="a\n")), "/credentials/0/id"),
        (query(credential(id=1)), "/credentials/0/id"), (query(credential(id="é")), "/credentials/0/id"),
        (query(credential(), credential()), "/credentials"),
        (query(credential(format=...)), "/credentials/0/format"),
        (query(credential(format="mso_mdoc")), "/credentials/0/format"),
        (query(credential(meta=...)), "/credentials/0/meta"), (query(credential(meta=[])), "/credentials/0/meta"),
        (query(credential(multiple="yes")), "/credentials/0/multiple"),
        (query(credential(require_cryptographic_holder_binding=0)),
         "/credentials/0/require_cryptographic_holder_binding"),
        (query(credential(claims=[])), "/credentials/0/claims"),
        (query(credential(claims={})), "/credentials/0/claims"),
        # 6.1.1: trusted authorities are refused plainly
        (query(credential(trusted_authorities=[{"type": "aki", "values": ["a"]}])),
         "/credentials/0/trusted_authorities"),
        (query(credential(trusted_authorities=[])), "/credentials/0/trusted_authorities"),
        # B.1.1 and B.3.5: types
        (query(credential(meta={"vct_values": ["a"]})), "/credentials/0/meta/type_values"),
        (query(credential(meta={"type_values": []})), "/credentials/0/meta/type_values"),
        (query(credential(meta={"type_values": ["a"]})), "/credentials/0/meta/type_values/0"),
        (query(credential(meta={"type_values": [[]]})), "/credentials/0/meta/type_values/0"),
        (query(credential(meta={"type_values": [[""]]})), "/credentials/0/meta/type_values/0/0"),
        (query(credential(format="dc+sd-jwt")), "/credentials/0/meta/vct_values"),
        (query(credential(format="dc+sd-jwt", meta={"vct_values": [7]})), "/credentials/0/meta/vct_values/0"),
        # 6.2: sets
        (query(credential(), credential_sets=[7]), "/credential_sets/0"),
        (query(credential(), credential_sets=[{}]), "/credential_sets/0/options"),
        (query(credential(), credential_sets=[{"options": []}]), "/credential_sets/0/options"),
        (query(credential(), credential_sets=[{"options": [[]]}]), "/credential_sets/0/options/0"),
        (query(credential(), credential_sets=[{"options": [["badge", "no"]]}]), "/credential_sets/0/options/0/1"),
        (query(credential(), credential_sets=[{"options": [["badge"]], "required": None}]),
         "/credential_sets/0/required"),
        # 6.3: claims
        (query(credential(claims=[7])), "/credentials/0/claims/0"),
        (query(credential(claims=[{}])), "/credentials/0/claims/0/path"),
        (query(credential(claims=[{"path": []}])), "/credentials/0/claims/0/path"),
        (query(credential(claims=[{"path": "a"}])), "/credentials/0/claims/0/path"),
        (query(credential(claims=[{"path": ["a"], "id": ""}])), "/credentials/0/claims/0/id"),
        (query(credential(claims=[{"path": ["a"], "values": []}])), "/credentials/0/claims/0/values"),
        (query(credential(claims=[{"path": ["a"], "values": [None]}])), "/credentials/0/claims/0/values/0"),
        (query(credential(claims=[{"path": ["a"], "values": [1.5]}])), "/credentials/0/claims/0/values/0"),
        (query(credential(claims=[{"path": ["a"], "values": [{}]}])), "/credentials/0/claims/0/values/0"),
        (query(credential(claims=[*claims("a"), {"id": "a", "path": ["b"]}])), "/credentials/0/claims"),
        (query(credential(claims=[{"path": ["a"]}, {"path": ["a"]}])), "/credentials/0/claims"),
        # 6.4.1: claim sets
        (query(credential(claim_sets=[["a"]])), "/credentials/0/claim_sets"),
        (query(credential(claims=claims("a"), claim_sets=[])), "/credentials/0/claim_sets"),
        (query(credential(claims=claims("a"), claim_sets=["a"])), "/credentials/0/claim_sets/0"),
        (query(credential(claims=claims("a"), claim_sets=[["b"]])), "/credentials/0/claim_sets/0/0"),
        (query(credential(claims=[*claims("a"), {"path": ["b"]}], claim_sets=[["a"]])),
         "/credentials/0/claim_sets"),
        # 7: a path
        (query(credential(claims=[{"path": [-1]}])), "/credentials/0/claims/0/path/0"),
        (query(credential(claims=[{"path": ["a", True]}])), "/credentials/0/claims/0/path/1"),
        (query(credential(claims=[{"path": ["a", 1.0]}])), "/credentials/0/claims/0/path/1"),
        (query(credential(claims=[{"path": [{}]}])), "/credentials/0/claims/0/path/0"),
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused_with_its_place(tree: Any, pointer: str) -> None:
    assert refusal(tree).pointer == pointer


@pytest.mark.parametrize(
    ("tree", "pointer"),
    [
        (query(*(credential(id=f"c{n}") for n in range(MAX_QUERIES + 1))), "/credentials"),
        (query(credential(claims=[{"path": [f"p{n}"]} for n in range(MAX_CLAIMS + 1)])), "/credentials/0/claims"),
        (query(credential(claims=[{"path": ["p"] * (MAX_PATH + 1)}])), "/credentials/0/claims/0/path"),
        (query(credential(claims=[{"path": ["p" * (LONGEST + 1)]}])), "/credentials/0/claims/0/path/0"),
        (query(credential(claims=[{"path": ["p"], "values": ["v" * (LONGEST + 1)]}])),
         "/credentials/0/claims/0/values/0"),
        (query(credential(meta={"type_values": [["t" * (LONGEST + 1)]]})), "/credentials/0/meta/type_values/0/0"),
        (query(credential(), credential_sets=[{"options": [["badge"]]}] * (MAX_QUERIES + 1)), "/credential_sets"),
        (query(credential(id="i" * 65)), "/credentials/0/id"),
    ],
)  # fmt: skip
def test_what_is_asked_for_has_bounds(tree: Any, pointer: str) -> None:
    assert refusal(tree).pointer == pointer


def test_a_refused_format_names_those_that_are_verified() -> None:
    assert "ldp_vc" in refusal(query(credential(format="mso_mdoc"))).hint


def test_the_examples_of_the_specification_are_read_or_refused_for_their_format() -> None:
    folder = corpora_path() / "wallet" / "oid4vp-1.0"
    if not folder.is_dir():
        pytest.skip("the examples of OpenID4VP are not among the corpora")
    examples = [*(folder / "query_lang").glob("*.json"), *(folder / "request").glob("dcql_*.json")]
    assert len(examples) >= 9
    for path in examples:
        tree = json.loads(path.read_bytes())
        if "mso_mdoc" in {asked["format"] for asked in tree["credentials"]}:
            assert refusal(tree).pointer.endswith("/format"), path.name
        else:
            assert len(read_query(tree).credentials) == len(tree["credentials"]), path.name
