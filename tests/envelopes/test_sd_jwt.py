"""SD-JWT: disclosures put into the places that the token's digests name, and whatever does not fit refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.envelopes import open_envelope
from gateway.envelopes.jwt import base64url_encode
from gateway.envelopes.sd_jwt import digest_of, is_sd_jwt, read_sd_jwt
from gateway.errors import MalformedJwt

HEADER = {"alg": "EdDSA", "typ": "dc+sd-jwt"}


def part(value: Any) -> str:
    return base64url_encode(json.dumps(value).encode())


def digest(told: list[Any], algorithm: str = "sha-256") -> str:
    return digest_of(part(told).encode(), algorithm)


def sd_jwt(payload: dict[str, Any], *disclosures: list[Any], end: str = "") -> bytes:
    texts = "".join(f"{part(told)}~" for told in disclosures)
    return f"{part(HEADER)}.{part(payload)}.c2ln~{texts}{end}".encode()


NAME, COURSE = ["c2FsdDE", "family_name", "Sample"], ["c2FsdDI", "Soldering"]
NESTED = ["c2FsdDM", "address", {"_sd": [digest(["c2FsdDQ", "country", "DE"])]}]
COUNTRY = ["c2FsdDQ", "country", "DE"]


def test_what_is_disclosed_stands_where_its_digest_stood() -> None:
    payload = {"iss": "x", "_sd": [digest(NAME), digest(NESTED)], "courses": ["Glueing", {"...": digest(COURSE)}],
               "_sd_alg": "sha-256"}  # fmt: skip
    found = read_sd_jwt(sd_jwt(payload, NAME, COURSE, NESTED, COUNTRY))
    assert found.claims == {
        "iss": "x", "courses": ["Glueing", "Soldering"], "family_name": "Sample", "address": {"country": "DE"},
    }  # fmt: skip
    assert found.kept_back == 0


def test_what_is_kept_back_leaves_no_trace_but_its_count() -> None:
    payload = {"iss": "x", "_sd": [digest(NAME)], "courses": ["Glueing", {"...": digest(COURSE)}]}
    found = read_sd_jwt(sd_jwt(payload))
    assert found.claims == {"iss": "x", "courses": ["Glueing"]}
    assert found.kept_back == 2


@pytest.mark.parametrize("algorithm", ["sha-384", "sha-512"])
def test_other_digests_are_known(algorithm: str) -> None:
    payload = {"_sd": [digest(NAME, algorithm)], "_sd_alg": algorithm}
    assert read_sd_jwt(sd_jwt(payload, NAME)).claims == {"family_name": "Sample"}


def deep(levels: int) -> bytes:
    told: list[Any] = ["c2FsdA", "n", 1]
    disclosures = [told]
    for _ in range(levels):
        told = ["c2FsdA", "n", {"_sd": [digest(told)]}]
        disclosures.append(told)
    return sd_jwt({"_sd": [digest(told)]}, *disclosures)


REFUSED = {
    "a disclosure nobody names": sd_jwt({"iss": "x"}, NAME),
    "a disclosure given twice": sd_jwt({"_sd": [digest(NAME)]}, NAME, NAME),
    "a digest that stands twice": sd_jwt({"_sd": [digest(NAME), digest(NAME)]}, NAME),
    "a digest that stands twice, kept back": sd_jwt({"_sd": [digest(NAME)], "a": {"_sd": [digest(NAME)]}}),
    "a claim that is there already": sd_jwt({"family_name": "Other", "_sd": [digest(NAME)]}, NAME),
    "the issuer disclosed apart": sd_jwt({"_sd": [digest(["s", "iss", "x"])]}, ["s", "iss", "x"]),
    "the holder's key disclosed apart": sd_jwt({"_sd": [digest(["s", "cnf", {}])]}, ["s", "cnf", {}]),
    "digests disclosed": sd_jwt({"_sd": [digest(["s", "_sd", []])]}, ["s", "_sd", []]),
    "an item among members": sd_jwt({"_sd": [digest(COURSE)]}, COURSE),
    "a member among items": sd_jwt({"a": [{"...": digest(NAME)}]}, NAME),
    "an item's digest with company": sd_jwt({"a": [{"...": digest(COURSE), "b": 1}]}, COURSE),
    "an item's digest outside a list": sd_jwt({"a": {"...": digest(COURSE)}}, COURSE),
    "digests that are no list": sd_jwt({"_sd": digest(NAME)}, NAME),
    "a digest that is no text": sd_jwt({"_sd": [5]}),
    "an unknown digest": sd_jwt({"_sd_alg": "md5"}),
    "a digest that is no name": sd_jwt({"_sd_alg": ["sha-256"]}),
    "a disclosure of one": sd_jwt({"_sd": [digest(["s"])]}, ["s"]),
    "a disclosure that is an object": sd_jwt({"iss": "x"}, {"s": 1}),  # type: ignore[arg-type]
    "a name that is no text": sd_jwt({"_sd": [digest(["s", 5, "x"])]}, ["s", 5, "x"]),
    "too deep": deep(80),
    "too many": sd_jwt({"iss": "x"}, *(["s", str(n), n] for n in range(2001))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused(name: str) -> None:
    assert is_sd_jwt(REFUSED[name])
    with pytest.raises(MalformedJwt):
        open_envelope(REFUSED[name])


def test_a_credential_of_the_w3c_is_read_without_the_claims_of_its_token() -> None:
    payload = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "vct": "x",
        "iss": "y",
        "cnf": {},
        "_sd": [digest(NAME)],
    }
    tree = open_envelope(sd_jwt(payload, NAME)).tree
    assert tree == {"@context": ["https://www.w3.org/ns/credentials/v2"], "family_name": "Sample"}


def test_the_holders_token_is_taken_apart_and_signs_for_all_that_stands_before_it() -> None:
    binding = f"{part({'typ': 'kb+jwt'})}.{part({'nonce': 'n'})}.c2ln"
    data = sd_jwt({"_sd": [digest(NAME)]}, NAME, end=binding)
    found = read_sd_jwt(data)
    assert found.key_binding is not None
    assert found.key_binding.payload == {"nonce": "n"}
    assert found.shown == data.removesuffix(binding.encode())
