"""Every cryptosuite alike: what is made with a fixed key is known to the last character, and verifies."""

from __future__ import annotations

import contextlib
import copy
import hashlib
from typing import Any

import pytest

from gateway import keys
from gateway.errors import GatewayError, ProofMalformed, UndefinedTerm
from gateway.jsonld import canonicalize
from gateway.proofs import CRYPTOSUITES, Expectations, attach, create_proof, prepare, verify_proof
from gateway.proofs.data_integrity import _late_configuration, hash_data
from gateway.report import Check, Verdict
from tests.proofs.tokens import NOW, VCDM_1, VCDM_2, credential_1, credential_2, did_of, method_of, secret_of

MADE = [(name, kind) for name, suite in CRYPTOSUITES.items() if suite.created for kind in suite.kinds]
DOCUMENTS = {"1.1": credential_1, "2.0": credential_2}
DATA_INTEGRITY_V2 = "https://w3id.org/security/data-integrity/v2"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
LENGTHS = (0, 1, 31, 32, 33, 63, 65, 70, 72, 95, 97, 128)
GOLDEN = {
    ("eddsa-rdfc-2022", "ed25519", "1.1"): (
        "z56HDokQMDjwS78wxyKr65qFvYouPpt1davfx5kf5tgWQpVDdZgu7qvjaDuzKtY3uxx3WxiPueeqERNz1tfAZuUGJ"
    ),
    ("eddsa-rdfc-2022", "ed25519", "2.0"): (
        "z2E36RtveQJJgACi1LuMvT19eiNVdgqyJtd865Ght91mtVyp6ERHGWeBvMt2AcKmW8kUHWUvLcv8ckpCEhk1eqF7e"
    ),
    ("eddsa-jcs-2022", "ed25519", "1.1"): (
        "z2Pk8CByXoao3BPmP2GcjegNwT6gZuM7BrGA67Q9hqGForr3jipyeiq7LUpgiHA14nEx76J5eGyHGWjSxTv1DYKMX"
    ),
    ("eddsa-jcs-2022", "ed25519", "2.0"): (
        "z2Jdkcf7NeP93QiugXvyoVN1pcatJXXX7Gb6n1ATu2rDhnZ7cFTCdPAoEy8A5jb4tbNjHSGjKjknz8TMry64zDw4s"
    ),
    ("ecdsa-rdfc-2019", "p256", "1.1"): (
        "z54QAjbpC1WgsCSx9FDDpdTHxLMKGyVi8ENahXmDNMETrLurvZSDLChLLTZCCP13cjJGP2TtotZNHfNwTjC9gw2yv"
    ),
    ("ecdsa-rdfc-2019", "p256", "2.0"): (
        "z2ku8WKnctZ7RbMMifTBcNvPGAfWBUf67D3gZWuXsRTW4seXeg3yNFFeLs8DVc3sGaTM4hyPfVLiZeydqmByVgPik"
    ),
    ("ecdsa-rdfc-2019", "p384", "1.1"): (
        "zTn43HwNVxMPDnVorZeWKE8kyjqjfPG5oC3JC6ek5jxUxHPWJ7p2Y7vapfAWh4E6fNg"
        "c2CiTNDKzdgJbiDBWJwwNsi7Boomq7ZPFgWFUDuReNDY6KAJUCgcSDS2NfLMULsuJ"
    ),
    ("ecdsa-rdfc-2019", "p384", "2.0"): (
        "z2HHZ1M9ZgAPfKxMRo8N3vc9rHjpxTAe1mmqB58p4gMSbRdawqQJkjpoq7VKQnKd9xo"
        "xmN5myes6Ls9CCxukfxfatTdUX6stFXV2f87sKXzpArgnyqAvNr4To6mM3AopHQGtq"
    ),
    ("ecdsa-jcs-2019", "p256", "1.1"): (
        "zhffTn9smQdiaKfoQkKccTBwwPuGHNEx22DNqP4J2cGdmRAHWSDmrjxwrmb4XYtcgvLXfon5xgiP1rLFSxyRLWTp"
    ),
    ("ecdsa-jcs-2019", "p256", "2.0"): (
        "z5ZxVT8rorMUa8jaZmatRgz5MDkthMBrFhiYGogkfKkrVbsyQjWFtTppLAUhKnSNUUoG86ZcQSkpgwEXmeXs2hd2y"
    ),
    ("ecdsa-jcs-2019", "p384", "1.1"): (
        "zZ7Cz3W43b5EQ5D9p3uiGLtqzT3MjCo96YyXuqbGBDrHWbJpoRnx7NF8X9jHnrgrTxK"
        "QWwWDxVkLMvzoHmkf2HK22s87TXz7PuRwnoXftQWKUqm8RD1GkRGebtUFiYsgYiPM"
    ),
    ("ecdsa-jcs-2019", "p384", "2.0"): (
        "z23CfSWsETaMABzu23WCZBuG65upHVCGTkDNYV91M3sc3jacLws9fcqVe4T86qa8FGn"
        "qjnev1sKbzvj9NWd8oAaqyKdMVHiCc7DL8d96xsztsiEyhVFYCbDG7smJq1RzZXzn6"
    ),
    ("Ed25519Signature2020", "ed25519", "1.1"): (
        "z5jA21a8fbBNLJShLf2QBWjm7d89AVxgnumexP1U96k9YeS8CnVqvMnUu2L6QKvfgr9jkB6q93vAptnWmUd6UsCBQ"
    ),
    ("Ed25519Signature2020", "ed25519", "2.0"): (
        "z2BuTLk1nyxqYSAkn5Jtr9y1Ubo4SmLr5szfUMJvjkaUtY4Q32EUB9Wbrv2MSr8kpMxDptcLcwSQbnzMW9KetzEE"
    ),
}


def options_of(name: str, kind: str, **changes: Any) -> dict[str, Any]:
    of = CRYPTOSUITES[name].proof_type
    suite = {"cryptosuite": name} if of == "DataIntegrityProof" else {}
    return {
        "type": of,
        **suite,
        "created": "2026-02-01T00:00:00Z",
        "verificationMethod": method_of(kind),
        **changes,
    }


def signed(name: str, kind: str, document: Any = None, **options: Any) -> dict[str, Any]:
    document = credential_2(did_of(kind)) if document is None else document
    return create_proof(
        document, options_of(name, kind, **options), kind=kind,
        sign=lambda data: keys.sign(secret_of(kind), data),
    )  # fmt: skip


KEYS = {method_of(kind): keys.public_key_of(secret_of(kind)) for kind in ("ed25519", "p256", "p384")}


def checks_of(document: dict[str, Any], pointer: str = "/proof/0", **expected: Any) -> dict[str, Check]:
    expectations = Expectations(NOW, **{"keys": KEYS, **expected})
    return {check.name: check for check in verify_proof(document, pointer, expectations).checks}


def verdicts_of(document: dict[str, Any], pointer: str = "/proof/0", **expected: Any) -> set[Verdict]:
    return {check.verdict for check in checks_of(document, pointer, **expected).values()}


@pytest.mark.parametrize("version", DOCUMENTS)
@pytest.mark.parametrize(("name", "kind"), MADE)
def test_what_is_made_is_known_and_verifies(name: str, kind: str, version: str) -> None:
    document = signed(name, kind, DOCUMENTS[version](did_of(kind)))
    (proof,) = document["proof"]
    assert proof["proofValue"] == GOLDEN[name, kind, version]
    assert verdicts_of(document) == {Verdict.VALID}
    assert proof["proofPurpose"] == "assertionMethod"


@pytest.mark.parametrize("version", DOCUMENTS)
@pytest.mark.parametrize(("name", "kind"), MADE)
def test_the_context_that_defines_the_proof_is_there_before_it_is_signed(
    name: str, kind: str, version: str
) -> None:
    document = signed(name, kind, DOCUMENTS[version](did_of(kind)))
    first = VCDM_1 if version == "1.1" else VCDM_2
    needed = [ED25519_2020] if name == "Ed25519Signature2020" else [DATA_INTEGRITY_V2] * (version == "1.1")
    assert document["@context"] == [first, *needed]
    keeps = CRYPTOSUITES[name].transformation.keep_context
    assert document["proof"][0].get("@context") == (document["@context"] if keeps else None)
    again = signed(name, kind, {key: value for key, value in document.items() if key != "proof"})
    assert again == document


@pytest.mark.parametrize(("name", "kind"), MADE)
def test_a_change_of_the_document_or_the_proof_is_found(name: str, kind: str) -> None:
    ends = {} if name == "Ed25519Signature2020" else {"expires": "2027-01-01T00:00:00Z"}
    whole = signed(name, kind, id="urn:uuid:1", domain="a.example", challenge="c", nonce="n", **ends)
    assert verdicts_of(whole, domain="a.example", challenge="c") == {Verdict.VALID}
    for member in ("id", "created", "domain", "challenge", "nonce", *ends):
        changed = copy.deepcopy(whole)
        changed["proof"][0][member] = {
            "created": "2026-02-02T00:00:00Z",
            "expires": "2027-02-01T00:00:00Z",
        }.get(member, "urn:uuid:2")
        assert checks_of(changed)["proof.signature"].code == "proof_invalid", member
        del changed["proof"][0][member]
        assert checks_of(changed)["proof.signature"].code == "proof_invalid", member
    for member in ("id", "validFrom", "validUntil"):
        assert Verdict.INVALID in verdicts_of(
            {name: value for name, value in whole.items() if name != member}
        )


@pytest.mark.parametrize(
    ("options", "expected", "code"),
    [
        ({"expires": "2026-02-28T00:00:00Z"}, {}, "proof_expired"),
        ({"created": "2026-03-02T00:00:00Z"}, {}, "proof_from_the_future"),
        ({"domain": "a.example"}, {"domain": "b.example"}, "invalid_domain_error"),
        ({"domain": ["a.example", "b.example"]}, {"domain": "b.example"}, "invalid_domain_error"),
        ({}, {"domain": "b.example"}, "invalid_domain_error"),
        ({"challenge": "1"}, {"challenge": "2"}, "invalid_challenge_error"),
        ({}, {"challenge": "2"}, "invalid_challenge_error"),
        ({"proofPurpose": "authentication"}, {}, "proof_purpose_mismatch"),
    ],
)
@pytest.mark.parametrize(("name", "kind"), MADE)
def test_a_proof_for_another_time_place_or_purpose_is_invalid_and_its_signature_holds(
    name: str, kind: str, options: dict[str, Any], expected: dict[str, Any], code: str
) -> None:
    if name == "Ed25519Signature2020" and "expires" in options:
        with pytest.raises(UndefinedTerm):  # the published context of this suite has no such term
            signed(name, kind, **options)
        return
    checks = checks_of(signed(name, kind, **options), **expected)
    assert [check.code for check in checks.values() if check.code] == [code]
    assert checks["proof.signature"].verdict is Verdict.VALID


# --- signatures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("name", "kind"), MADE)
def test_a_signature_of_another_length_is_never_valid(name: str, kind: str, length: int) -> None:
    document = signed(name, kind)
    document["proof"][0]["proofValue"] = "z" + keys.base58_encode(b"\x01" * length)
    found = checks_of(document)
    assert "proof.signature" not in found or found["proof.signature"].code == "proof_invalid"
    assert Verdict.INVALID in {check.verdict for check in found.values()}


@pytest.mark.parametrize(
    "value", [None, "", "z", 7, [], {}, "u" + "A" * 86, "m" + "A" * 86, "z0OIl", " z1", "z" * 2000]
)
@pytest.mark.parametrize(("name", "kind"), MADE)
def test_a_proof_value_that_is_no_signature_is_malformed(name: str, kind: str, value: Any) -> None:
    document = signed(name, kind)
    document["proof"][0]["proofValue"] = value
    (check,) = checks_of(document).values()
    assert (check.name, check.verdict, check.code) == ("proof.structure", Verdict.INVALID, "proof_malformed")
    assert check.pointer == "/proof/0/proofValue"


@pytest.mark.parametrize(("name", "kind"), MADE)
def test_a_key_of_another_kind_or_of_somebody_else_makes_no_signature_valid(name: str, kind: str) -> None:
    document = signed(name, kind)
    for other in ("ed25519", "p256", "p384"):
        if other != kind:
            check = checks_of(document, keys={method_of(kind): KEYS[method_of(other)]})["proof.signature"]
            assert check.code in ("key_kind_mismatch", "proof_invalid")
            assert check.verdict is Verdict.INVALID
    stranger = keys.public_key_of(secret_of(kind, 8))
    assert checks_of(document, keys={method_of(kind): stranger})["proof.signature"].code == "proof_invalid"


@pytest.mark.parametrize(("name", "kind"), MADE)
@pytest.mark.parametrize("other", ["ed25519", "p256", "p384"])
def test_a_proof_is_not_prepared_for_a_key_the_suite_does_not_take(name: str, kind: str, other: str) -> None:
    if other in CRYPTOSUITES[name].kinds:
        assert prepare(credential_2(), options_of(name, other), kind=other).kind == other
        return
    with pytest.raises(ProofMalformed):
        prepare(credential_2(), options_of(name, other), kind=other)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("name", "kind"), MADE)
def test_a_signature_of_another_length_is_not_attached(name: str, kind: str, length: int) -> None:
    with pytest.raises(ProofMalformed):
        attach(prepare(credential_2(), options_of(name, kind), kind=kind), bytes(length))


@pytest.mark.parametrize("name", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_a_p384_key_goes_with_sha_384_inside_the_canonicalization_too(name: str) -> None:
    """Two nodes that tie on their own text are told apart by hashes: SHA-384 orders them otherwise than SHA-256."""
    subjects = [{"knows": [{"name": "a"}, {"name": "b"}]}, {"knows": [{"name": "c"}, {"name": "d"}]}]
    terms = {"knows": "https://school.example/knows"}
    document = credential_2(did_of("p384"), **{"@context": [VCDM_2, terms], "credentialSubject": subjects})
    forms = {digest: canonicalize(document, algorithm=digest).nquads for digest in ("sha256", "sha384")}
    assert forms["sha256"] != forms["sha384"]
    prepared = prepare(document, options_of(name, "p384"), kind="p384")
    assert len(prepared.hash_data) == 96
    secured = attach(prepared, keys.sign(secret_of("p384"), prepared.hash_data))
    assert verdicts_of(secured) == {Verdict.VALID}
    suite = CRYPTOSUITES[name]
    assert hash_data(suite, document, prepared.proof_config, kind="p256")[0] != prepared.hash_data[:64]


def test_a_configuration_seen_before_has_the_digest_it_had() -> None:
    suite, document = CRYPTOSUITES["eddsa-rdfc-2022"], credential_2()
    told = {**options_of("eddsa-rdfc-2022", "ed25519"), "@context": document["@context"]}
    first, again = (hash_data(suite, document, told) for _ in range(2))
    other = hash_data(suite, document, {**told, "challenge": "c"})
    assert first == again
    assert first[0][:32] == hashlib.sha256(canonicalize(told).nquads.encode()).digest()
    assert other[0][:32] == hashlib.sha256(canonicalize({**told, "challenge": "c"}).nquads.encode()).digest()
    assert other[0][32:] == first[0][32:]


@pytest.mark.parametrize("more", [{"challenge": "c" * 5_000}, {"nowhere": "x"}], ids=["long", "refused"])
def test_configurations_that_are_long_or_refused_are_not_remembered(more: dict[str, str]) -> None:
    suite, document = CRYPTOSUITES["eddsa-rdfc-2022"], credential_2()
    before = _late_configuration.cache_info().currsize
    for _ in range(2):
        with contextlib.suppress(UndefinedTerm):
            hash_data(
                suite, document, {"type": "DataIntegrityProof", **more, "@context": document["@context"]}
            )
    assert _late_configuration.cache_info().currsize == before


# --- suites that are verified only -----------------------------------------------------------------


def test_the_draft_name_of_eddsa_rdfc_2022_is_verified_and_never_made() -> None:
    document = credential_2()
    config = {**options_of("eddsa-2022", "ed25519"), "proofPurpose": "assertionMethod"}
    hashed, _ = hash_data(CRYPTOSUITES["eddsa-2022"], document, {**config, "@context": document["@context"]})
    value = "z" + keys.base58_encode(keys.sign(secret_of("ed25519"), hashed))
    assert verdicts_of({**document, "proof": [{**config, "proofValue": value}]}) == {Verdict.VALID}
    renamed = {**document, "proof": [{**config, "cryptosuite": "eddsa-rdfc-2022", "proofValue": value}]}
    assert Verdict.INVALID in verdicts_of(renamed)
    with pytest.raises(ProofMalformed):
        prepare(document, config)


@pytest.mark.parametrize("name", ["eddsa-2022", "ecdsa-sd-2023", "bbs-2023", "", "EDDSA-RDFC-2022"])
def test_no_proof_is_made_with_a_suite_that_is_not_on_the_menu(name: str) -> None:
    with pytest.raises(ProofMalformed):
        prepare(credential_2(), {**options_of("eddsa-rdfc-2022", "ed25519"), "cryptosuite": name})


@pytest.mark.parametrize(
    "members",
    [
        {"type": "DataIntegrityProof", "cryptosuite": "Ed25519Signature2020"},
        {"type": "Ed25519Signature2020", "cryptosuite": "eddsa-rdfc-2022"},
        {"type": "eddsa-rdfc-2022", "cryptosuite": "eddsa-rdfc-2022"},
        {"type": "DataIntegrityProof", "cryptosuite": None},
        {"type": "DataIntegrityProof", "cryptosuite": ["eddsa-rdfc-2022"]},
        {"type": "RsaSignature2018"},
    ],
)
def test_a_type_and_a_suite_that_do_not_go_together_are_never_valid(members: dict[str, Any]) -> None:
    document = signed("eddsa-rdfc-2022", "ed25519")
    document["proof"][0] = {**document["proof"][0], **members}
    assert Verdict.VALID not in verdicts_of(document)


# --- unsafe documents ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"unknownTerm": "x"},
        {"type": ["VerifiableCredential", "Unknown"]},
        {"evidence": {"id": "relative", "type": "Evidence"}},
        {"name": {"@value": "x", "@language": 'en .\n<urn:a> <urn:b> "c" .\n'}},
        {"validUntil": None},
        {"evidence": []},
        {"@context": [VCDM_2, "https://elsewhere.example/context"]},
        {"@context": [VCDM_2, {"VerifiableCredential": "https://elsewhere.example/Other"}]},
    ],
    ids=["term", "type", "relative", "language", "null", "empty", "context", "redefinition"],
)
@pytest.mark.parametrize(("name", "kind"), [entry for entry in MADE if "jcs" not in entry[0]])
def test_a_document_that_a_signature_would_not_cover_is_never_signed(
    name: str, kind: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(GatewayError) as refusal:
        prepare({**credential_2(did_of(kind)), **changes}, options_of(name, kind), kind=kind)
    assert refusal.value.code
