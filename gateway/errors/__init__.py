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

from gateway.errors.base import (
    GatewayError,
    InputRefused,
)
from gateway.errors.documents import (
    BakedImageMalformed,
    CommentInValue,
    ControlCharacter,
    DoctypeForbidden,
    DuplicateKey,
    EnvelopeRefused,
    FormatRefused,
    FormatUnknown,
    FormatUnwritable,
    JsonLdRefused,
    MalformedJson,
    MalformedJwt,
    MalformedXml,
    MethodNotAllowed,
    NestingTooDeep,
    NoSubject,
    NotACredential,
    NotAnInteroperableNumber,
    NotBaked,
    NotFound,
    ProtectedTermRedefinition,
    RequestRefused,
    SeveralBakedCredentials,
    SeveralSubjects,
    TooComplex,
    TooLarge,
    TooManyElements,
    UndefinedTerm,
    UnknownContext,
    UnsafeJsonLd,
    WrongEncoding,
)
from gateway.errors.failures import (
    DidNotFound,
    DocumentGone,
    DocumentMissing,
    FetchFailed,
    FetchRefused,
    GatewayFailed,
    LossRefused,
    OutsideFailed,
    Overloaded,
    SettingInvalid,
    SignerFailed,
    TrustListExpired,
    TrustListMalformed,
    TrustListUnsigned,
)
from gateway.errors.securing import (
    CertificateMalformed,
    DidMethodUnknown,
    KeyInvalid,
    KeyRefused,
    KeyStateRefused,
    ProofGenerationError,
    ProofInvalid,
    ProofMalformed,
    ProofRefused,
    StatusListMalformed,
    StatusListRefused,
    StatusListTooShort,
)

__all__ = [
    "BakedImageMalformed",
    "CertificateMalformed",
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
    "MethodNotAllowed",
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
    "TrustListExpired",
    "TrustListMalformed",
    "TrustListUnsigned",
    "UndefinedTerm",
    "UnknownContext",
    "UnsafeJsonLd",
    "WrongEncoding",
]
