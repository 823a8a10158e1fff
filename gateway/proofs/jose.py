"""Verifying tokens that secure credentials: VC-JWT 1.1 and ``vc+jwt``, each question its own check.

https://www.w3.org/TR/vc-jose-cose/#securing-with-jose, https://www.w3.org/TR/vc-data-model-1.1/#json-web-token
The key never comes from the header, unless the question asks for it and the answer says so. The
signature is checked by ``gateway.keys`` over the very bytes that came: a JOSE library adds nothing to
that but ways to let the token choose its key or algorithm.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.envelopes.jwt import Jwt
from gateway.errors import GatewayError
from gateway.keys import PublicKey, public_key_from_jwk, verify_signature
from gateway.proofs.secured import Secured
from gateway.proofs.verification import Expectations
from gateway.report import Check, Verdict

__all__ = [
    "ALGORITHMS",
    "CLOCK_SKEW",
    "algorithm_check",
    "jwt_method",
    "moment_of",
    "signature_check",
    "verify_jwt",
]

Json = dict[str, Any]

ALGORITHMS = {"EdDSA": "ed25519", "Ed25519": "ed25519", "ES256": "p256", "ES384": "p384", "RS256": "rsa"}
"""The algorithms a token may name, and the kind of key each takes."""
NOT_YET = ("ES512", "ES256K", "PS256", "PS384", "PS512", "RS384", "RS512", "Ed448")
"""Algorithms that hold, and that the gateway does not verify; any other is refused."""
TYPES = {
    # what the token is around -> the types it may say it has
    "VerifiableCredential": ("jwt", "vc+jwt", "vc-ld+jwt", "vc+ld+json+jwt"),
    "VerifiablePresentation": ("jwt", "vp+jwt", "vp-ld+jwt", "vp+ld+json+jwt"),
}
FORBIDDEN = ("crit", "b64", "zip")
"""Header parameters that change how a token is read."""
CLOCK_SKEW = timedelta(seconds=60)


def jwt_method(jwt: Jwt) -> str:
    """The absolute id of the verification method a token says it was signed with; empty when it says nothing."""
    kid, issuer = jwt.header.get("kid"), _issuer(jwt)
    if kid is None and issuer.startswith("did:key:"):
        kid = issuer  # it has one key
    if not isinstance(kid, str) or not kid:
        return ""
    if kid.startswith("did:key:") and "#" not in kid:
        return f"{kid}#{kid.removeprefix('did:key:')}"
    if ":" in kid.partition("#")[0]:
        return kid
    return f"{issuer}#{kid.removeprefix('#')}" if issuer else ""


def _issuer(jwt: Jwt) -> str:
    """Who the token says issued it: ``iss``, else the issuer or holder of the document."""
    tree = jwt.payload.get(jwt.wrapped, jwt.payload) if jwt.wrapped else jwt.payload
    for value in (jwt.payload.get("iss"), tree.get("issuer"), tree.get("holder")):
        found = value.get("id") if isinstance(value, dict) else value
        if isinstance(found, str) and found:
            return found
    return ""


def verify_jwt(jwt: Jwt, credential: Json, expected: Expectations, *, embedded_key: bool = False) -> Secured:
    """Every check of a token around a credential.

    ``embedded_key`` also looks at a ``jwk`` in the header: a signature by it holds, and shows nothing of
    who made it, so that ``method`` stays empty.
    """
    structure = _structure(jwt, credential)
    if structure.verdict is not Verdict.VALID:
        return Secured((structure,))
    name = jwt_method(jwt)
    key, brought = expected.keys.get(name), False
    if key is None and embedded_key and not name:
        key, brought = _embedded(jwt), True
    signature = signature_check(jwt, key, name)
    holds = signature.verdict is Verdict.VALID
    checks = (structure, signature, *_claims(jwt, credential), *_times(jwt, expected.now))
    claimed = moment_of(jwt.payload.get("iat")) or moment_of(jwt.payload.get("nbf"))
    return Secured(checks, method=name if holds and not brought else "", claimed_at=claimed)


def _structure(jwt: Jwt, credential: Json) -> Check:
    return algorithm_check(jwt) or _type(jwt, credential) or Check("proof.structure", Verdict.VALID)


def algorithm_check(jwt: Jwt) -> Check | None:
    """What is wrong with the algorithm a token names, or with how its header wants to be read, if anything."""
    algorithm = jwt.header.get("alg")
    if algorithm in NOT_YET:
        return Check(
            "proof.structure", Verdict.UNDETERMINED, "cryptosuite_unknown",
            f"the securing mechanism {algorithm!r} is not verified by this gateway yet", "/alg",
            f"Verified are: {', '.join(ALGORITHMS)}.",
        )  # fmt: skip
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        return _invalid("proof.structure", "algorithm_forbidden", "the token's algorithm is not allowed", "/alg",
                        f"Allowed: {', '.join(ALGORITHMS)}.")  # fmt: skip
    if forbidden := [name for name in FORBIDDEN if name in jwt.header]:
        return _invalid("proof.structure", "critical_header", "the token's header asks for what is not understood",
                        f"/{forbidden[0]}", "Tokens around credentials need no such header parameter.")  # fmt: skip
    return None


def _type(jwt: Jwt, credential: Json) -> Check | None:
    """What is wrong with the type the token says it has, if anything; it need not say one."""
    given = jwt.header.get("typ")
    if given is None:
        return None
    kind = given.lower().removeprefix("application/") if isinstance(given, str) else ""
    types = credential.get("type")
    presents = "VerifiablePresentation" in (types if isinstance(types, list) else [types])
    if kind not in TYPES["VerifiablePresentation" if presents else "VerifiableCredential"]:
        return _invalid("proof.structure", "token_type_wrong", "the token says it is something else", "/typ",
                        "typ is vc+jwt or JWT for a credential, vp+jwt or JWT for a presentation.")  # fmt: skip
    if kind in ("vc+jwt", "vp+jwt") and (wrapped := {"vc", "vp"} & jwt.payload.keys()):
        return _invalid("proof.structure", "token_type_wrong", f"{kind} has no claim {min(wrapped)}", "/typ",
                        "In vc+jwt and vp+jwt the payload itself is the document.")  # fmt: skip
    return None


def _embedded(jwt: Jwt) -> PublicKey | None:
    try:
        return public_key_from_jwk(jwt.header.get("jwk"))
    except GatewayError:
        return None


def signature_check(jwt: Jwt, key: PublicKey | None, name: str) -> Check:
    """Whether a token's signature holds by a key, which it calls by ``name``."""
    if key is None:
        return Check(
            "proof.signature", Verdict.UNDETERMINED, "key_unknown",
            "the key the token names is not known" if name else "the token names no key that can be looked up", "/kid",
            "kid must name a key of the issuer's document; a key inside the token proves nothing.",
        )  # fmt: skip
    if key.kind != ALGORITHMS[jwt.header["alg"]]:
        return _invalid("proof.signature", "key_kind_mismatch", "the key is of another kind than the algorithm's",
                        "/alg", "The algorithm follows from the issuer's key, not from the token.")  # fmt: skip
    try:
        verify_signature(key, jwt.signing_input, jwt.signature)
    except GatewayError as error:
        return _invalid("proof.signature", error.code, error.detail, "", error.hint)
    return Check("proof.signature", Verdict.VALID)


# --- claims --------------------------------------------------------------------------------------


def _claims(jwt: Jwt, credential: Json) -> Iterator[Check]:
    """The claims against the members they stand for; a contradiction makes two documents of one.

    Of several subjects ``sub`` may name one.
    """
    owner = credential.get("issuer", credential.get("holder"))
    given = credential.get("credentialSubject")
    subjects = given if isinstance(given, list) else [given]
    pairs = (
        ("iss", (_id(owner),)),
        ("sub", tuple(_id(subject) for subject in subjects)),
        ("jti", (credential.get("id"),)),
    )
    found = False
    for claim, members in pairs:
        known = [member for member in members if member is not None]
        if claim in jwt.payload and known and jwt.payload[claim] not in known:
            found = True
            yield _contradiction(claim)
        elif jwt.wrapped == "vc" and claim not in jwt.payload and known and len(members) == 1:
            found = True
            yield Check(
                "proof.claims", Verdict.UNDETERMINED, "claim_missing", f"the claim {claim} is missing", f"/{claim}",
                "A VC-JWT repeats issuer, subject and id of the credential as claims.",
            )  # fmt: skip
    for claim, names in (("nbf", ("validFrom", "issuanceDate")), ("exp", ("validUntil", "expirationDate"))):
        member = next((credential[name] for name in names if name in credential), None)
        if claim in jwt.payload and member is not None and not _same_moment(jwt.payload[claim], member):
            found = True
            yield _contradiction(claim)
    if not found:
        yield Check("proof.claims", Verdict.VALID)


def _id(node: Any) -> Any:
    """The identifier of an issuer or subject, which may stand alone or in an object."""
    return node.get("id") if isinstance(node, dict) else node


def _contradiction(claim: str) -> Check:
    return _invalid("proof.claims", "claim_contradicts", f"the claim {claim} contradicts the credential", f"/{claim}",
                    "Claim and member must say the same.")  # fmt: skip


def _same_moment(seconds: Any, text: Any) -> bool:
    moment = moment_of(seconds)
    try:
        member = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return False
    if moment is None or member is None:
        return False
    member = member if member.tzinfo else member.replace(tzinfo=UTC)
    return abs(moment - member) < timedelta(seconds=1)


def moment_of(seconds: Any) -> datetime | None:
    """The moment of a NumericDate; None when it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _times(jwt: Jwt, now: datetime) -> Iterator[Check]:
    rules = (("nbf", "proof.created", "proof_from_the_future"), ("iat", "proof.created", "proof_from_the_future"),
             ("exp", "proof.expires", "proof_expired"))  # fmt: skip
    for claim, name, code in rules:
        if claim not in jwt.payload:
            continue
        moment = moment_of(jwt.payload[claim])
        if moment is None:
            yield _invalid(name, "proof_malformed", f"{claim} is no number of seconds", f"/{claim}",
                           "Dates of a token are seconds since 1970.")  # fmt: skip
        elif (claim == "exp" and moment <= now - CLOCK_SKEW) or (
            claim != "exp" and moment > now + CLOCK_SKEW
        ):
            message = "the token has expired" if claim == "exp" else "the token is not valid yet"
            yield _invalid(name, code, message, f"/{claim}", "Check the clocks, or ask for a current token.")
        else:
            yield Check(name, Verdict.VALID, pointer=f"/{claim}")


def _invalid(name: str, code: str, message: str, pointer: str, hint: str) -> Check:
    return Check(name, Verdict.INVALID, code, message, pointer, hint)
