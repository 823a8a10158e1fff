"""JSON text, strictly: the public parsing suite, each refusal with its code and place, and the way back."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.envelopes import read_json, write_json
from gateway.envelopes.json_text import _NOT_SOUND, MAX_INTEGER, _at_once, _by_and_by
from gateway.envelopes.limits import MAX_BYTES, MAX_DEPTH, MAX_VALUES
from gateway.errors import EnvelopeRefused
from tests.conftest import corpora_path

FOLDER = corpora_path() / "security" / "json" / "test_parsing"
CASES = sorted(FOLDER.glob("*.json"))
STRICTER = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
"""Allowed by RFC 8259 and refused here, because readers disagree on which of the two counts."""


def outcome(data: bytes) -> str:
    try:
        read_json(data)
    except EnvelopeRefused as refusal:
        return refusal.code
    return ""


def test_the_whole_parsing_suite_is_here(corpora: Path) -> None:
    kinds = [path.name[0] for path in CASES]
    assert {kind: kinds.count(kind) for kind in "yni"} == {"y": 95, "n": 188, "i": 35}


@pytest.mark.parametrize("path", [path for path in CASES if path.name[0] == "y"], ids=lambda path: path.stem)
def test_what_every_parser_must_accept_is_accepted(path: Path) -> None:
    if path.name in STRICTER:
        assert outcome(path.read_bytes()) == "duplicate_key"
    else:
        assert read_json(path.read_bytes()) == json.loads(path.read_bytes())


@pytest.mark.parametrize("path", [path for path in CASES if path.name[0] == "n"], ids=lambda path: path.stem)
def test_what_no_parser_may_accept_is_refused(path: Path) -> None:
    assert outcome(path.read_bytes())


@pytest.mark.parametrize("path", [path for path in CASES if path.name[0] == "i"], ids=lambda path: path.stem)
def test_what_parsers_may_decide_is_accepted_or_refused_with_a_code(path: Path) -> None:
    assert outcome(path.read_bytes()) in {
        "", "wrong_encoding", "not_an_interoperable_number", "nesting_too_deep", "malformed_json",
    }  # fmt: skip


REFUSED = [
    (b"", "malformed_json", "line 1 column 1"),
    (b'{\n  "a": 1,\n}', "malformed_json", "line 3 column 1"),
    (b'{"a": 1} {"b": 2}', "malformed_json", "line 1 column 10"),
    (b'{"a": "x', "malformed_json", "line 1 column 7"),
    (b'{"a": "\x01"}', "malformed_json", "line 1 column 8"),
    (b'{"a": 1, "a": 1}', "duplicate_key", "/a"),
    (b'{"a": 1, "\\u0061": 2}', "duplicate_key", "/a"),
    (b'{"s": [{"x": 1}, {"t/u~": 1, "t/u~": 2}]}', "duplicate_key", "/s/1/t~1u~0"),
    (b'{"a": [0, NaN]}', "not_an_interoperable_number", "/a/1"),
    (b'{"a": -Infinity}', "not_an_interoperable_number", "/a"),
    (b'{"a": 1e999}', "not_an_interoperable_number", "/a"),
    (b'{"a": 9007199254740992}', "not_an_interoperable_number", "/a"),
    (b'{"a": -9007199254740992}', "not_an_interoperable_number", "/a"),
    (b'{"a": ' + b"1" * 100_000 + b"}", "not_an_interoperable_number", "/a"),
    (b'{"a": "\\ud800"}', "wrong_encoding", "/a"),
    (b'{"a": {"\\udfff": 1}}', "wrong_encoding", "/a"),
    (b'{"a": "\xff"}', "wrong_encoding", "byte 7"),
    ('{"a": "é"}'.encode("latin-1"), "wrong_encoding", "byte 7"),
    ("{}".encode("utf-16"), "wrong_encoding", "byte 0"),
    (b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), "nesting_too_deep", "/0" * (MAX_DEPTH + 1)),
    (b"[" * 100_000, "nesting_too_deep", f"byte {MAX_DEPTH}"),
    (b"[" + b"0," * MAX_VALUES + b"0]", "too_many_elements", ""),
    (b" " * (MAX_BYTES + 1), "too_large", ""),
]


@pytest.mark.parametrize(("data", "code", "pointer"), REFUSED, ids=lambda value: ascii(value)[:30])
def test_each_refusal_has_its_code_and_says_where(data: bytes, code: str, pointer: str) -> None:
    with pytest.raises(EnvelopeRefused) as refusal:
        read_json(data)
    assert refusal.value.code == code
    assert refusal.value.pointer == pointer
    assert refusal.value.hint


@pytest.mark.parametrize("code", ["duplicate_key", "wrong_encoding", "malformed_json"])
def test_a_refusal_does_not_repeat_the_values(code: str) -> None:
    data = {
        "duplicate_key": b'{"name": "Secret Person", "name": "Secret Person"}',
        "wrong_encoding": b'{"name": "Secret Person \\ud800"}',
        "malformed_json": b'{"name": "Secret Person" "x"}',
    }[code]
    with pytest.raises(EnvelopeRefused) as refusal:
        read_json(data)
    assert refusal.value.code == code
    assert "Secret" not in json.dumps(refusal.value.problem())


ACCEPTED = [
    (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    (b"9007199254740991", 9007199254740991),
    (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
    (b'"\\ud83d\\ude00"', "\U0001f600"),
    (b'{"__proto__": 1, "": 2}', {"__proto__": 1, "": 2}),
    (b"1e5", 100000.0),
    (b"-0", 0),
]


@pytest.mark.parametrize(("data", "value"), ACCEPTED, ids=lambda value: ascii(value)[:30])
def test_the_edge_of_what_is_accepted(data: bytes, value: Any) -> None:
    found = read_json(data)
    assert value is None or found == value


@pytest.mark.parametrize(
    "data",
    [b"[" + b"0," * 4_000_000 + b"0]", b"[" + b"[]," * 2_700_000 + b"[]]",
     b"{" + b'"a":0,' * 1_300_000 + b'"a":0}',
     b"1" * 8_000_000,
     b'"' + b"a" * 8_000_000 + b'"', b"0." + b"1" * 8_000_000],
    ids=["numbers", "lists", "keys", "digits", "text", "fraction"],
)  # fmt: skip
def test_the_worst_document_of_the_size_allowed_takes_little_time(data: bytes) -> None:
    # Beside the plain parser in the same run: how fast the machine is, and what else it does, drops out.
    plain = seconds(lambda: json.loads(data, parse_int=float))
    assert seconds(lambda: outcome(data)) < 4 * plain + 0.5


def seconds(work: Callable[[], object]) -> float:
    """Processor time of some work, whatever it raises."""
    began = time.process_time()
    with contextlib.suppress(ValueError):
        work()
    return time.process_time() - began


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)


@given(TREES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back_in_the_same_order(tree: Any) -> None:
    back = read_json(write_json(tree))
    assert back == tree
    assert json.dumps(back) == json.dumps(tree)


@given(st.binary(max_size=40) | TREES.map(lambda tree: json.dumps(tree).encode()[:-1]))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    outcome(data)


@given(TREES, st.sampled_from([None, 1, "\t"]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_sound_document_is_found_so_at_once(tree: Any, indent: Any, ascii_only: bool) -> None:
    data = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode()
    at_once, by_and_by = _at_once(data), _by_and_by(data)
    assert json.dumps(by_and_by) == json.dumps(tree)
    assert at_once is _NOT_SOUND or json.dumps(at_once) == json.dumps(tree)
    numbers: list[float] = []
    json.loads(data, parse_float=lambda text: numbers.append(float(text)))
    assert (at_once is _NOT_SOUND) is any(abs(number) > MAX_INTEGER for number in numbers)


TWICE = [
    b'{"a":1,"a":1}', b'{"a" :1,"a":":2"}', b'{"a":{"b":1,"\\u0062":2}}', b'[{"":0,"":""}]',
    b'{"\\\\":"\\"","\\\\":"\\""}',
    b'{"a":"\\\\","a":"\\\\\\""}', b'{"a":[],"b":"\\":","a":"x"}', b'{"a\\"":1,"a\\"":2}',
]  # fmt: skip


@pytest.mark.parametrize("data", TWICE, ids=ascii)
def test_a_key_that_stands_twice_is_found_however_it_is_written(data: bytes) -> None:
    assert _at_once(data) is _NOT_SOUND
    assert outcome(data) == "duplicate_key"


NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)


@given(NUMBERS)
@settings(max_examples=400, deadline=None)
def test_a_number_read_at_once_is_the_one_that_is_written(text: str) -> None:
    found = _at_once(text.encode())
    assert found is _NOT_SOUND or repr(found) == repr(json.loads(text))
