"""DIDs: published documents of did:key and did:web, and what the did:key suite asks of a resolver."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.figures import Figure, all_of
from gateway.dids import Means, Resolution, resolve
from gateway.dids.answering import answered
from gateway.dids.documents import AGREEMENT, RELATIONS
from gateway.dids.results import LEGACY
from gateway.dids.web import url_of
from gateway.errors import DidInvalid, GatewayError
from gateway.fetch import NoFetch
from gateway.keys import PublicKey, base58_decode, public_key_from_jwk, public_key_of_did_key

__all__ = ["did_key_requests", "did_key_vectors", "did_web_examples", "figures", "hostile_did_webs"]

Json = dict[str, Any]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
KINDS = ("ed25519-x25519", "nist-curves", "x25519", "bls12381", "rsa", "secp256k1")
KNOWN = ("did:key:z6Mk", "did:key:zDn", "did:key:z82", "did:key:z6LS")
"""How the DIDs of keys begin that the gateway knows: Ed25519, P-256, P-384, X25519."""


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about DIDs."""
    vectors = did_key_vectors(corpora)
    known = {did: fits for did, fits in vectors.items() if did.startswith(KNOWN)}
    others = {did: fits for did, fits in vectors.items() if did not in known}
    yield all_of("did:key documents with the published keys for the published purposes", known)
    yield all_of("did:key of kinds the gateway does not know, refused", others)
    yield all_of("did:web examples of the specification, each at its address", did_web_examples(corpora))
    yield all_of("did:web that are malformed, refused", hostile_did_webs(corpora))
    yield all_of(
        "requests of the did:key suite answered as it expects", did_key_requests(),
        "of its 16 tests 4 ask nothing and 1 is skipped",
    )  # fmt: skip


# --- documents -------------------------------------------------------------------------------------


def did_key_vectors(corpora: Path) -> dict[str, bool]:
    """Whether each published document is ours, key for key, or refused where the kind is unknown."""
    found: dict[str, bool] = {}
    for name in KINDS:
        for did, published in _published(corpora / f"w3c/did-key/{name}.json").items():
            document = _document(did)
            known = did.startswith(KNOWN)
            found[did] = document is not None and _same(document, published) if known else document is None
    return found


def _published(file: Path) -> dict[str, Json]:
    vectors = json.loads(file.read_text(encoding="utf-8"))
    if "didDocument" in vectors:
        return dict(vectors["didDocument"])
    return {did: vector.get("didDocument", {}) for did, vector in vectors.items()}


def _document(did: str) -> Json | None:
    try:
        return asyncio.run(resolve(did, Means(NoFetch(), NOW))).active_document
    except GatewayError:
        return None


def _same(document: Json, published: Json) -> bool:
    """Whether two documents list the same keys by the same names for the same purposes."""
    purposes = (*RELATIONS, AGREEMENT)
    ours = {purpose: _listed(document, purpose) for purpose in purposes}
    return ours == {purpose: _listed(published, purpose) for purpose in purposes}


def _listed(document: Json, purpose: str) -> dict[str, bytes]:
    methods = {method["id"]: method for method in document.get("verificationMethod", [])}
    entries = [methods[entry] if isinstance(entry, str) else entry for entry in document.get(purpose, [])]
    return {entry["id"]: _key(entry).data for entry in entries}


def _key(method: Json) -> PublicKey:
    if "publicKeyJwk" in method:
        return public_key_from_jwk(method["publicKeyJwk"])
    named = public_key_of_did_key(f"did:key:{method['id'].partition('#')[2]}")
    written = method.get("publicKeyBase58")
    return PublicKey(named.kind, base58_decode(written)) if written else named


# --- addresses -------------------------------------------------------------------------------------


def did_web_examples(corpora: Path) -> dict[str, bool]:
    """Whether each DID of the specification has the address beside it."""
    examples = json.loads((corpora / "w3c/did-web/spec-examples.json").read_text(encoding="utf-8"))
    text = "\n".join(example["text"] for example in examples)
    pairs = re.findall(r"^(did:web:\S+)\s+-> (https://\S+)$", text, re.MULTILINE)
    return {did: url_of(did) == url for did, url in pairs}


def hostile_did_webs(corpora: Path) -> dict[str, bool]:
    """Whether each malformed DID, and each of an IP address, is refused before anybody is asked."""
    vectors = json.loads((corpora / "security/ssrf/urls.json").read_text(encoding="utf-8"))
    named = (did.replace("PORT", "4711") for did, outcome in vectors["did_web"] if outcome == "invalid")
    return {did: _is_malformed(did) for did in named}


def _is_malformed(did: str) -> bool:
    try:
        url_of(did)
    except DidInvalid:
        return True
    return False


# --- what the did:key suite asks --------------------------------------------------------------------

DID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"
KEY = DID.removeprefix("did:key:")
SIGNING, AGREEING = f"{DID}#{KEY}", f"{DID}#z6LSfHfAMAopsuBxaBzvp51GXrPf38Az13j2fmwqadbwwrzJ"
OLD = (("publicKeyFormat", "Ed25519VerificationKey2018"), ("enableExperimentalPublicKeyTypes", "false"))
ABOUT, ABOUT_URL = "didResolutionMetadata", "didDereferencingMetadata"
REQUESTS: tuple[tuple[str, str, tuple[tuple[str, str], ...], str, str], ...] = (
    ("another scheme", f"notDid:key:{KEY}", (), ABOUT, "invalidDid"),
    ("another method", f"did:experimental:{KEY}", (), ABOUT, "methodNotSupported"),
    ("a version below zero", f"did:key:-4:{KEY}", (), ABOUT, "invalidDid"),
    ("a text without z", f"did:key:{KEY[1:]}", (), ABOUT, "invalidDid"),
    ("a foreign character", "did:key:@", (), ABOUT, "invalidDid"),
    ("a key that is too short", "did:key:zTjsVPtY", (), ABOUT, "invalidPublicKeyLength"),
    ("a malformed DID URL", f"{DID}/^bar^/?query=`#{KEY}", (), ABOUT_URL, "invalidDidUrl"),
    ("an unknown form", DID, (("publicKeyFormat", "unknown"),), ABOUT, "unsupportedPublicKeyType"),
    ("an old form of a signing key", SIGNING, OLD, ABOUT_URL, "invalidPublicKeyType"),
    ("an old form of a key to agree", AGREEING, OLD, ABOUT_URL, "invalidPublicKeyType"),
    ("a verification method", SIGNING, (), ABOUT_URL, ""),
)
"""Each with the member of the answer that holds the name of the error, empty where there is none."""


def did_key_requests() -> dict[str, bool]:
    """Whether each request of the suite has the answer it looks for."""
    return {name: _as_expected(text, options, place, error) for name, text, options, place, error in REQUESTS}


def _as_expected(text: str, options: tuple[tuple[str, str], ...], place: str, error: str) -> bool:
    answer = asyncio.run(answered(text, options, LEGACY, _resolved))
    result = json.loads(answer.body)
    whole = {"@context", "didDocument", "didDocumentMetadata"} <= result.keys() and result[
        "didDocument"
    ] is not None
    if not error:
        return whole and answer.status == 200 and result["didDocument"]["controller"] == DID
    return whole and answer.status >= 400 and result[place].get("error") == error


async def _resolved(did: str, key_format: str) -> Resolution:
    return await resolve(did, Means(NoFetch(), NOW, key_format=key_format))
