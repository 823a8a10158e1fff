"""Tokens around credentials: the key by ``kid`` from the controller's document, the claims, the binding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.core.binding import issuer_check, issuer_of
from gateway.core.mechanisms.shown import Shown
from gateway.core.question import Question
from gateway.core.signing_keys import PURPOSE, SigningKey, key_at_address, key_called, signing_keys
from gateway.envelopes.jwt import Jwt, read_jwt
from gateway.proofs import Expectations
from gateway.proofs.jose import jwt_method, verify_jwt
from gateway.proofs.secured import Secured
from gateway.report import Check, Verdict
from gateway.retrieval import Retrieved

__all__ = ["show", "show_presentation"]

AUTHENTICATION = "authentication"

EMBEDDED = Check(
    "issuer", Verdict.UNDETERMINED, "key_from_proof", "the token brings its own key along", "/jwk",
    "Anybody can put a key into a token: the issuer must publish it, and kid must name it.",
)  # fmt: skip


def show(token: bytes, tree: dict[str, Any], retrieved: Retrieved, question: Question) -> Shown:
    """What a token shows of the credential in it."""
    jwt = read_jwt(token)
    secured, keys = _secured(jwt, tree, retrieved, question, PURPOSE)
    if secured.signed and not secured.method:
        return Shown((secured,), EMBEDDED)
    return Shown((secured,), issuer_check(issuer_of(tree), (secured,), keys, retrieved, question))


def show_presentation(
    token: bytes, tree: dict[str, Any], holder: str, retrieved: Retrieved, question: Question
) -> Shown:
    """What a token shows of the presentation in it: made by its holder, for this verifier."""
    jwt = read_jwt(token)
    secured, keys = _secured(jwt, tree, retrieved, question, AUTHENTICATION)
    wanted = (
        ("challenge", "nonce", question.challenge, "invalid_challenge_error", "the nonce is another"),
        (
            "domain",
            "aud",
            question.domain,
            "invalid_domain_error",
            "the presentation is for another verifier",
        ),
    )
    checks = [
        Check(f"proof.{name}", Verdict.VALID, pointer=f"/{claim}")
        if _names(jwt.payload.get(claim), value)
        else Check(
            f"proof.{name}", Verdict.INVALID, code, message, f"/{claim}", "Ask the holder for a new one."
        )
        for name, claim, value, code, message in wanted
        if value is not None
    ]
    secured = replace(secured, checks=(*secured.checks, *checks))
    bound = (
        issuer_check(holder, (secured,), keys, retrieved, question, purpose=AUTHENTICATION)
        if holder
        else None
    )
    return Shown((secured,), bound)


def _names(claim: Any, value: str) -> bool:
    return value in claim if isinstance(claim, list) else claim == value


def _secured(
    jwt: Jwt, tree: dict[str, Any], retrieved: Retrieved, question: Question, purpose: str
) -> tuple[Secured, dict[str, SigningKey]]:
    name = jwt_method(jwt)
    owner = issuer_of({"issuer": tree.get("issuer", tree.get("holder"))})
    alone = key_at_address(name, owner, retrieved, anywhere=question.policy.embedded_keys)
    keys = {name: alone or _listed(name, retrieved, purpose)} if name else {}
    expected = Expectations(
        question.now, {n: found.key for n, found in keys.items() if found.key is not None}, purpose
    )
    return verify_jwt(jwt, tree, expected, embedded_key=question.policy.embedded_keys), keys


def _listed(name: str, retrieved: Retrieved, purpose: str) -> SigningKey:
    """The key in its controller's document, by the id of its method or by what its JWK is called."""
    listed = signing_keys((name,), retrieved, purpose)[name]
    return listed if listed.method is not None else key_called(name, retrieved, purpose) or listed
