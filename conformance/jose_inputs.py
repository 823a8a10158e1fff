"""The tokens of the VC-JOSE-COSE suite: the signature and the form of each, judged by the keys it comes with.

Their ``iat`` is a text, which RFC 7519 does not allow, so that none is valid in every check.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from conformance.proof_steps import read_json
from gateway.core import inspect
from gateway.envelopes.jwt import read_jwt
from gateway.errors import KeyInvalid
from gateway.keys import PublicKey, public_key_from_jwk
from gateway.proofs import Expectations
from gateway.proofs.jose import verify_jwt
from gateway.report import Verdict

__all__ = ["checks"]

NOW = datetime(2024, 12, 15, tzinfo=UTC)
FORM, SIGNATURE = "proof.structure", "proof.signature"
EXPECTED = {
    "credential-jose-minimal": (SIGNATURE, Verdict.VALID),
    "credential-issuer-match-signed": (SIGNATURE, Verdict.VALID),
    "credential-jose-bad-signature": (SIGNATURE, Verdict.INVALID),
    "credential-jose-bad-media-type": (FORM, Verdict.INVALID),
    "credential-jose-vc-vp-claims": (FORM, Verdict.INVALID),
    # ES512, which the gateway does not verify
    "credential-jose-unknown-extensions": (FORM, Verdict.UNDETERMINED),
    "presentation-jose-multiple": (SIGNATURE, Verdict.VALID),
    "presentation-jose-bad-credential": (SIGNATURE, Verdict.VALID),
    "presentation-jose-bad-media-type": (FORM, Verdict.INVALID),
}
KEYS = ("vm-ed25519", "vm-p256", "vm-p384", "vm-p521")


def checks(folder: Path) -> dict[str, bool]:
    """Each token with whether the check that matters says what is expected."""
    keys = _keys(folder)
    done: dict[str, bool] = {}
    for name, (check, verdict) in EXPECTED.items():
        token = (folder / f"{name}.txt").read_bytes().strip()
        secured = verify_jwt(read_jwt(token), inspect(token).envelope.tree, Expectations(NOW, keys))
        done[name] = verdict in {found.verdict for found in secured.checks if found.name == check}
    return done


def _keys(folder: Path) -> dict[str, PublicKey]:
    """The keys under the names the tokens have for them: thumbprints, not the ids of methods."""
    found: dict[str, PublicKey] = {}
    for name in KEYS:
        method = read_json(folder / f"{name}.json")
        jwk = method["publicKeyJwk"]
        try:
            found[f"{method['controller']}#{jwk['kid']}"] = public_key_from_jwk(jwk)
        except KeyInvalid:
            continue  # P-521
    return found
