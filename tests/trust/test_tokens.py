"""Signed tokens: read strictly, held only by the right key, and never a foreign exception."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import TrustListMalformed
from gateway.keys import public_key_of
from gateway.trust.entity_statements import read_entity_statement
from gateway.trust.tokens import holds, moment, read_token
from tests.trust.lists import a_key, base64url, jwt

KEY = a_key(1)
TWICE, NOT_A_NUMBER = base64url(b'{"a":1,"a":2}'), base64url(b'{"a":NaN}')


def test_a_token_holds_by_its_key_alone() -> None:
    token = read_token(jwt({}, {"a": 1}, KEY).encode() + b"\n")
    assert token.payload == {"a": 1}
    assert holds(token, public_key_of(KEY))
    assert not holds(token, public_key_of(a_key(2)))
    assert not holds(token, public_key_of(a_key(1, "p256")))


@pytest.mark.parametrize("alg", ["none", "HS256", "ES256", "RS256", "PS256", "", None, 1, ["EdDSA"]])
def test_another_algorithm_than_the_keys_does_not_hold(alg: Any) -> None:
    assert not holds(read_token(jwt({"alg": alg}, {"a": 1}, KEY).encode()), public_key_of(KEY))


def test_any_changed_byte_does_not_hold() -> None:
    text = jwt({}, {"a": 1}, KEY)
    for position in range(len(text)):
        changed = text[:position] + ("A" if text[position] != "A" else "B") + text[position + 1 :]
        try:
            token = read_token(changed.encode())
        except TrustListMalformed:
            continue
        assert not holds(token, public_key_of(KEY))


@pytest.mark.parametrize(
    "token",
    [
        "", ".", "..", "a.b", "a.b.c", "a.b.c.d", "e30.e30.A", "e30.W10.AA", "bnVsbA.e30.AA",
        "e30.e30=.AA", "e30 .e30.AA", "é.e30.AA", f"e30.{base64url(b'[' * 100_000)}.AA",
        f"e30.{TWICE}.AA", f"e30.{NOT_A_NUMBER}.AA", "e31.e30.AA",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TrustListMalformed):
        read_token(token.encode())


@pytest.mark.parametrize("value", ["1", True, [], 1e300, -1e300, 10**15])
def test_what_is_no_date_is_refused(value: Any) -> None:
    with pytest.raises(TrustListMalformed):
        moment(value)


SHORT = st.text(max_size=4)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), SHORT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(SHORT, inner, max_size=3)),
    max_leaves=6,
)
CLAIMS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("iss", "sub", "iat", "exp", "jwks", "authority_hints", "metadata"), JSON)
)


@given(CLAIMS, st.one_of(st.just("entity-statement+jwt"), JSON))
def test_any_claims_are_a_statement_or_refused(claims: dict[str, Any], kind: Any) -> None:
    header = base64url(json.dumps({"typ": kind}).encode())
    with contextlib.suppress(TrustListMalformed):
        found = read_entity_statement(f"{header}.{base64url(json.dumps(claims).encode())}.AA".encode())
        assert isinstance(found.metadata, dict)
