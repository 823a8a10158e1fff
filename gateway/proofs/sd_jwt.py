"""Verifying SD-JWT VC: the issuer's token, and the holder's where one shows the credential; each question a check.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/, RFC 9901 section 7. The disclosures have been put
together when the credential was opened: each is one that the issuer's token names by its digest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.envelopes.jwt import Jwt
from gateway.envelopes.sd_jwt import SdJwt, digest_of
from gateway.errors import GatewayError
from gateway.keys import PublicKey, public_key_from_jwk
from gateway.proofs.jose import CLOCK_SKEW, algorithm_check, moment_of, signature_check
from gateway.proofs.secured import Secured
from gateway.proofs.verification import Expectations
from gateway.report import Check, Verdict

__all__ = ["TYPES", "verify_sd_jwt"]

Json = dict[str, Any]

TYPES = ("dc+sd-jwt", "vc+sd-jwt")
"""What such a token says it is; the second is the name that drafts had, and that of W3C credentials."""
BINDING = "kb+jwt"


def verify_sd_jwt(sd_jwt: SdJwt, name: str, expected: Expectations) -> Secured:
    """Every check of an SD-JWT VC, by the issuer's key of that ``name``."""
    jwt = sd_jwt.jwt
    structure = algorithm_check(jwt) or _form(sd_jwt) or Check("proof.structure", Verdict.VALID)
    if structure.verdict is not Verdict.VALID:
        return Secured((structure,))
    signature = signature_check(jwt, expected.keys.get(name), name)
    checks = (structure, signature, *_issued(sd_jwt.claims, expected), *_binding(sd_jwt, expected))
    holds = signature.verdict is Verdict.VALID
    return Secured(checks, method=name if holds else "", claimed_at=moment_of(sd_jwt.claims.get("iat")))


def _form(sd_jwt: SdJwt) -> Check | None:
    if _type_of(sd_jwt.jwt) not in TYPES:
        return Check(
            "proof.structure", Verdict.INVALID, "token_type_wrong", "the token says it is something else", "/typ",
            f"typ is {TYPES[0]} for a credential of claims.",
        )  # fmt: skip
    known = sd_jwt.claims.get("vct"), sd_jwt.claims.get("@context")
    if known == (None, None) or not isinstance(known[0], str | None):
        return Check(
            "proof.structure", Verdict.INVALID, "member_missing", "the token does not say of which kind it is",
            "/vct", "A credential of claims names its kind in vct.",
        )  # fmt: skip
    return None


def _type_of(jwt: Jwt) -> str:
    given = jwt.header.get("typ")
    return given.lower().removeprefix("application/") if isinstance(given, str) else ""


def _issued(claims: Json, expected: Expectations) -> Iterator[Check]:
    """The date of signing, where the token has one."""
    if "iat" not in claims:
        return
    moment = moment_of(claims["iat"])
    if moment is None:
        yield Check("proof.created", Verdict.INVALID, "proof_malformed", "iat is no number of seconds", "/iat",
                    "Dates of a token are seconds since 1970.")  # fmt: skip
    elif moment > expected.now + CLOCK_SKEW:
        yield Check("proof.created", Verdict.INVALID, "proof_from_the_future", "the token is not valid yet", "/iat",
                    "Check the clocks, or ask for a current token.")  # fmt: skip
    else:
        yield Check("proof.created", Verdict.VALID, pointer="/iat")


# --- the holder's token -----------------------------------------------------------------------------


def _binding(sd_jwt: SdJwt, expected: Expectations) -> Iterator[Check]:
    """Whether the holder shows it, to whom and for which question (RFC 9901 section 7.3)."""
    binding = sd_jwt.key_binding
    if binding is not None:
        yield _bound(sd_jwt, binding)
        moment = moment_of(binding.payload.get("iat"))
        if moment is None or moment > expected.now + CLOCK_SKEW:
            yield _wrong("the holder's token does not say when it was made, or says a time to come", "/iat")
    shown = binding.payload if binding is not None else {}
    if expected.challenge is not None:
        yield _asked("challenge", "nonce", shown, expected.challenge, "invalid_challenge_error")
    if expected.domain is not None:
        yield _asked("domain", "aud", shown, expected.domain, "invalid_domain_error")


def _bound(sd_jwt: SdJwt, binding: Jwt) -> Check:
    if problem := algorithm_check(binding):
        return Check(
            "proof.key_binding", problem.verdict, problem.code, problem.message, problem.pointer, problem.hint
        )
    if _type_of(binding) != BINDING:
        return _wrong("the token at the end is not a holder's", "/typ")
    if binding.payload.get("sd_hash") != digest_of(sd_jwt.shown, sd_jwt.algorithm):
        return _wrong("the holder's token was made for other disclosures", "/sd_hash")
    found = signature_check(binding, _holder_key(sd_jwt.claims), "cnf")
    return Check("proof.key_binding", found.verdict, found.code, found.message, "/cnf", found.hint)


def _holder_key(claims: Json) -> PublicKey | None:
    """The key that the issuer bound the credential to (RFC 7800 section 3.2)."""
    confirmation = claims.get("cnf")
    try:
        return public_key_from_jwk(confirmation.get("jwk") if isinstance(confirmation, dict) else None)
    except GatewayError:
        return None


def _wrong(message: str, pointer: str) -> Check:
    return Check(
        "proof.key_binding", Verdict.INVALID, "key_binding_wrong", message, pointer,
        "Ask the holder to show the credential anew.",
    )  # fmt: skip


def _asked(part: str, claim: str, shown: Json, wanted: str, code: str) -> Check:
    if shown.get(claim) == wanted:
        return Check(f"proof.{part}", Verdict.VALID, pointer=f"/{claim}")
    return Check(
        f"proof.{part}", Verdict.INVALID, code, f"the holder's token has another {claim}, or there is none",
        f"/{claim}", "Ask the holder for a new one.",
    )  # fmt: skip
