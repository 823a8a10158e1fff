"""The tree of errors: codes are an interface, errors cross processes, and each makes a problem document."""

from __future__ import annotations

import json
import pickle
import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import errors
from gateway.errors import GatewayError


def tree(kind: type[GatewayError] = GatewayError) -> list[type[GatewayError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]


OWN = [kind for kind in tree() if kind.__module__.startswith("gateway.errors.")]
NAMED = [
    kind
    for kind in OWN
    if not any(other.__module__.startswith("gateway.errors.") for other in kind.__subclasses__())
]

PINNED = {
    "canonicalization_too_complex", "comment_in_value", "did_not_found", "doctype_forbidden", "duplicate_key",
    "fetch_failed", "fetch_refused", "format_unknown", "key_invalid", "loss_refused", "malformed_json",
    "malformed_xml", "nesting_too_deep", "no_subject", "not_a_credential", "not_an_interoperable_number",
    "proof_invalid", "proof_malformed", "protected_term_redefinition", "several_subjects", "too_large",
    "too_many_elements", "undefined_term", "unknown_context", "unsafe_jsonld", "wrong_encoding",
}  # fmt: skip
"""Codes that others rely on: one may be added, none renamed or taken away."""


def test_every_class_is_listed() -> None:
    assert {kind.__name__ for kind in OWN} == set(errors.__all__)
    assert errors.__all__.count("GatewayError") == 1


def test_codes_are_unique_and_look_alike() -> None:
    codes = [kind.code for kind in OWN]
    assert sorted(codes) == sorted(set(codes))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", code) for code in codes)


def test_published_codes_stay() -> None:
    assert {kind.code for kind in OWN} >= PINNED


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.code)
def test_status_and_exit_code_agree_with_the_branch(kind: type[GatewayError]) -> None:
    if issubclass(kind, errors.InputRefused):
        assert (400 <= kind.status < 500, kind.exit_code) == (True, 2)
    elif issubclass(kind, errors.LossRefused):
        assert (kind.status, kind.exit_code) == (422, 1)
    else:
        assert (kind.status >= 400, kind.exit_code) == (True, 3)


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.code)
def test_an_error_has_words_of_its_own(kind: type[GatewayError]) -> None:
    assert kind.code != GatewayError.code
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")
    assert kind.default_hint == "" or kind.default_hint.endswith((".", "?"))


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.code)
def test_an_error_survives_pickling_with_all_it_says(kind: type[GatewayError]) -> None:
    error = kind("what happened", pointer="/a/0", hint="what to do")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (back.detail, back.pointer, back.hint, str(back)) == (
        "what happened",
        "/a/0",
        "what to do",
        "what happened",
    )
    assert back.problem() == error.problem()


def raise_somewhere() -> None:
    raise errors.UnknownContext("unknown", pointer="/@context/1")


def test_an_error_crosses_a_process() -> None:
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        pytest.raises(errors.UnknownContext) as refusal,
    ):
        pool.submit(raise_somewhere).result()
    assert refusal.value.pointer == "/@context/1"
    assert refusal.value.hint == errors.UnknownContext.default_hint


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.code)
def test_a_problem_document_has_the_members_of_rfc_9457(kind: type[GatewayError]) -> None:
    problem = kind("what happened", pointer="/a").problem()
    assert problem["type"] == f"urn:microcredential-gateway:error:{kind.code}"
    assert problem["title"] == kind.title
    assert problem["status"] == kind.status
    assert problem["code"] == kind.code
    assert problem["detail"] == "what happened"
    assert problem["pointer"] == "/a"
    assert problem.get("hint", "") == kind.default_hint


def test_a_problem_document_leaves_out_what_is_empty() -> None:
    problem = errors.NotFound("not there").problem()
    assert "pointer" not in problem
    assert "hint" not in problem


def test_a_hint_of_the_occurrence_goes_before_the_general_one() -> None:
    assert errors.MalformedJson("x").hint == errors.MalformedJson.default_hint
    assert errors.MalformedJson("x", hint="own").hint == "own"


@given(st.text(), st.text(), st.text())
def test_problem_documents_are_json_whatever_they_say(detail: str, pointer: str, hint: str) -> None:
    problem = errors.ProofInvalid(detail, pointer=pointer, hint=hint).problem()
    assert json.loads(json.dumps(problem)) == problem
