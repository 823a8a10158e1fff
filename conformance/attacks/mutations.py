"""Single changes to a credential with a Data Integrity proof: none may leave it verified, but for the harmless."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from conformance.attacks.changes import REMOVED, changed, leaves, retyped, write
from conformance.attacks.documents import CONTEXTS, CREDENTIAL, Change
from conformance.attacks.signed import Json, Signed, signed, small
from gateway.keys import base58_decode, base58_encode
from gateway.proofs import CRYPTOSUITES

__all__ = ["harmless", "mutations", "options"]

_OPTIONS: Json = {
    "id": "urn:uuid:5b1f8e0a-0000-4000-8000-000000000001",
    "expires": "2030-01-01T00:00:00Z",
    "domain": "verifier.example",
    "challenge": "c-1",
    "nonce": "n-1",
}
UNKNOWN_TO = {"Ed25519Signature2020": ("expires",)}
"""Members that the context of an older suite does not define."""
SECURITY = "https://w3id.org/security#"
Mutation = tuple[str, bytes]


def options(suite: str) -> Json:
    """Members of the attacked proofs besides those that every proof has."""
    return {name: value for name, value in _OPTIONS.items() if name not in UNKNOWN_TO.get(suite, ())}


def mutations(attacked: Signed) -> Iterator[Mutation]:
    """Every single change, each with its name."""
    yield from _members(attacked)
    for name, change in {**VALUES, **PLACES, **CONTEXTS, **CREDENTIAL}.items():
        tree = copy.deepcopy(attacked.tree)
        change(tree, tree["proof"][0])
        yield name, write(tree)
    yield from _methods(attacked)
    yield from _proof_values(attacked)
    yield from _suites(attacked)
    yield from _fields(attacked)
    yield from _others(attacked)


def _members(attacked: Signed) -> Iterator[Mutation]:
    """Every member of the proof removed, null, empty, of another type, in an array, in an object."""
    for member in attacked.tree["proof"][0]:
        for way, value in retyped(attacked.tree["proof"][0][member]):
            if (member, way) not in SAME[_transformation(attacked)]:
                yield f"proof.{member} {way}", write(changed(attacked.tree, ("proof", 0, member), value))


SAME = {
    "rdfc": frozenset((("domain", "in an array"), ("domain", "twice in an array"))),
    "jcs": frozenset((("@context", "removed"),)),
}
"""What comes to the same for one transformation: found again among the harmless changes."""


def _transformation(attacked: Signed) -> str:
    return "jcs" if "jcs" in attacked.mechanism.suite else "rdfc"


def _put(member: str, value: Any) -> Change:
    def change(_: Json, proof: Json) -> None:
        proof[member] = value

    return change


VALUES: dict[str, Change] = {
    **{f"proof.type is {kind}": _put("type", kind) for kind in (
        "JsonWebSignature2020", "Ed25519Signature2018", "DataIntegrityProof2", "dataintegrityproof",
        SECURITY + "DataIntegrityProof")},
    **{f"proof.created is {text!r}": _put("created", text) for text in (
        "2026-06-02T12:00:00Z", "9999-12-31T23:59:59Z", "2026-05-01T12:00:01Z", "2026-05-01T14:00:00+02:00",
        "2026-05-01T12:00:00.000Z", "2026-05-01", "2026-05-01T12:00:00", "2026-13-01T12:00:00Z", "yesterday",
        "2026-05-01T12:00:00Z\n", "-2026-05-01T12:00:00Z")},
    **{f"proof.expires is {text!r}": _put("expires", text) for text in (
        "2026-05-31T00:00:00Z", "2031-01-01T00:00:00Z", "2030-01-01", "never", "2030-02-30T00:00:00Z")},
    **{f"proof.proofPurpose is {purpose}": _put("proofPurpose", purpose) for purpose in (
        "authentication", "keyAgreement", "capabilityInvocation", "AssertionMethod",
        SECURITY + "assertionMethod")},
    **{f"proof.{name} is another": _put(name, value) for name, value in (
        ("domain", "other.example"), ("challenge", "c-2"), ("nonce", "n-2"),
        ("id", "urn:uuid:5b1f8e0a-0000-4000-8000-000000000002"))},
    **{f"proof.{name} is added": _put(name, value) for name, value in (
        ("previousProof", "urn:uuid:5b1f8e0a-0000-4000-8000-00000000000f"), ("previousProof", ["urn:x:1", "urn:x:2"]),
        ("name", "more"), ("jws", "e30..AA"), ("controller", "did:example:x"), ("@id", "urn:x:1"),
        (SECURITY + "nonce", "n-2"), ("@graph", []), ("@type", "DataIntegrityProof"), ("", "x"))},
    **{f"proof.@context is {name}": _put("@context", value) for name, value in (
        ("another", ["https://www.w3.org/ns/credentials/examples/v2"]),
        ("inline", {"nonce": "https://x.example/nonce"}), ("null", None), ("a number", 1), ("empty", []))},
}  # fmt: skip
VALUES["proof.previousProof is the proof itself"] = _put("previousProof", _OPTIONS["id"])


def _alone(value: Any) -> Change:
    def change(tree: Json, proof: Json) -> None:
        tree["proof"] = copy.deepcopy(value)

    return change


def _inside(*path: str) -> Change:
    """The proof moved to another place of the document."""

    def change(tree: Json, proof: Json) -> None:
        place = tree
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = tree.pop("proof")

    return change


def _wrapped(wrap: Callable[[Json], Any]) -> Change:
    def change(tree: Json, proof: Json) -> None:
        tree["proof"] = wrap(proof)

    return change


NO_PROOFS: tuple[Any, ...] = (None, [], {}, "", "x", 1, True, [[]], [None], [{}])
PLACES: dict[str, Change] = {
    **{f"proof is {value!r}": _alone(value) for value in NO_PROOFS},
    "proof is removed": lambda tree, proof: tree.pop("proof"),
    "proof is in a graph": _wrapped(lambda proof: {"@graph": [proof]}),
    "proof is in an array in the array": _wrapped(lambda proof: [[proof]]),
    "proof stands beside an empty one": _wrapped(lambda proof: [proof, {}]),
    "proof stands beside a forged one": _wrapped(
        lambda proof: [proof, {**proof, "created": "2026-05-02T12:00:00Z"}]
    ),
    "proof stands beside null": _wrapped(lambda proof: [None, proof]),
    "proof stands in the subject": _inside("credentialSubject", "proof"),
    "proof stands in the issuer": _inside("issuer", "proof"),
    "proof stands under its IRI": _inside(SECURITY + "proof"),
    "proof stands under Proof": _inside("Proof"),
}


def _methods(attacked: Signed) -> Iterator[Mutation]:
    """The proof's key: somebody else's, another of the issuer's, malformed."""
    own, other = attacked.issuer, attacked.mallory
    fragment = own.method.partition("#")[2]
    for name, method in {
        "somebody else's": other.method,
        "somebody else's by the issuer's name": f"{own.did}#{other.method.partition('#')[2]}",
        "the issuer's by somebody else's name": f"{other.did}#{fragment}",
        "in a did:web": f"did:web:x.example#{fragment}",
        "at an address": f"https://x.example/key#{fragment}",
        "without fragment": own.did,
        "of another fragment": f"{own.did}#key-1",
        "relative": f"#{fragment}",
        "with a query": f"{own.did}?a=b#{fragment}",
        "with two fragments": f"{own.method}#x",
        "followed by a space": f"{own.method} ",
        "in capitals": own.method.upper(),
        "no DID": "x",
    }.items():
        yield (
            f"proof.verificationMethod {name}",
            write(changed(attacked.tree, ("proof", 0, "verificationMethod"), method)),
        )


def _proof_values(attacked: Signed) -> Iterator[Mutation]:
    value: str = attacked.tree["proof"][0]["proofValue"]
    raw = base58_decode(value[1:])
    half = len(raw) // 2
    other = signed(attacked.mechanism, small(attacked.mechanism), nonce="n-2").tree["proof"][0]["proofValue"]
    for name, text in {
        "one character short": value[:-1],
        "one character longer": value + "1",
        "one byte short": "z" + base58_encode(raw[:-1]),
        "one byte longer": "z" + base58_encode(raw + b"\0"),
        "zero byte before": "z1" + value[1:],
        "without prefix": value[1:],
        "prefix alone": "z",
        "in base64url": "u" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode(),
        "in base64": "m" + base64.b64encode(raw).decode(),
        "in hexadecimal": "f" + raw.hex(),
        "with a character of no alphabet": value[:-1] + "0",
        "with a space": value + " ",
        "with a line's end": value + "\n",
        "in lower case": value.lower(),
        "reversed": value[0] + value[:0:-1],
        "of zeros": "z" + base58_encode(bytes(len(raw))),
        "of ones": "z" + base58_encode(b"\xff" * len(raw)),
        "first bit changed": "z" + base58_encode(bytes([raw[0] ^ 1]) + raw[1:]),
        "last bit changed": "z" + base58_encode(raw[:-1] + bytes([raw[-1] ^ 1])),
        "halves exchanged": "z" + base58_encode(raw[half:] + raw[:half]),
        "second half zero": "z" + base58_encode(raw[:half] + bytes(half)),
        "first half zero": "z" + base58_encode(bytes(half) + raw[half:]),
        "of another length's kind": "z" + base58_encode((raw * 2)[: 96 if len(raw) == 64 else 64]),
        "endless": "z" + "2" * 100_000,
        "of another document": other,
    }.items():
        yield f"proof.proofValue {name}", write(changed(attacked.tree, ("proof", 0, "proofValue"), text))


def _suites(attacked: Signed) -> Iterator[Mutation]:
    """The cryptosuite exchanged: for a name of the same bytes too, since the name is signed."""
    for name in (*CRYPTOSUITES, "bbs-2023", "", "eddsa-rdfc-2022 ", "EDDSA-RDFC-2022"):
        if name != attacked.mechanism.suite:
            yield (
                f"proof.cryptosuite is {name!r}",
                write(changed(attacked.tree, ("proof", 0, "cryptosuite"), name)),
            )
    for kind in ("DataIntegrityProof", "Ed25519Signature2020"):
        if kind != attacked.tree["proof"][0]["type"]:
            yield f"proof.type {kind}", write(changed(attacked.tree, ("proof", 0, "type"), kind))


def _fields(attacked: Signed) -> Iterator[Mutation]:
    """Every value of the credential, changed, removed, exchanged for null, one by one."""
    for path, value in leaves({name: item for name, item in attacked.tree.items() if name != "proof"}):
        place = "/".join(map(str, path))
        other = (
            value + "x" if isinstance(value, str) else (not value if isinstance(value, bool) else value + 1)
        )
        yield f"{place} changed", write(changed(attacked.tree, path, other))
        yield f"{place} removed", write(changed(attacked.tree, path, REMOVED))
        yield f"{place} null", write(changed(attacked.tree, path, None))


def _others(attacked: Signed) -> Iterator[Mutation]:
    """Proofs that hold, of somebody else or of something else."""
    mechanism, tree = attacked.mechanism, small(attacked.mechanism)
    forged = signed(mechanism, tree, party=attacked.mallory)
    yield "signed by somebody else", forged.data
    renamed = changed(forged.tree, ("proof", 0, "verificationMethod"), attacked.issuer.method)
    yield "signed by somebody else in the issuer's name", write(renamed)
    yield "signed for authentication", signed(mechanism, tree, proofPurpose="authentication").data
    yield "signed in the future", signed(mechanism, tree, created="2027-01-01T00:00:00Z").data
    if "expires" in options(mechanism.suite):
        yield "signed until yesterday", signed(mechanism, tree, expires="2026-05-31T00:00:00Z").data
    other = signed(mechanism, {**tree, "name": "Another badge"}, **options(mechanism.suite)).tree
    yield "the proof of another document", write({**attacked.tree, "proof": other["proof"]})
    yield (
        "the proofs of both documents",
        write({**attacked.tree, "proof": [*attacked.tree["proof"], *other["proof"]]}),
    )
    revoked = signed(mechanism, changed(tree, ("credentialStatus", "statusListIndex"), "8"))
    yield "revoked", revoked.data


# --- changes that must stay valid --------------------------------------------------------------------


def harmless(attacked: Signed) -> Iterator[Mutation]:
    """What changes no meaning: were these refused, the attacks above would show nothing."""
    tree, proof = attacked.tree, attacked.tree["proof"][0]
    yield "as it is", write(tree)
    yield "members in another order", write(_reversed(tree))
    yield "indented", json.dumps(tree, indent=3).encode()
    yield "escaped", json.dumps(tree, ensure_ascii=True).encode()
    yield "proof by itself", write({**tree, "proof": proof})
    yield "proof twice", write({**tree, "proof": [proof, copy.deepcopy(proof)]})
    unknown = {"type": "DataIntegrityProof", "cryptosuite": "bbs-2023", "proofPurpose": "assertionMethod",
               "verificationMethod": "did:example:x#1", "proofValue": "u2V0"}  # fmt: skip
    if proof["type"] == unknown["type"]:  # else no context of the document defines its terms
        yield "a proof of an unknown kind beside it", write({**tree, "proof": [unknown, proof]})
    if _transformation(attacked) == "jcs":
        yield "proof without @context", write(changed(tree, ("proof", 0, "@context"), REMOVED))
        yield (
            "a context after the signed ones",
            write({**tree, "@context": [*tree["@context"], tree["@context"][-1]]}),
        )
        return
    yield "domain in an array", write(changed(tree, ("proof", 0, "domain"), [proof["domain"]]))
    yield "domain twice in an array", write(changed(tree, ("proof", 0, "domain"), [proof["domain"]] * 2))
    yield "types in another order", write({**tree, "type": tree["type"][::-1]})
    yield "a context twice", write({**tree, "@context": [*tree["@context"], tree["@context"][-1]]})
    yield (
        "proof with the document's @context",
        write(changed(tree, ("proof", 0, "@context"), tree["@context"])),
    )


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return [_reversed(entry) for entry in value] if isinstance(value, list) else value
