"""What is wrong with a document: its bytes, its format, its linked data."""

from __future__ import annotations

from gateway.errors.base import InputRefused

__all__ = [
    "BakedImageMalformed",
    "CommentInValue",
    "ControlCharacter",
    "DoctypeForbidden",
    "DuplicateKey",
    "EnvelopeRefused",
    "FormatRefused",
    "FormatUnknown",
    "FormatUnwritable",
    "JsonLdRefused",
    "IsBundle",
    "MalformedJson",
    "MalformedJwt",
    "MalformedXml",
    "MethodNotAllowed",
    "NestingTooDeep",
    "NoSubject",
    "NoAttachment",
    "NotACredential",
    "NotAPresentation",
    "NotAnInteroperableNumber",
    "NotAnImage",
    "NotBaked",
    "NotFound",
    "OptionUnknown",
    "PdfMalformed",
    "ProtectedTermRedefinition",
    "RequestRefused",
    "SeveralAttachments",
    "SeveralBakedCredentials",
    "SeveralSubjects",
    "TooComplex",
    "TooLarge",
    "TooManyElements",
    "UndefinedTerm",
    "UnknownContext",
    "UnsafeJsonLd",
    "WrongEncoding",
]


# --- bytes -----------------------------------------------------------------------------------


class RequestRefused(InputRefused):
    """A request whose parameters or framing are wrong."""

    code = "request_refused"
    title = "The request is refused"
    status = 400


class OptionUnknown(RequestRefused):
    """A member or an option of a request that nobody reads."""

    code = "option_unknown"
    title = "The request has a part that nobody reads"
    default_hint = "Leave it out of the request."


class NotFound(InputRefused):
    """Something asked for by name is not there."""

    code = "not_found"
    title = "Not found"
    status = 404


class MethodNotAllowed(RequestRefused):
    """A path that is there, asked in a way it does not answer."""

    code = "method_not_allowed"
    title = "This cannot be asked in this way"
    status = 405
    default_hint = "The page at / describes what can be asked."


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


class NotAnImage(EnvelopeRefused):
    code = "not_an_image"
    title = "There is no image to bake the credential into"
    status = 415
    default_hint = "Give a PNG or an SVG image; it stays as it is but for the credential."


class SeveralBakedCredentials(EnvelopeRefused):
    code = "several_baked_credentials"
    title = "The image holds several credentials"
    default_hint = "Readers disagree on which one counts: bake one credential into one image."


class PdfMalformed(EnvelopeRefused):
    code = "pdf_malformed"
    title = "The PDF cannot be read"
    default_hint = "Give the attached credential itself."


class NoAttachment(EnvelopeRefused):
    code = "no_attachment"
    title = "The PDF has no credential attached"
    status = 415
    default_hint = "A PDF that only shows a credential is no credential: ask the issuer for its JSON or XML."


class SeveralAttachments(EnvelopeRefused):
    code = "several_attachments"
    title = "The PDF has several credentials attached"
    default_hint = "Save the attachments and give each credential alone."


# --- documents -------------------------------------------------------------------------------


class FormatRefused(InputRefused):
    """The document is well-formed, but not a credential the gateway can take."""

    code = "format_refused"


class FormatUnknown(FormatRefused):
    code = "format_unknown"
    title = "The format is not known"
    status = 415
    default_hint = "Run `gateway formats` for what can be read and written."


class IsBundle(FormatRefused):
    code = "is_bundle"
    title = "The document holds several credentials"
    status = 415
    default_hint = (
        "Each of them is a credential by itself: convert it with /v1/convert, or `gateway convert`."
    )


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


class NotAPresentation(FormatRefused):
    code = "not_a_presentation"
    title = "The document is not a presentation"
    status = 400
    default_hint = "Give a presentation of type VerifiablePresentation, as JSON or as a token."


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
