"""JAdES seals: what holds, and what does not for which reason."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.envelopes.jwt import base64url_decode, base64url_encode
from gateway.proofs.jades import verify_jades
from gateway.proofs.secured import Secured
from gateway.report import Verdict
from tests.jades import as_bytes, jades, to_be_sealed
from tests.pki import (
    ORGANIZATION,
    OTHER,
    SEALED,
    SHORT,
    intermediate,
    root,
    seal,
    stranger,
    untrusted_stamper,
)

Json = dict[str, Any]
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ANCHORS = (root().der,)
GENUINE = jades(to_be_sealed())


def verified(tree: Json, **options: Any) -> Secured:
    (secured,) = verify_jades(as_bytes(tree), NOW, **{"anchors": ANCHORS, **options})
    return secured


def codes(secured: Secured) -> set[str]:
    return {check.code for check in secured.checks if check.verdict is not Verdict.VALID}


def test_a_genuine_seal_holds_and_names_who_sealed_and_when() -> None:
    secured = verified(GENUINE)
    assert secured.verdict is Verdict.VALID
    assert secured.organization == ORGANIZATION
    assert secured.certificates[-1] == root().der
    assert secured.signed_at == secured.claimed_at == SEALED


@pytest.mark.parametrize(("kind", "algorithm"), [
    ("rsa", "RS256"), ("rsa", "RS512"), ("rsa", "PS256"), ("p256", "ES256"), ("p384", "ES384"),
])  # fmt: skip
def test_every_algorithm_of_the_table_holds(kind: str, algorithm: str) -> None:
    assert verified(jades("{}", seal(kind), algorithm=algorithm)).verdict is Verdict.VALID


def flipped(text: str, position: int) -> str:
    """The text with one character changed to another one of base64url."""
    replaced = "B" if text[position] == "A" else "A"
    return text[:position] + replaced + text[position + 1 :]


@pytest.mark.parametrize("part", ["payload", "protected", "signature"])
def test_one_changed_character_anywhere_breaks_it(part: str) -> None:
    tree = json.loads(as_bytes(GENUINE))
    holder = tree if part == "payload" else tree["signatures"][0]
    genuine = holder[part]
    for position in range(0, len(genuine), max(len(genuine) // 150, 1)):
        holder[part] = flipped(genuine, position)
        secured = verified(tree)
        assert secured.verdict is Verdict.INVALID, (part, position)
        assert not secured.organization
    holder[part] = flipped(genuine, len(genuine) - 1)
    assert verified(tree).verdict is Verdict.INVALID


def without(name: str) -> Callable[[Json], None]:
    return lambda header: header.__delitem__(name)


def with_members(**members: Any) -> Callable[[Json], None]:
    return lambda header: header.update(members)


@pytest.mark.parametrize(("change", "code"), [
    (with_members(alg="none"), "algorithm_forbidden"),
    (with_members(alg="HS256"), "algorithm_forbidden"),
    (with_members(alg=["RS256"]), "algorithm_forbidden"),
    (with_members(alg="ES256"), "key_kind_mismatch"),
    (with_members(crit=["b64", "exp"]), "critical_header"),
    (with_members(crit=["b64", "sigT", "new"], new=1), "critical_header"),
    (with_members(crit=["b64", "b64"]), "critical_header"),
    (with_members(crit=["b64", {}]), "critical_header"),
    (with_members(crit=[]), "critical_header"),
    (with_members(crit=["sigT"]), "critical_header"),
    (with_members(b64=True), "critical_header"),
    (with_members(b64="false"), "critical_header"),
    (without("b64"), "critical_header"),
    (without("crit"), "critical_header"),
    (with_members(sigD={}), "critical_header"),
    (without("x5c"), "certificate_missing"),
    (with_members(x5c=[]), "certificate_missing"),
    (with_members(x5c=["?"]), "certificate_malformed"),
    (with_members(x5c=["AAAA"]), "certificate_swapped"),
    (with_members(**{"x5t#S256": base64url_encode(hashlib.sha256(b"another").digest())}), "certificate_swapped"),
    (with_members(**{"x5t#S256": 1}), "certificate_swapped"),
])  # fmt: skip
def test_headers_that_say_something_else_are_refused(change: Callable[[Json], None], code: str) -> None:
    tree = json.loads(as_bytes(GENUINE))
    signature = tree["signatures"][0]
    header = json.loads(base64url_decode(signature["protected"]))
    change(header)
    signature["protected"] = base64url_encode(json.dumps(header).encode())
    secured = verified(tree)
    assert secured.verdict is Verdict.INVALID
    assert code in codes(secured)


def test_an_algorithm_signed_into_the_header_is_still_refused() -> None:
    assert "critical_header" in codes(verified(jades("{}", change=with_members(crit=["b64", "x"], x=1))))
    assert "critical_header" in codes(verified(jades("{}", change=without("b64"))))


def test_another_certificate_of_the_same_key_is_not_taken_for_the_one_that_signed() -> None:
    other = seal(organization=OTHER)
    swap = with_members(x5c=[base64.b64encode(der).decode() for der in (other.der, intermediate().der)])
    assert "certificate_swapped" in codes(verified(jades("{}", change=swap)))


def test_unsigned_parameters_cannot_replace_signed_ones() -> None:
    for name in ("alg", "crit", "b64", "x5c", "sigT"):
        tree = json.loads(as_bytes(GENUINE))
        tree["signatures"][0]["header"][name] = "x"
        assert "seal_malformed" in codes(verified(tree)), name


def test_a_certificate_may_be_named_by_its_digest_alone() -> None:
    tree = jades("{}", change=without("x5c"))
    value = {"xVals": [{"x509Cert": {"val": base64.b64encode(der).decode()}}
                       for der in (intermediate().der, seal().der)]}  # fmt: skip
    tree["signatures"][0]["header"]["etsiU"] = [value]
    assert verified(tree).organization == ORGANIZATION


# --- certificates and time ------------------------------------------------------------------------


def test_an_expired_certificate_holds_when_a_timestamp_proves_that_it_held() -> None:
    secured = verified(jades("{}", seal(period=SHORT)))
    assert secured.verdict is Verdict.VALID
    assert secured.signed_at == SEALED


@pytest.mark.parametrize(
    "options", [{"stamped": None}, {"stamper": untrusted_stamper()}], ids=["none", "untrusted"]
)
def test_without_a_trusted_timestamp_it_is_open_but_for_archives(options: Json) -> None:
    tree = jades("{}", seal(period=SHORT), **options)
    secured = verified(tree)
    assert secured.verdict is Verdict.UNDETERMINED
    assert "certificate_expired" in codes(secured)
    assert verified(tree, at_signing=True).verdict is Verdict.VALID


def test_a_seal_that_says_it_was_made_too_late_is_invalid() -> None:
    late = with_members(sigT="2026-05-01T00:00:00Z")
    assert verified(jades("{}", seal(period=SHORT), change=late, stamped=None)).verdict is Verdict.INVALID
    future = with_members(sigT="2027-05-01T00:00:00Z")
    assert "proof_from_the_future" in codes(verified(jades("{}", change=future, stamped=None)))


def test_an_untrusted_chain_is_open_and_names_nobody() -> None:
    secured = verified(GENUINE, anchors=(stranger().der,))
    assert secured.verdict is Verdict.UNDETERMINED
    assert secured.signed
    assert not secured.organization


def test_a_timestamp_of_another_signature_proves_no_time() -> None:
    tree = jades("{}", seal(period=SHORT))
    tree["signatures"][0]["header"]["etsiU"] = jades("[]", seal())["signatures"][0]["header"]["etsiU"]
    secured = verified(tree)
    assert secured.signed_at is None
    assert "timestamp_of_other_data" in codes(secured)


def test_the_earliest_trusted_timestamp_counts() -> None:
    tree = jades("{}", stamped=SEALED + timedelta(days=1))
    assert verified(tree).signed_at == SEALED + timedelta(days=1)


# --- what is no seal ------------------------------------------------------------------------------


@pytest.mark.parametrize("tree", [
    {"payload": "{}", "signatures": []}, {"payload": "{}", "signatures": [{}] * 9},
    {"payload": {}, "signatures": [{}]}, {"payload": "{}", "signatures": {}}, {"payload": "{}", "signatures": [1]},
    {"payload": "{}", "signatures": [{"protected": 1}]}, {"payload": "{}", "signatures": [{"protected": "W10"}]},
    {"payload": "{}", "signatures": [{"protected": "e30", "signature": 1}]},
    {"payload": "{}", "signatures": [{"protected": "e30", "signature": "", "header": []}]},
    {"payload": "{}", "signatures": [{"protected": "e3", "signature": ""}]},
    {"payload": "\ud800", "signatures": [{"protected": "e30", "signature": ""}]},
])  # fmt: skip
def test_what_is_no_seal_is_invalid_and_breaks_nothing(tree: Json) -> None:
    found = verify_jades(json.dumps(tree).encode(), NOW, anchors=ANCHORS)
    assert found
    assert all(secured.verdict is Verdict.INVALID for secured in found)


@pytest.mark.parametrize("values", [
    1, [1, "?", "bm8"], [{"sigTst": 1}], [{"sigTst": {"tstTokens": [1, {}, {"val": 1}, {"val": "?"}]}}],
    [{"xVals": [1, {}, {"x509Cert": 1}, {"x509Cert": {"val": "?"}}, {"x509Cert": {"val": "AAAA"}}]}],
])  # fmt: skip
def test_odd_unsigned_properties_change_nothing(values: Any) -> None:
    tree = json.loads(as_bytes(GENUINE))
    tree["signatures"][0]["header"] = {"etsiU": values}
    assert verified(tree).verdict is Verdict.VALID


ODD: list[Any] = [None, True, 0, 10**30, 1.5, "", "x", [], [1], {}, {"val": 1}, [[]], "\u0000"]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of every value in a tree but the root."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield (*path, name)
        yield from places(inner, (*path, name))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    copied = json.loads(json.dumps(value))
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = by
    return copied


def test_no_value_of_a_seal_breaks_its_verification() -> None:
    small = jades("{}", seal("p256"), algorithm="ES256")
    header = json.loads(base64url_decode(small["signatures"][0]["protected"]))
    clear = [json.loads(base64url_decode(e)) for e in small["signatures"][0]["header"]["etsiU"]]
    small["signatures"][0]["header"]["etsiU"] = clear
    for place in places(small):
        for odd in ODD:
            assert verify_jades(as_bytes(replaced(small, place, odd)), NOW, anchors=ANCHORS)
    for place in places(header):
        for odd in ODD:
            protected = base64url_encode(json.dumps(replaced(header, place, odd)).encode())
            tree = replaced(small, ("signatures", 0, "protected"), protected)
            assert verified(tree).verdict is Verdict.INVALID, (place, odd)
