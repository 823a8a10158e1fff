"""What a service refuses: callers it does not know or allow, requests that repeat, a store that fails."""

from __future__ import annotations

from gateway.errors.base import InputRefused
from gateway.errors.failures import GatewayFailed

__all__ = [
    "AccessRefused",
    "CredentialWithdrawn",
    "ExchangeEnded",
    "IdempotencyConflict",
    "MediaTypeUnsupported",
    "NotAuthenticated",
    "OfferEnded",
    "PresentationRefused",
    "RowMalformed",
    "ScopeMissing",
    "StateConflict",
    "StoreFailed",
    "TooManyRequests",
]


class AccessRefused(InputRefused):
    """A caller who may not do this, or not now."""

    code = "access_refused"
    title = "Access is refused"
    status = 403


class NotAuthenticated(AccessRefused):
    """Nobody known asks: no key or token, or one that does not hold (any more)."""

    code = "not_authenticated"
    title = "The caller is not known"
    status = 401
    default_hint = "Send `Authorization: Bearer` with an API key or access token that has not expired."


class ScopeMissing(AccessRefused):
    """Somebody known asks for what the key or token does not allow."""

    code = "scope_missing"
    title = "The key or token does not allow this"
    default_hint = "Use a key with the scope that is named."


class TooManyRequests(AccessRefused):
    """A tenant asks for more than its share; in ``seconds`` it may ask again."""

    code = "too_many_requests"
    title = "Too many requests"
    status = 429
    default_hint = "Wait for as many seconds as Retry-After says."

    def __init__(self, detail: str, *, pointer: str = "", hint: str = "", seconds: float = 30) -> None:
        super().__init__(detail, pointer=pointer, hint=hint)
        self.seconds = seconds


class IdempotencyConflict(InputRefused):
    """An Idempotency-Key that another request has used."""

    code = "idempotency_conflict"
    title = "The Idempotency-Key belongs to another request"
    status = 409
    default_hint = "Use a new key for a new request; repeat a request exactly to get its answer again."


class StateConflict(InputRefused):
    """A change that the present state of a thing does not allow."""

    code = "state_conflict"
    title = "The present state does not allow this"
    status = 409


class CredentialWithdrawn(InputRefused):
    """A credential that was revoked, suspended or erased: it is given out in no form."""

    code = "credential_withdrawn"
    title = "The credential was withdrawn"
    status = 410
    default_hint = "Its record says its state; the original of one that was not erased can still be fetched."


class OfferEnded(InputRefused):
    """An offer that was taken, has run out or was ended: nothing is given out for it any more."""

    code = "offer_ended"
    title = "The offer does not hold any more"
    status = 410
    default_hint = "Ask whoever sent the link for a new one."


class PresentationRefused(InputRefused):
    """What a wallet presents that is not what it was asked for, or comes too late."""

    code = "presentation_refused"
    title = "What is presented is not accepted"
    status = 400
    default_hint = "Ask for a new request, and answer it as it is."


class MediaTypeUnsupported(InputRefused):
    """A body of a kind that is not read here."""

    code = "media_type_unsupported"
    title = "A body of this kind is not read here"
    status = 415
    default_hint = "Send one of the kinds that are named as Content-Type."


class RowMalformed(InputRefused):
    """A row of a table that makes no credential."""

    code = "row_malformed"
    title = "The row makes no credential"
    default_hint = "Correct the row and hand in those that failed once more."


class ExchangeEnded(InputRefused):
    """An exchange that came to its end, or has run out."""

    code = "exchange_ended"
    title = "The exchange is over"
    status = 410
    default_hint = "Ask whoever sent the address for a new one."


class StoreFailed(GatewayFailed):
    """The database did not keep or find what it had to: nothing that was not answered is kept."""

    code = "store_failed"
    title = "The store failed"
    status = 503
    default_hint = "Try again; an Idempotency-Key makes sure that nothing is done twice."
