"""What is wrong with what shall make a document trusted: status lists, keys, certificates, proofs."""

from __future__ import annotations

from gateway.errors.base import InputRefused

__all__ = [
    "CertificateMalformed",
    "DidMethodUnknown",
    "KeyInvalid",
    "KeyRefused",
    "KeyStateRefused",
    "ProofGenerationError",
    "ProofInvalid",
    "ProofMalformed",
    "ProofRefused",
    "StatusListMalformed",
    "StatusListRefused",
    "StatusListTooShort",
]


# --- status lists ----------------------------------------------------------------------------


class StatusListRefused(InputRefused):
    """A status list that cannot be read."""

    code = "status_list_refused"


class StatusListMalformed(StatusListRefused):
    code = "malformed_value_error"
    title = "A status list is malformed"
    default_hint = "The issuer must publish the list as base64url of one gzip stream."


class StatusListTooShort(StatusListRefused):
    code = "range_error"
    title = "A status list has no such entry"
    default_hint = "The issuer must correct the index or the list."


# --- keys and proofs -------------------------------------------------------------------------


class KeyRefused(InputRefused):
    """A key or a DID is malformed."""

    code = "key_refused"


class KeyInvalid(KeyRefused):
    code = "key_invalid"
    title = "The key is not valid"
    default_hint = "An Ed25519 public key as Multikey begins with z6Mk, base58btc of 0xed01 and 32 bytes."


class KeyStateRefused(KeyRefused):
    code = "key_state_refused"
    title = "The state of the key does not allow this"
    status = 409
    default_hint = "Keys go from active to retired to revoked, never back; `gateway keys list` shows them."


class CertificateMalformed(KeyRefused):
    code = "certificate_malformed"
    title = "A certificate cannot be read"
    default_hint = "Certificates are X.509 in DER; check that the file was transferred whole."


class DidMethodUnknown(KeyRefused):
    code = "did_method_unknown"
    title = "The DID method is not supported"
    status = 400
    default_hint = (
        "Supported: did:key, did:web, did:jwk, did:webvh; more with a registry or resolver configured."
    )


class ProofRefused(InputRefused):
    """A proof cannot be accepted."""

    code = "proof_refused"


class ProofMalformed(ProofRefused):
    code = "proof_malformed"
    title = "A proof is malformed"
    status = 400


class ProofGenerationError(ProofMalformed):
    code = "proof_generation_error"
    title = "A proof cannot be created with these options"


class ProofInvalid(ProofRefused):
    code = "proof_invalid"
    title = "A proof does not hold"
    default_hint = "Was the document edited after it was signed?"
