"""SD-JWT VC: the issuer's key from its DID, or from the metadata at its address; the binding; the holder's key.

https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/ (Issuer Signature Mechanisms, JWT VC Issuer Metadata)
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from gateway.core.binding import issuer_check, issuer_of
from gateway.core.mechanisms.shown import Shown
from gateway.core.question import Question
from gateway.core.signing_keys import PURPOSE, SigningKey, key_called, signing_keys
from gateway.envelopes import read_json
from gateway.envelopes.sd_jwt import SdJwt, read_sd_jwt
from gateway.errors import GatewayError, MalformedJson
from gateway.keys import public_key_from_jwk
from gateway.proofs import Expectations
from gateway.proofs.controllers import VerificationMethod
from gateway.proofs.jose import jwt_method
from gateway.proofs.sd_jwt import verify_sd_jwt
from gateway.report import Check, Verdict
from gateway.retrieval import NOT_RETRIEVED, Answer, Retrieved

__all__ = ["show"]

Json = dict[str, Any]
METADATA = "/.well-known/jwt-vc-issuer"


def show(token: bytes, tree: Json, retrieved: Retrieved, question: Question) -> Shown:
    """What an SD-JWT VC shows: of its issuer and, where a holder presents it, of the holder.

    ``tree`` are the members that verification asks about, of which the issuer is one.
    """
    sd_jwt = read_sd_jwt(token)
    issuer = issuer_of(tree)
    found = _key_of(sd_jwt, issuer, retrieved)
    keys = {found.name: found} if found is not None else {}
    expected = Expectations(
        question.now,
        {name: known.key for name, known in keys.items() if known.key is not None},
        PURPOSE,
        domain=question.domain,
        challenge=question.challenge,
    )
    secured = verify_sd_jwt(sd_jwt, found.name if found is not None else "", expected)
    if (said := sd_jwt.claims.get("iss")) is not None and said != issuer:
        return Shown((secured,), OTHER_ISSUER)
    return Shown((secured,), issuer_check(issuer, (secured,), keys, retrieved, question))


OTHER_ISSUER = Check(
    "issuer", Verdict.INVALID, "claim_contradicts", "the claim iss contradicts the credential", "/iss",
    "Claim and member must say the same.",
)  # fmt: skip


def _key_of(sd_jwt: SdJwt, issuer: str, retrieved: Retrieved) -> SigningKey | None:
    """The key the token names: of the issuer's DID document, or of the metadata at its address."""
    if issuer.startswith("https://"):
        return _published(issuer, sd_jwt.jwt.header.get("kid"), retrieved)
    name = jwt_method(sd_jwt.jwt)
    if not name:
        return None
    listed = signing_keys((name,), retrieved)[name]
    return listed if listed.method is not None else key_called(name, retrieved, PURPOSE) or listed


def _published(issuer: str, kid: Any, retrieved: Retrieved) -> SigningKey:
    """The key of that ``kid`` in what the issuer publishes, or its only one where the token names none."""
    name = f"{issuer}#{kid}" if isinstance(kid, str) else issuer
    host = urlsplit(issuer)
    answer, metadata = _json(f"https://{host.netloc}{METADATA}{host.path.rstrip('/')}", retrieved)
    if not isinstance(metadata, dict) or metadata.get("issuer") != issuer:
        return SigningKey(name, answer)
    keys = metadata.get("jwks")
    if isinstance(address := metadata.get("jwks_uri"), str) and "jwks" not in metadata:
        answer, keys = _json(address, retrieved) if address.startswith("https://") else (answer, None)
    entries = keys.get("keys") if isinstance(keys, dict) else None
    listed = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    chosen = [entry for entry in listed if entry.get("kid") == kid] if isinstance(kid, str) else listed
    try:
        key = public_key_from_jwk(chosen[0]) if len(chosen) == 1 else None
    except GatewayError:
        key = None
    method = VerificationMethod(name, key, authorised=True) if key is not None else None
    return SigningKey(name, answer, method, key)


def _json(url: str, retrieved: Retrieved) -> tuple[Answer, Any]:
    """What answered at an address, and the JSON it is; None where it is none."""
    found = retrieved.document(url)
    if not found.found or found.url not in ("", url):
        return (
            found if not found.found else Answer(code=NOT_RETRIEVED, message="it answered from elsewhere")
        ), None
    try:
        return found, read_json(found.content)
    except GatewayError:
        return Answer(code=MalformedJson.code, message="what the issuer publishes is no JSON"), None
