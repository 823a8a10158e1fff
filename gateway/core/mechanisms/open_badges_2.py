"""Open Badges 2.0: hosted, where the issuer's own address vouches for the badge, or signed by a key the issuer lists.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#VerificationObject
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from gateway.core.mechanisms.shown import Shown
from gateway.core.open_badges_2 import Badge, Node, follow, follow_value, published
from gateway.envelopes.jwt import read_jwt
from gateway.errors import GatewayError
from gateway.formats.reading import types_of
from gateway.keys import PublicKey, public_key_from_pem, verify_signature
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import GONE, Retrieved

__all__ = ["show", "vouched"]

Json = dict[str, Any]
PLACE = "/verification"
NOT_AN_ASSERTION = Check(
    "proof", Verdict.UNDETERMINED, "not_an_assertion", "the document is no assertion that somebody earned a badge",
    hint="Give the assertion to have the badge verified; this is only a part of it.",
)  # fmt: skip
SIGNED = ("signed", "SignedBadge")
REVOKED = "Ask the issuer why, and whether there is a newer badge."


def show(badge: Badge, data: bytes, sealed: str, retrieved: Retrieved) -> Shown:
    """What vouches for a badge. A class or an issuer's profile by itself has nothing that does."""
    tree = badge.assertion.tree
    if tree is None or "Assertion" not in types_of(tree):
        return Shown((Secured((NOT_AN_ASSERTION,)),))
    return vouched(badge, data, sealed, retrieved)


def vouched(badge: Badge, data: bytes, sealed: str, retrieved: Retrieved) -> Shown:
    """What vouches for whatever stands in the place of the assertion: its address, or a signature."""
    tree = badge.assertion.tree or {}
    badge = replace(badge, issuer=published(badge.issuer, retrieved))
    verification = tree.get("verification")
    kind = verification.get("type") if isinstance(verification, dict) else None
    if sealed or kind in SIGNED:
        return _signed(tree, badge, data if sealed else b"", retrieved)
    return _hosted(tree, badge, retrieved)


# --- hosted --------------------------------------------------------------------------------------


def _hosted(tree: Json, badge: Badge, retrieved: Retrieved) -> Shown:
    address = tree.get("id")
    check = _at_its_address(badge.assertion, retrieved)
    bound = _in_scope(address, badge.issuer)
    name = address if isinstance(address, str) and check.verdict is Verdict.VALID else ""
    return Shown((Secured((check,), method=name, pointer=PLACE),), bound)


def _at_its_address(assertion: Node, retrieved: Retrieved) -> Check:
    """Whether the assertion's own address answers with the same assertion."""
    address = (assertion.tree or {}).get("id")
    node = follow_value(address, retrieved, "/id", assertion.old)
    if isinstance(address, str) and retrieved.document(address).code == GONE:
        return _proof(Verdict.INVALID, "revoked", "the badge was withdrawn from its address", "/id", REVOKED)
    if node.tree is None:
        return _proof(
            Verdict.UNDETERMINED, "hosted_not_retrieved",
            f"the badge could not be had from its address: {node.reason}", "/id",
            "A hosted badge is as good as its address: try again when it answers.",
        )  # fmt: skip
    if node.tree.get("revoked") is True:
        return _proof(Verdict.INVALID, "revoked", "the issuer has revoked the badge", "/id", REVOKED)
    if node.tree != assertion.tree:
        return _proof(
            Verdict.INVALID, "hosted_differs", "the badge at the address is not the one given", "/id",
            "Fetch the badge from its address and give that.",
        )  # fmt: skip
    return _proof(Verdict.VALID, "", "", "/id")


def _proof(verdict: Verdict, code: str, message: str, pointer: str, hint: str = "") -> Check:
    return Check("proof.signature", verdict, code, message, pointer, hint)


def _in_scope(address: Any, issuer: Node) -> Check:
    """Whether the issuer's profile says that assertions at this address are its own."""
    place = f"{issuer.pointer}/verification"
    if issuer.tree is None:
        return Check(
            "issuer", Verdict.UNDETERMINED, "issuer_unresolved",
            f"the issuer's profile could not be had: {issuer.reason}", issuer.pointer,
            "Try again when the issuer's profile can be fetched.",
        )  # fmt: skip
    rules = issuer.tree.get("verification")
    rules = rules if isinstance(rules, dict) else {}
    starts, origins = _texts(rules.get("startsWith")), _texts(rules.get("allowedOrigins"))
    host = _authority(address)
    allowed = origins or [_authority(issuer.id)]
    if allowed == [""] and not starts:
        return Check(
            "issuer", Verdict.UNDETERMINED, "issuer_without_host",
            "the issuer's id is no web address, and its profile does not say where its badges stand", place,
            "The issuer must say in its profile, under verification, where its badges are hosted.",
        )  # fmt: skip
    if starts and not any(str(address).startswith(start) for start in starts):
        return _out_of_scope("the address of the badge does not begin as its issuer says", place)
    if not host or (host not in allowed and not (starts and not origins)):
        return _out_of_scope("the badge stands at a host that is not its issuer's", place)
    return Check("issuer", Verdict.VALID, pointer=place)


def _out_of_scope(message: str, place: str) -> Check:
    return Check(
        "issuer", Verdict.INVALID, "address_not_issuers", message, place,
        "Anybody can name this issuer: only what stands where the issuer allows it is the issuer's.",
    )  # fmt: skip


def _texts(value: Any) -> list[str]:
    return [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, str)]


def _authority(address: Any) -> str:
    try:
        return urlsplit(address).netloc.lower() if isinstance(address, str) else ""
    except ValueError:
        return ""


# --- signed --------------------------------------------------------------------------------------


def _signed(tree: Json, badge: Badge, token: bytes, retrieved: Retrieved) -> Shown:
    verification = tree.get("verification")
    old = bool(badge.assertion.old)
    named = follow(
        verification if isinstance(verification, dict) else {}, "creator", retrieved, PLACE, old=old
    )
    node = _in_profile(named.id, badge.issuer) or published(named, retrieved)
    if not token:
        check = _proof(
            Verdict.UNDETERMINED, "no_proof", "the badge says it is signed, and its signature is not here", PLACE,
            "Give the JWS itself, or the image it is baked into.",
        )  # fmt: skip
        return Shown((Secured((check,), pointer=PLACE),))
    key, problem = _key(node)
    if key is None:
        check = _proof(Verdict.UNDETERMINED, "key_unknown", f"the key could not be had: {problem}", node.pointer,
                       "Try again when the address of the key answers.")  # fmt: skip
        return Shown((Secured((check,), pointer=PLACE),))
    check = _signature(key, token)
    name = node.id if check.verdict is Verdict.VALID else ""
    return Shown((Secured((check,), method=name, pointer=PLACE),), _listed(node, badge.issuer))


def _in_profile(name: str, issuer: Node) -> Node | None:
    """The key where the issuer's published profile holds it in place."""
    listed = (issuer.tree or {}).get("publicKey")
    for entry in listed if isinstance(listed, list) else [listed]:
        if isinstance(entry, dict) and entry.get("id") == name:
            return Node(entry, f"{issuer.pointer}/publicKey", name)
    return None


def _key(node: Node) -> tuple[PublicKey | None, str]:
    if node.tree is None:
        return None, node.reason
    try:
        return public_key_from_pem(node.tree.get("publicKeyPem")), ""
    except GatewayError as error:
        return None, error.detail


def _signature(key: PublicKey, token: bytes) -> Check:
    try:
        jwt = read_jwt(token)
        if jwt.header.get("alg") not in ("RS256", "ES256", "EdDSA") or "crit" in jwt.header:
            return _proof(Verdict.INVALID, "algorithm_forbidden", "the signature's algorithm is not allowed", PLACE,
                          "Signed badges are made with RS256.")  # fmt: skip
        if {"RS256": "rsa", "ES256": "p256", "EdDSA": "ed25519"}[jwt.header["alg"]] != key.kind:
            return _proof(Verdict.INVALID, "key_kind_mismatch", "the key is not one of the algorithm's", PLACE,
                          "The header must name the algorithm of the issuer's key.")  # fmt: skip
        verify_signature(key, jwt.signing_input, jwt.signature)
    except GatewayError as error:
        return _proof(Verdict.INVALID, error.code, error.detail, PLACE, error.hint)
    return _proof(Verdict.VALID, "", "", PLACE)


def _listed(key: Node, issuer: Node) -> Check:
    """Whether the key is the issuer's: its owner, and one of the keys the issuer's profile lists.

    In Open Badges 1.x, where profiles list no keys, one that stands at the issuer's host.
    """
    place = f"{issuer.pointer}/publicKey"
    if issuer.tree is None:
        return _in_scope("", issuer)
    listed = issuer.tree.get("publicKey")
    entries = listed if isinstance(listed, list) else [listed]
    names = [entry.get("id") if isinstance(entry, dict) else entry for entry in entries]
    owner = (key.tree or {}).get("owner")
    beside = bool(key.old) and _authority(key.id) == _authority(issuer.id) != ""
    if beside or (key.id in names and owner == issuer.id):
        return Check("issuer", Verdict.VALID, pointer=place)
    return Check(
        "issuer", Verdict.INVALID, "key_not_authorised", "the issuer's profile does not list the key", place,
        "Only a key that the issuer lists and that names the issuer as its owner signs for it.",
    )  # fmt: skip
