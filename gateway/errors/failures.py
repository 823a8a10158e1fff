"""What the input is not at fault for: a loss refused, the outside world, the gateway itself."""

from __future__ import annotations

from gateway.errors.base import GatewayError

__all__ = [
    "DidNotFound",
    "DocumentGone",
    "DocumentMissing",
    "FetchFailed",
    "FetchRefused",
    "GatewayFailed",
    "LossRefused",
    "NotReady",
    "OutsideFailed",
    "Overloaded",
    "SettingInvalid",
    "SignerFailed",
    "SourceMalformed",
    "SourceRefused",
    "TrustListExpired",
    "TrustListMalformed",
    "TrustListUnsigned",
]


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


class SourceRefused(OutsideFailed):
    """A source that the gateway follows says no, or cannot be asked now."""

    code = "source_refused"
    title = "The source refuses the request"
    default_hint = (
        "Check the address and the key; what was taken in is kept, and the next round goes on from there."
    )


class SourceMalformed(OutsideFailed):
    """An answer of a source that the gateway follows, which is not what it must be."""

    code = "source_malformed"
    title = "The source does not answer as it must"
    default_hint = "Nothing of this page was kept; tell the operator of the source."


class TrustListMalformed(OutsideFailed):
    """A list of issuers, or an answer of one, that cannot be read or does not prove what it says."""

    code = "trust_list_malformed"
    title = "A list of issuers cannot be read"


class TrustListUnsigned(OutsideFailed):
    """A list that must be signed, and is not by anybody who may sign it."""

    code = "trust_list_signature"
    title = "A list of issuers is not signed as it must be"


class TrustListExpired(OutsideFailed):
    """A list that says itself until when it counts, and that moment is over."""

    code = "trust_list_expired"
    title = "A list of issuers is out of date"


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


class NotReady(GatewayFailed):
    """The process answers and cannot do all of its work now."""

    code = "not_ready"
    title = "The gateway cannot do all of its work now"
    status = 503
    default_hint = "The checks that are not ok say what is wrong; the log says more."


class SettingInvalid(GatewayFailed):
    code = "setting_invalid"
    title = "A setting is invalid"


class SignerFailed(GatewayFailed):
    code = "signer_failed"
    title = "The signing key cannot be used"
