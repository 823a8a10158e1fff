"""What is refused on the way to an access token; the codes are those of OAuth 2.0 (RFC 6749, 7009, 7591)."""

from __future__ import annotations

from gateway.errors.base import InputRefused

__all__ = [
    "ClientMetadataInvalid",
    "ClientUnauthorized",
    "ClientUnknown",
    "ConsentDenied",
    "GrantInvalid",
    "GrantTypeUnsupported",
    "OAuthRefused",
    "RedirectInvalid",
    "ResponseTypeUnsupported",
    "ScopeInvalid",
    "TokenTypeUnsupported",
]


class OAuthRefused(InputRefused):
    """A request of OAuth that lacks something, has something twice, or is malformed."""

    code = "invalid_request"
    title = "The request for access is malformed"
    status = 400


class ClientUnknown(OAuthRefused):
    """A client that does not show who it is."""

    code = "invalid_client"
    title = "The client is not known"
    status = 401
    default_hint = "Send client_id and client_secret by HTTP Basic."


class GrantInvalid(OAuthRefused):
    """A code or refresh token that does not hold, or was given to another."""

    code = "invalid_grant"
    title = "The code or refresh token does not hold"
    default_hint = "Ask for consent again."


class ClientUnauthorized(OAuthRefused):
    """A client that asks for a token in a way that is not its own."""

    code = "unauthorized_client"
    title = "The client may not ask for a token this way"


class GrantTypeUnsupported(OAuthRefused):
    """A way to a token there is not."""

    code = "unsupported_grant_type"
    title = "There is no such way to a token"
    default_hint = "Known: authorization_code, refresh_token, client_credentials."


class ResponseTypeUnsupported(OAuthRefused):
    """A response of the authorization endpoint there is not."""

    code = "unsupported_response_type"
    title = "There is no such response"
    default_hint = "response_type is code."


class ScopeInvalid(OAuthRefused):
    """Scopes there are not, or that the client does not have."""

    code = "invalid_scope"
    title = "The client cannot be given these scopes"


class ConsentDenied(OAuthRefused):
    """A person who does not let the client in."""

    code = "access_denied"
    title = "Consent was denied"


class RedirectInvalid(OAuthRefused):
    """An address to come back to that no client can have."""

    code = "invalid_redirect_uri"
    title = "The client cannot be sent back to this address"
    default_hint = "redirect_uris are https addresses without a fragment, on the host of client_uri."


class ClientMetadataInvalid(OAuthRefused):
    """A registration that says what no client can be."""

    code = "invalid_client_metadata"
    title = "A client cannot be registered with this"


class TokenTypeUnsupported(OAuthRefused):
    """A kind of token that cannot be revoked."""

    code = "unsupported_token_type"
    title = "There is no such kind of token"
    default_hint = "token_type_hint is access_token or refresh_token."
