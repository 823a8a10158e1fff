"""What an issuer refuses a wallet; the codes are those of OpenID4VCI 1.0 (sections 8.3.1, 9.3 and 11.3)."""

from __future__ import annotations

from gateway.errors.base import InputRefused

__all__ = [
    "CredentialIdentifierUnknown",
    "CredentialRequestDenied",
    "CredentialTypeUnsupported",
    "ConfigurationUnknown",
    "EncryptionUnsupported",
    "IssuancePending",
    "IssuanceRefused",
    "KeyProofInvalid",
    "NonceInvalid",
    "NotificationInvalid",
    "NotificationUnknown",
    "TokenRefused",
    "TransactionUnknown",
]


class IssuanceRefused(InputRefused):
    """A request for a credential that lacks something, has something twice, or is malformed."""

    code = "invalid_credential_request"
    title = "The request for a credential is malformed"
    status = 400


class ConfigurationUnknown(IssuanceRefused):
    """A form of credential that the issuer does not have, or that was not offered."""

    code = "unknown_credential_configuration"
    title = "There is no such form of credential on offer"
    default_hint = "Ask for one of the credential_configuration_ids of the offer."


class CredentialTypeUnsupported(IssuanceRefused):
    """The same in the words of drafts 13 and 14, which ask by format and type."""

    code = "unsupported_credential_type"
    title = "There is no credential of this format and type on offer"
    default_hint = "Ask for one of the credential_configuration_ids of the offer."


class CredentialIdentifierUnknown(IssuanceRefused):
    """An identifier that did not come with the token."""

    code = "unknown_credential_identifier"
    title = "The credential identifier is not one that came with the token"


class KeyProofInvalid(IssuanceRefused):
    """A proof of possession that does not hold, or is missing."""

    code = "invalid_proof"
    title = "The key proof does not hold"
    default_hint = "Make a new proof for this issuer, with a nonce from the nonce endpoint."


class NonceInvalid(IssuanceRefused):
    """A nonce that was not given out, was used, or has run out."""

    code = "invalid_nonce"
    title = "The nonce does not hold any more"
    default_hint = "Take a new nonce from the nonce endpoint and make a new proof."


class EncryptionUnsupported(IssuanceRefused):
    """A wish for an encrypted response, which is not made."""

    code = "invalid_encryption_parameters"
    title = "Responses are not encrypted"
    default_hint = "Ask without credential_response_encryption."


class CredentialRequestDenied(IssuanceRefused):
    """A credential that is not given out any more."""

    code = "credential_request_denied"
    title = "The credential is not given out"


class TransactionUnknown(IssuanceRefused):
    """A transaction there is not, or that is over."""

    code = "invalid_transaction_id"
    title = "There is no such transaction"


class IssuancePending(IssuanceRefused):
    """A credential that is not ready, in the words of the drafts."""

    code = "issuance_pending"
    title = "The credential is not ready yet"


class NotificationInvalid(IssuanceRefused):
    """A notification that is malformed."""

    code = "invalid_notification_request"
    title = "The notification is malformed"


class NotificationUnknown(IssuanceRefused):
    """A notification about something that was not given out with this token."""

    code = "invalid_notification_id"
    title = "There is no such notification"


class TokenRefused(IssuanceRefused):
    """No access token, or one that does not hold (RFC 6750 section 3.1)."""

    code = "invalid_token"
    title = "The access token does not hold"
    status = 401
    default_hint = "Open the offer again, or ask for a new one."
