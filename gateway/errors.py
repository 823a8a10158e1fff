"""Every way the gateway says no: one tree of errors, each with a code that never changes.

    GatewayError
    ├── InputRefused          what was handed in is at fault       exit 2   HTTP 4xx
    │   ├── EnvelopeRefused       the bytes: size, encoding, syntax
    │   ├── FormatRefused         the document: which format, whose claims
    │   ├── JsonLdRefused         the linked data: contexts, terms, complexity
    │   ├── StatusListRefused     a list that says what was revoked
    │   ├── KeyRefused            a key or DID that is malformed
    │   └── ProofRefused          a proof that is malformed or does not hold
    ├── LossRefused           a strict conversion would lose       exit 1   HTTP 422
    ├── OutsideFailed         the network or another party failed  exit 3   HTTP 502
    └── GatewayFailed         the gateway itself is at fault       exit 3   HTTP 500

Codes are part of the interface; titles and hints are prose and may be reworded.
The problem document of RFC 9457 is made from these fields alone.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BakedImageMalformed",
    "CommentInValue",
    "ControlCharacter",
    "DidMethodUnknown",
    "DidNotFound",
    "DoctypeForbidden",
    "DocumentGone",
    "DocumentMissing",
    "DuplicateKey",
    "EnvelopeRefused",
    "FetchFailed",
    "FetchRefused",
    "FormatRefused",
    "FormatUnknown",
    "FormatUnwritable",
    "GatewayError",
    "GatewayFailed",
    "InputRefused",
    "JsonLdRefused",
    "KeyInvalid",
    "KeyRefused",
    "KeyStateRefused",
    "LossRefused",
    "MalformedJson",
    "MalformedJwt",
    "MalformedXml",
    "NestingTooDeep",
    "NoSubject",
    "NotACredential",
    "NotAnInteroperableNumber",
    "NotBaked",
    "NotFound",
    "OutsideFailed",
    "Overloaded",
    "ProofGenerationError",
    "ProofInvalid",
    "ProofMalformed",
    "ProofRefused",
    "ProtectedTermRedefinition",
    "RequestRefused",
    "SettingInvalid",
    "SeveralBakedCredentials",
    "SeveralSubjects",
    "SignerFailed",
    "StatusListMalformed",
    "StatusListRefused",
    "StatusListTooShort",
    "TooComplex",
    "TooLarge",
    "TooManyElements",
    "TrustListMalformed",
    "UndefinedTerm",
    "UnknownContext",
    "UnsafeJsonLd",
    "WrongEncoding",
]


class GatewayError(Exception):
    """Base of all errors that may leave the gateway.

    ``detail`` is one sentence about this occurrence and never contains a personal value;
    ``pointer`` says where (a JSON pointer, an XPath or ``line N``, empty for the whole input);
    ``hint`` says what to do about it.
    """

    code: ClassVar[str] = "gateway_error"
    title: ClassVar[str] = "The gateway refused"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 3
    default_hint: ClassVar[str] = ""

    def __init__(self, detail: str, *, pointer: str = "", hint: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.hint = hint or self.default_hint

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders: keyword arguments must survive pickling.
        return (_rebuild, (type(self), self.detail, self.pointer, self.hint))

    def problem(self) -> dict[str, object]:
        """The members of an RFC 9457 problem document for this error."""
        members: dict[str, object] = {
            "type": f"urn:microcredential-gateway:error:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.pointer:
            members["pointer"] = self.pointer
        if self.hint:
            members["hint"] = self.hint
        return members


def _rebuild(kind: type[GatewayError], detail: str, pointer: str, hint: str) -> GatewayError:
    return kind(detail, pointer=pointer, hint=hint)


class InputRefused(GatewayError):
    """What was handed in cannot be accepted."""

    code = "input_refused"
    title = "The input is refused"
    status = 422
    exit_code = 2


# --- bytes -----------------------------------------------------------------------------------


class RequestRefused(InputRefused):
    """A request whose parameters or framing are wrong."""

    code = "request_refused"
    title = "The request is refused"
    status = 400


class NotFound(InputRefused):
    """Something asked for by name is not there."""

    code = "not_found"
    title = "Not found"
    status = 404


class EnvelopeRefused(InputRefused):
    """The bytes cannot be read as what they claim to be."""

    code = "envelope_refused"
    status = 400


class MalformedJson(EnvelopeRefused):
    code = "malformed_json"
    title = "The JSON is malformed or truncated"
    default_hint = "Check that the file was transferred whole and is a single JSON document."


class DuplicateKey(EnvelopeRefused):
    code = "duplicate_key"
    title = "An object names a key twice"
    default_hint = "Keep one of the two: readers disagree on which one counts, so nobody can sign this."


class NotAnInteroperableNumber(EnvelopeRefused):
    code = "not_an_interoperable_number"
    title = "A number cannot be represented alike everywhere"
    default_hint = "Use a finite number within ±(2^53-1), or a string."


class NestingTooDeep(EnvelopeRefused):
    code = "nesting_too_deep"
    title = "The document is nested too deeply"
    default_hint = "No credential needs this depth; check what produced the file."


class TooLarge(EnvelopeRefused):
    code = "too_large"
    title = "The document is too large"
    status = 413
    default_hint = "Remove embedded media or split the file."


class TooManyElements(EnvelopeRefused):
    code = "too_many_elements"
    title = "The document has too many elements"
    status = 413
    default_hint = "Split the file into one credential each."


class WrongEncoding(EnvelopeRefused):
    code = "wrong_encoding"
    title = "The text is not in an accepted encoding"
    default_hint = "Save JSON as UTF-8 without byte order mark, XML as UTF-8 or UTF-16."


class MalformedXml(EnvelopeRefused):
    code = "malformed_xml"
    title = "The XML is malformed or truncated"
    default_hint = "Check that the file was transferred whole; it must be well-formed XML."


class DoctypeForbidden(EnvelopeRefused):
    code = "doctype_forbidden"
    title = "The XML declares a document type"
    default_hint = "Remove the DOCTYPE: credentials need none, and entities can hide or fetch content."


class CommentInValue(EnvelopeRefused):
    code = "comment_in_value"
    title = "A comment or processing instruction stands inside a value"
    default_hint = "Remove it: readers disagree on the value around it."


class MalformedJwt(EnvelopeRefused):
    code = "malformed_jwt"
    title = "The token is malformed"
    default_hint = "A token has three parts of base64url: header, payload, signature."


class BakedImageMalformed(EnvelopeRefused):
    code = "baked_image_malformed"
    title = "The image is damaged or baked wrongly"
    default_hint = "Download the badge's image again; editing an image can destroy the credential in it."


class NotBaked(EnvelopeRefused):
    code = "not_baked"
    title = "The image holds no credential"
    status = 415
    default_hint = "Many programs drop the credential when they save an image: download the original."


class SeveralBakedCredentials(EnvelopeRefused):
    code = "several_baked_credentials"
    title = "The image holds several credentials"
    default_hint = "Readers disagree on which one counts: bake one credential into one image."


# --- documents -------------------------------------------------------------------------------


class FormatRefused(InputRefused):
    """The document is well-formed, but not a credential the gateway can take."""

    code = "format_refused"


class FormatUnknown(FormatRefused):
    code = "format_unknown"
    title = "The format is not known"
    status = 415
    default_hint = "Run `gateway formats` for what can be read and written."


class FormatUnwritable(FormatRefused):
    code = "format_unwritable"
    title = "The gateway does not write this format"
    status = 400
    default_hint = "Run `gateway formats` for the formats that can be written."


class NotACredential(FormatRefused):
    code = "not_a_credential"
    title = "The document is not a credential"
    status = 415
    default_hint = "Give one credential that somebody issued about a learner."


class NoSubject(FormatRefused):
    code = "no_subject"
    title = "The credential has no subject"
    default_hint = (
        "A credential says something about somebody: credentialSubject must be there and not empty."
    )


class SeveralSubjects(FormatRefused):
    code = "several_subjects"
    title = "The credential has several subjects"
    default_hint = "Issue one credential for each learner."


class ControlCharacter(FormatRefused):
    code = "control_character"
    title = "A text contains a control character"
    default_hint = "Remove it: verifiers disagree on how it is signed."


# --- linked data -----------------------------------------------------------------------------


class JsonLdRefused(InputRefused):
    """The linked data cannot be signed or verified without doubt about what it says."""

    code = "jsonld_refused"
    title = "The linked data cannot be processed"


class UnknownContext(JsonLdRefused):
    code = "unknown_context"
    title = "A JSON-LD context is not known to the gateway"
    default_hint = (
        "The gateway never loads contexts from the network; use a listed one or put the terms inline."
    )


class ProtectedTermRedefinition(JsonLdRefused):
    code = "protected_term_redefinition"
    title = "A context redefines a protected term"
    default_hint = "These contexts cannot be used together; see the pointer for the context that redefines."


class UndefinedTerm(JsonLdRefused):
    code = "undefined_term"
    title = "A term is not defined by the document's contexts"
    default_hint = "Add the context that defines it, or remove the property: no signature would cover it."


class UnsafeJsonLd(JsonLdRefused):
    code = "unsafe_jsonld"
    title = "A value would be left out of what is signed"
    default_hint = "Use absolute IRIs, valid language tags, and no null or empty values."


class TooComplex(JsonLdRefused):
    code = "canonicalization_too_complex"
    title = "The graph is too complex to canonicalize"
    default_hint = "Give identifiers to the nodes that cannot be told apart."


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
    title = "The key is not a valid Ed25519 Multikey"
    default_hint = "An Ed25519 public key begins with z6Mk, base58btc of 0xed01 and 32 bytes."


class KeyStateRefused(KeyRefused):
    code = "key_state_refused"
    title = "The state of the key does not allow this"
    status = 409
    default_hint = "Keys go from active to retired to revoked, never back; `gateway keys list` shows them."


class DidMethodUnknown(KeyRefused):
    code = "did_method_unknown"
    title = "The DID is malformed or its method is not supported"
    status = 400
    default_hint = "Supported: did:key (Ed25519) and did:web."


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


# --- the rest --------------------------------------------------------------------------------


class LossRefused(GatewayError):
    """A strict conversion would lose values of the source."""

    code = "loss_refused"
    title = "The conversion would lose values and strict was asked for"
    status = 422
    exit_code = 1
    default_hint = "See the report for what would be lost; `--original full` carries everything."


class OutsideFailed(GatewayError):
    """The outside world did not answer as needed."""

    code = "outside_failed"
    title = "Another party did not answer as needed"
    status = 502


class FetchRefused(OutsideFailed):
    code = "fetch_refused"
    title = "The gateway does not fetch from this address"
    default_hint = "Only public https hosts by name are fetched from, without redirects."


class FetchFailed(OutsideFailed):
    code = "fetch_failed"
    title = "Fetching failed"
    default_hint = "Try again later; the other server must answer within the limits of time and size."


class DocumentGone(FetchFailed):
    """The other server says that what was asked for existed and was withdrawn (HTTP 410)."""

    code = "gone"
    title = "The document was withdrawn"


class DocumentMissing(FetchFailed):
    """The other server says that there is nothing at the address (HTTP 404)."""

    code = "document_missing"
    title = "There is no such document"


class TrustListMalformed(OutsideFailed):
    """A list of issuers, or an answer of one, that cannot be read or does not prove what it says."""

    code = "trust_list_malformed"
    title = "A list of issuers cannot be read"


class DidNotFound(OutsideFailed):
    code = "did_not_found"
    title = "The DID could not be resolved"
    status = 404


class GatewayFailed(GatewayError):
    """The gateway itself, or how it was set up, is at fault."""

    code = "gateway_failed"
    title = "The gateway failed"


class Overloaded(GatewayFailed):
    """More work is waiting than the gateway takes on."""

    code = "overloaded"
    title = "The gateway is busy"
    status = 503
    default_hint = "Try again in a few seconds."


class SettingInvalid(GatewayFailed):
    code = "setting_invalid"
    title = "A setting is invalid"


class SignerFailed(GatewayFailed):
    code = "signer_failed"
    title = "The signing key cannot be used"
