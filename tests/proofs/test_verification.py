"""Verifying proofs of our own documents: every question its own check, and no input that raises."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import keys
from gateway.errors import GatewayError, ProofMalformed
from gateway.jsonld import Contexts, bundled
from gateway.pointers import join
from gateway.proofs import (
    attach,
    prepare,
    verification_methods,
)
from gateway.report import Verdict
from tests.proofs.parts import (
    DATE_TIME,
    DOCUMENT,
    OB_3,
    SEC,
    SUITES,
    VCDM_1,
    VCDM_2,
    checks_of,
    method_of,
    seed_of,
    signed,
    verdict_of,
)

# --- one proof ---------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", SUITES)
def test_a_signed_document_is_valid_in_every_check(suite: str) -> None:
    checks = checks_of(signed(suite=suite))
    assert set(checks) == {"proof.structure", "proof.purpose", "proof.created", "proof.signature"}
    assert {check.verdict for check in checks.values()} == {Verdict.VALID}


@pytest.mark.parametrize("suite", SUITES)
def test_signing_leaves_the_document_as_it_was(suite: str) -> None:
    before = copy.deepcopy(DOCUMENT)
    made = signed(DOCUMENT, suite=suite)
    assert before == DOCUMENT
    assert {name: value for name, value in made.items() if name != "proof"} == before


@pytest.mark.parametrize("suite", SUITES)
def test_a_proof_that_is_no_array_is_verified_too(suite: str) -> None:
    document = signed(suite=suite)
    document["proof"] = document["proof"][0]
    assert verdict_of(document, "/proof") is Verdict.VALID


@pytest.mark.parametrize("suite", SUITES)
def test_a_vcdm_1_document_gets_the_context_its_proof_needs(suite: str) -> None:
    document = {
        "@context": [VCDM_1],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:school",
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:learner"},
    }
    made = signed(document, suite=suite)
    assert made["@context"][-1] == "https://w3id.org/security/data-integrity/v2"
    assert verdict_of(made) is Verdict.VALID


@pytest.mark.parametrize("suite", SUITES)
def test_a_tampered_document_is_invalid_and_the_rest_still_told(suite: str) -> None:
    document = signed(suite=suite)
    document["credentialSubject"]["achievement"]["name"] = "Surgery"
    checks = checks_of(document)
    assert checks["proof.signature"].verdict is Verdict.INVALID
    assert checks["proof.signature"].code == "proof_invalid"
    assert checks["proof.created"].verdict is Verdict.VALID


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("name", ["created", "proofPurpose", "verificationMethod", "nonce", "domain", "id"])
def test_tampered_proof_options_are_invalid(suite: str, name: str) -> None:
    document = signed(
        suite=suite, nonce="n", domain="a.example", id="urn:uuid:00000000-0000-4000-8000-000000000009"
    )
    other = {"created": "2026-02-01T00:00:01Z", "verificationMethod": method_of(1), "id": "urn:uuid:x"}
    document["proof"][0][name] = other.get(name, "other")
    assert checks_of(document)["proof.signature"].verdict is Verdict.INVALID


def test_the_signature_of_another_suite_is_invalid() -> None:
    document = signed(suite=SUITES[0])
    document["proof"][0]["cryptosuite"] = SUITES[1]
    assert verdict_of(document) is Verdict.INVALID


def test_the_hint_says_when_implementations_differ() -> None:
    document = signed({**DOCUMENT, "name": "a\x01b"})
    document["proof"][0]["created"] = "2026-02-01T00:00:01Z"
    assert "implementations differ" in checks_of(document)["proof.signature"].hint


# --- expectations --------------------------------------------------------------------------------


def test_another_purpose_than_expected_is_invalid() -> None:
    document = signed(proofPurpose="authentication")
    checks = checks_of(document)
    assert checks["proof.purpose"].code == "proof_purpose_mismatch"
    assert checks["proof.purpose"].pointer == "/proof/0/proofPurpose"
    assert checks["proof.signature"].verdict is Verdict.VALID
    assert verdict_of(document, purpose="authentication") is Verdict.VALID


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [("2026-03-01T11:58:59Z", Verdict.INVALID), ("2026-03-01T11:59:30Z", Verdict.VALID),
     ("2026-03-01T12:58:00+01:00", Verdict.INVALID), ("2027-01-01T00:00:00.5Z", Verdict.VALID)],
)  # fmt: skip
def test_an_expired_proof_is_invalid_a_minute_of_skew_allowed(expires: str, verdict: Verdict) -> None:
    assert checks_of(signed(expires=expires))["proof.expires"].verdict is verdict


@pytest.mark.parametrize(
    ("created", "verdict"),
    [("2026-03-01T12:01:30Z", Verdict.INVALID), ("2026-03-01T12:00:30Z", Verdict.VALID),
     ("2026-03-01T13:00:00+01:00", Verdict.VALID), ("2026-03-01T12:00:00-01:00", Verdict.INVALID)],
)  # fmt: skip
def test_a_proof_from_the_future_is_invalid_a_minute_of_skew_allowed(created: str, verdict: Verdict) -> None:
    checks = checks_of(signed(created=created))
    assert checks["proof.created"].verdict is verdict
    assert checks["proof.created"].code == ("proof_from_the_future" if verdict is Verdict.INVALID else "")


@pytest.mark.parametrize(
    "stamp", ["2026-02-01", "2026-02-01T00:00:00", "2026-13-01T00:00:00Z", "now", "", 5, None]
)
@pytest.mark.parametrize("name", ["created", "expires"])
def test_a_time_that_is_none_is_invalid_and_not_signed(name: str, stamp: Any) -> None:
    document = signed()
    document["proof"][0][name] = stamp
    assert verdict_of(document) is Verdict.INVALID
    if stamp != "2026-13-01T00:00:00Z":
        with pytest.raises(ProofMalformed):
            signed(**{name: stamp})


@pytest.mark.parametrize(
    ("given", "expected", "fits"),
    [("a.example", "a.example", True), (["a.example"], "a.example", True), ("a.example", "b.example", False),
     (["a.example", "b.example"], "a.example", False), (None, "a.example", False), ("a.example", None, True)],
)  # fmt: skip
def test_a_domain_must_be_the_one_expected(given: Any, expected: str | None, fits: bool) -> None:
    document = signed() if given is None else signed(domain=given)
    checks = checks_of(document, domain=expected)
    assert checks["proof.domain"].verdict is (Verdict.VALID if fits else Verdict.INVALID)
    assert checks["proof.signature"].verdict is Verdict.VALID


@pytest.mark.parametrize(("given", "fits"), [("c1", True), ("c2", False), (None, False)])
def test_a_challenge_must_be_the_one_expected(given: str | None, fits: bool) -> None:
    document = signed() if given is None else signed(challenge=given)
    check = checks_of(document, challenge="c1")["proof.challenge"]
    assert check.verdict is (Verdict.VALID if fits else Verdict.INVALID)
    assert check.code == ("" if fits else "invalid_challenge_error")


# --- what cannot be decided ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [{"cryptosuite": "bbs-2023"}, {"cryptosuite": "Ed25519Signature2020"}, {"type": "Ed25519Signature2018"},
     {"type": "JsonWebSignature2020"}, {"cryptosuite": None}, {"cryptosuite": "EDDSA-RDFC-2022"}],
)  # fmt: skip
def test_an_unknown_suite_is_undetermined(members: dict[str, Any]) -> None:
    document = signed()
    document["proof"][0].update(members)
    document["proof"][0] = {name: value for name, value in document["proof"][0].items() if value is not None}
    checks = checks_of(document)
    assert {check.verdict for check in checks.values()} == {Verdict.UNDETERMINED}
    assert checks["proof.structure"].code == "cryptosuite_unknown"


@pytest.mark.parametrize("suite", SUITES)
def test_a_missing_key_is_undetermined_whatever_the_signature(suite: str) -> None:
    checks = checks_of({**signed(suite=suite), "name": "Tampered"}, keys={})
    assert checks["proof.signature"].verdict is Verdict.UNDETERMINED
    assert checks["proof.signature"].code == "key_unknown"


@pytest.mark.parametrize("suite", SUITES)
def test_another_key_under_the_same_name_is_invalid(suite: str) -> None:
    wrong = {method_of(0): keys.public_key_of(keys.SecretKey("ed25519", seed_of(1)))}
    assert checks_of(signed(suite=suite), keys=wrong)["proof.signature"].verdict is Verdict.INVALID


@pytest.mark.parametrize("key", [b"", b"\0" * 32, b"\xff" * 32, b"short"])
@pytest.mark.parametrize("kind", ["ed25519", "p256", "x25519", "rsa", "none"])
def test_a_key_that_is_none_makes_no_signature_valid(key: bytes, kind: str) -> None:
    assert verdict_of(signed(), keys={method_of(0): keys.PublicKey(kind, key)}) is Verdict.INVALID


# --- malformed proofs --------------------------------------------------------------------------------

WRONG = [None, 5, True, [], {}, [[]], [{}], [None], {"@value": "x"}, 1e999]
MEMBERS = (
    "type", "cryptosuite", "created", "expires", "domain", "challenge", "nonce", "previousProof",
    "proofPurpose", "verificationMethod", "proofValue", "id", "@context",
)  # fmt: skip


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_member_of_the_wrong_shape_is_never_valid_and_never_raises(
    suite: str, member: str, value: Any
) -> None:
    document = signed(suite=suite)
    document["proof"][0][member] = value
    assert verdict_of(document, domain="a.example", challenge="c") is Verdict.INVALID
    if member == "@context":
        assert verdict_of(document) is Verdict.INVALID


@pytest.mark.parametrize("member", ["type", "verificationMethod", "proofPurpose", "proofValue"])
def test_a_missing_member_is_named(member: str) -> None:
    document = signed()
    del document["proof"][0][member]
    check = checks_of(document)["proof.structure"]
    assert check.code == "proof_malformed"
    assert check.pointer in ("/proof/0", f"/proof/0/{member}")


@pytest.mark.parametrize(
    "value", ["", "z", "zz", "u" + "A" * 86, "z0OIl", "z" + "1" * 63, "z" + "1" * 65, "z" + "1" * 9999]
)
def test_a_proof_value_that_is_no_signature_is_malformed(value: str) -> None:
    document = signed()
    document["proof"][0]["proofValue"] = value
    checks = checks_of(document)
    assert checks["proof.structure"].code == "proof_malformed"
    assert checks["proof.structure"].pointer == "/proof/0/proofValue"


def test_a_member_that_is_none_of_a_proof_is_named() -> None:
    document = signed()
    document["proof"][0]["jws"] = "x"
    assert checks_of(document)["proof.structure"].pointer == "/proof/0/jws"


@pytest.mark.parametrize("proof", [None, "x", 5, [], {}, ["x"], [None], [[]], [{"type": 5}]], ids=repr)
def test_what_is_no_proof_is_invalid(proof: Any) -> None:
    document = {**DOCUMENT, "proof": proof}
    for pointer in ("/proof", "/proof/0", "/proof/7", ""):
        assert verdict_of(document, pointer) is not Verdict.VALID
    assert verification_methods(document) == ()


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("contexts", [[], 5, "", {}, [[]], ["https://nobody.example/v1"]], ids=repr)
def test_a_document_with_a_wrong_context_is_invalid(suite: str, contexts: Any) -> None:
    assert verdict_of({**signed(suite=suite), "@context": contexts}) is Verdict.INVALID


# --- the context of a proof -----------------------------------------------------------------------------

DISGUISE = {
    # Options under other names: what was signed as ``expires`` is read as ``nonce``, and the purpose
    # "assertionMethod" stands for the IRI of authentication.
    "type": "@type",
    "DataIntegrityProof": SEC + "DataIntegrityProof",
    "cryptosuite": {"@id": SEC + "cryptosuite", "@type": SEC + "cryptosuiteString"},
    "created": {"@id": "http://purl.org/dc/terms/created", "@type": DATE_TIME},
    "verificationMethod": {"@id": SEC + "verificationMethod", "@type": "@id"},
    "nonce": {"@id": SEC + "expiration", "@type": DATE_TIME},
    "proofPurpose": {"@id": SEC + "proofPurpose", "@type": "@vocab"},
    "assertionMethod": SEC + "authenticationMethod",
}


@pytest.mark.parametrize("suite", SUITES)
def test_a_proof_cannot_bring_a_context_that_renames_its_options(suite: str) -> None:
    document = signed(suite=suite, expires="2026-02-02T00:00:00Z", proofPurpose="authentication")
    forged = copy.deepcopy(document)
    proof = forged["proof"][0]
    proof["@context"] = DISGUISE
    proof["nonce"] = proof.pop("expires")
    proof["proofPurpose"] = "assertionMethod"
    checks = checks_of(forged)
    assert checks["proof.purpose"].verdict is Verdict.VALID  # the disguise works but for the signature
    assert "proof.expires" not in checks
    assert checks["proof.signature"].verdict is Verdict.INVALID


def test_the_context_of_a_jcs_proof_is_how_the_documents_begins() -> None:
    document = signed(suite=SUITES[1])
    longer = {
        **document,
        "@context": [*document["@context"], "https://w3id.org/security/suites/ed25519-2020/v1"],
    }
    assert verdict_of(longer) is Verdict.VALID  # vc-di-eddsa section 3.3.2: what follows is not signed
    own = {**document, "@context": [*document["@context"], {"x": "urn:x"}]}
    assert verdict_of(own) is Verdict.INVALID  # nor may it then be anybody's own terms
    swapped = {**document, "@context": [OB_3, VCDM_2]}
    assert checks_of(swapped)["proof.signature"].pointer == "/proof/@context"


def test_a_document_is_signed_and_verified_under_the_contexts_given() -> None:
    url = "https://school.example/context"
    own = Contexts(bundled().versions, {url: {"@context": {"locker": "https://school.example/locker"}}})
    document = {**DOCUMENT, "@context": [VCDM_2, OB_3, url], "locker": "12"}
    options = {"cryptosuite": SUITES[0], "verificationMethod": method_of(0)}
    prepared = prepare(document, options, contexts=own)
    made = attach(prepared, keys.sign(keys.SecretKey("ed25519", seed_of(0)), prepared.hash_data))
    assert verdict_of(made, contexts=own) is Verdict.VALID
    assert checks_of(made)["proof.signature"].code == "unknown_context"


# --- creating -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"cryptosuite": "nope"}, {"cryptosuite": []}, {"verificationMethod": 5}, {"jws": "x"},
     {"proofValue": "z"},
     {"previousProof": [{}]}, {"previousProof": []}, {"previousProof": "urn:absent"}, {"domain": [{}]},
     {"nonce": 5}, {"id": {}}, {"proofPurpose": 5}, {"@context": VCDM_2}],
    ids=repr,
)  # fmt: skip
def test_options_that_make_no_proof_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ProofMalformed):
        signed(**options)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_has_64_bytes(length: int) -> None:
    prepared = prepare(DOCUMENT, {"cryptosuite": SUITES[0], "verificationMethod": method_of(0)})
    with pytest.raises(ProofMalformed):
        attach(prepared, bytes(length))


@pytest.mark.parametrize("contexts", [[], None, 5, {}, [[]]], ids=repr)
def test_a_document_without_a_sound_context_is_refused_or_signed_as_it_is(contexts: Any) -> None:
    for suite in SUITES:
        try:
            made = signed({**DOCUMENT, "@context": contexts}, suite=suite)
        except GatewayError:
            continue
        assert suite == SUITES[1]
        assert made["@context"] == contexts


# --- the law --------------------------------------------------------------------------------------


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield path
        return
    for name, item in items:
        yield from leaves(item, (*path, name))


SIGNED = {
    suite: signed(suite=suite, expires="2027-01-01T00:00:00Z", domain="a.example", nonce="n")
    for suite in SUITES
}
NEW = (
    st.text(max_size=8)
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        [None, True, False, [], {}, [[]], {"@value": "x"}, "urn:x", VCDM_2, method_of(1), "\ud800"]
    )
)


@pytest.mark.parametrize("suite", SUITES)
@given(data=st.data())
@settings(max_examples=250, deadline=None)
def test_a_document_with_any_leaf_changed_is_not_valid(suite: str, data: st.DataObject) -> None:
    document = copy.deepcopy(SIGNED[suite])
    path = data.draw(st.sampled_from(list(leaves(document))))
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    old, new = holder[path[-1]], data.draw(NEW)
    how = data.draw(st.sampled_from(["replace", "remove", "repeat", "wrap"]))
    if how == "remove":
        del holder[path[-1]]
    else:
        holder[path[-1]] = {"replace": new, "repeat": [old, new], "wrap": {"x": old}}[how]
    if how == "replace" and (type(new), new) == (type(old), old):
        return
    if suite == SUITES[0] and same_set(path, old, holder, how, new):
        return
    assert verdict_of(document, domain="a.example") is not Verdict.VALID, join(*path)


def same_set(path: tuple[str | int, ...], old: Any, holder: Any, how: str, new: Any) -> bool:
    """Whether RDF says the same: a value given twice, or one of a list that says it twice."""
    if how == "repeat":
        return bool(new == old)
    return how == "replace" and isinstance(holder, list) and path[0] != "@context" and holder.count(new) > 1
