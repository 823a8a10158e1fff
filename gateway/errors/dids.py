"""What is wrong with a DID, a DID URL or what stands behind it. https://www.w3.org/TR/did-resolution/#errors"""

from __future__ import annotations

from gateway.errors.documents import RequestRefused
from gateway.errors.failures import OutsideFailed
from gateway.errors.securing import KeyInvalid, KeyRefused

__all__ = [
    "DidDeactivated",
    "DidDocumentInvalid",
    "DidFeatureUnknown",
    "DidInvalid",
    "DidLogInvalid",
    "DidOptionInvalid",
    "DidUrlInvalid",
    "KeyFormatExperimental",
    "KeyFormatUnknown",
    "KeyKindUnknown",
    "KeyLengthInvalid",
    "MethodMalformed",
    "MethodUnauthorised",
    "RepresentationUnknown",
]


# --- what was asked ----------------------------------------------------------------------------


class DidInvalid(KeyRefused):
    code = "did_invalid"
    title = "The DID is malformed"
    status = 400
    default_hint = "A DID looks like did:web:example.org."


class DidUrlInvalid(KeyRefused):
    code = "did_url_invalid"
    title = "The DID URL is malformed"
    status = 400
    default_hint = "A DID URL looks like did:web:example.org#key-1."


class KeyLengthInvalid(KeyInvalid):
    code = "key_length_invalid"
    title = "The key has the wrong length for its kind"
    default_hint = "Check that the key was copied whole."


class KeyKindUnknown(KeyInvalid):
    code = "key_kind_unknown"
    title = "The key is of a kind the gateway does not know"
    default_hint = "Known kinds: Ed25519, X25519, P-256, P-384; RSA as a JWK."


class DidOptionInvalid(RequestRefused):
    code = "did_option_invalid"
    title = "An option of the resolution is malformed"


class KeyFormatUnknown(DidOptionInvalid):
    code = "key_format_unknown"
    title = "There is no such form of a key"
    default_hint = "Known forms: Multikey, JsonWebKey, JsonWebKey2020, Ed25519VerificationKey2020."


class KeyFormatExperimental(DidOptionInvalid):
    code = "key_format_experimental"
    title = "The form of the key is not one for production"
    default_hint = "Known forms: Multikey, JsonWebKey, JsonWebKey2020, Ed25519VerificationKey2020."


class DidFeatureUnknown(RequestRefused):
    code = "did_feature_unknown"
    title = "The resolver does not have this feature"


class RepresentationUnknown(RequestRefused):
    code = "representation_unknown"
    title = "The DID document is not available in this form"
    status = 406
    default_hint = "Ask for application/did or application/did-resolution."


# --- what was found ------------------------------------------------------------------------------


class DidDocumentInvalid(OutsideFailed):
    code = "did_document_invalid"
    title = "What was found is not the document of the DID"
    default_hint = "The controller of the DID must publish its document."


class DidLogInvalid(DidDocumentInvalid):
    code = "did_log_invalid"
    title = "The log of the DID does not verify"
    default_hint = "The controller of the DID must mend its log."


class DidDeactivated(OutsideFailed):
    code = "did_deactivated"
    title = "The DID was deactivated by its controller"
    status = 410


class MethodUnauthorised(OutsideFailed):
    code = "method_unauthorised"
    title = "The document does not authorise the verification method for the purpose"
    status = 404


class MethodMalformed(OutsideFailed):
    code = "method_malformed"
    title = "What was found is no verification method"
    status = 404
