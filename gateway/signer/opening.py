"""Who signs for a gateway, by its settings: SOURCES is a table."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from gateway.errors import KeyInvalid, SettingInvalid
from gateway.keys import SecretKey, public_key_of, secret_key_from_multikey
from gateway.settings import Settings, did_web_of
from gateway.signer.exchange import Exchange, HttpExchange
from gateway.signer.port import Held, KeyRing, KeySigner, SecretSource, Signer
from gateway.signer.records import KeyRecord
from gateway.signer.store import KeyStore

if TYPE_CHECKING:
    from gateway.signer.kms import KmsSource
    from gateway.signer.token import TokenSource

__all__ = ["SOURCES", "open_signer", "signer_for"]

log = logging.getLogger("gateway")


def signer_for(settings: Settings, now: datetime) -> Signer:
    """The signer with a key of the store (the first is made) or of the environment, which need no waiting.

    It signs as did:web under the public address if there is one, else as did:key.
    Raises ``SettingInvalid`` or ``SignerFailed``, neither of which holds a key.
    """
    source = _source_of(settings)
    if source not in ("environment", "file"):
        raise SettingInvalid(f"the key is in {source}: it is opened with open_signer")
    return _environment(settings) if source == "environment" else _file(settings, now)


async def open_signer(settings: Settings, now: datetime, *, exchange: Exchange | None = None) -> Signer:
    """The gateway's signer, wherever its key is. ``close`` it at the end.

    A key of a token or a service gets its number in the store when it is first met, so that it can be
    retired and revoked like any other. ``exchange`` reaches the service, over HTTPS unless given.
    Raises ``SettingInvalid`` or ``SignerFailed``, neither of which holds a key, a PIN or a credential.
    """
    return await SOURCES[_source_of(settings)](settings, now, exchange)


def _source_of(settings: Settings) -> str:
    """Where the key is; ``SettingInvalid`` when the settings name several places."""
    named = {
        "environment": settings.signing_key is not None,
        "pkcs11": settings.pkcs11_module is not None,
        "kms": settings.kms_key is not None,
    }
    found = [name for name, given in named.items() if given]
    if len(found) > 1:
        raise SettingInvalid(
            f"the signing key is set up in several places: {', '.join(found)}", hint="Keep one of them."
        )
    return found[0] if found else "file"


def _did(settings: Settings) -> str:
    return did_web_of(settings.public_url) if settings.public_url is not None else ""


def _file(settings: Settings, now: datetime) -> KeySigner:
    did = _did(settings)
    store = KeyStore(settings.data)
    store.active(now)
    return KeyRing(store, did).choose()


def _environment(settings: Settings) -> KeySigner:
    secret = _given(settings.signing_key or "")
    if settings.environment == "production":
        raise SettingInvalid(
            "GATEWAY_SIGNING_KEY is for development and not used in production",
            hint="Keep the key in a file, a PKCS#11 token or a key service.",
        )
    _warn()
    record = KeyRecord(0, "", public_key_of(secret), source="environment")
    return KeyRing(KeyStore(settings.data), _did(settings), Held(record, SecretSource(secret))).choose()


@cache
def _warn() -> None:
    log.warning("signing with GATEWAY_SIGNING_KEY, which is for development only")


def _given(text: str) -> SecretKey:
    try:
        return secret_key_from_multikey(text)
    except KeyInvalid:
        raise SettingInvalid("GATEWAY_SIGNING_KEY is not a secret Multikey") from None


async def _from_file(settings: Settings, now: datetime, _: Exchange | None) -> KeySigner:
    return _file(settings, now)


async def _from_environment(settings: Settings, _: datetime, __: Exchange | None) -> KeySigner:
    return _environment(settings)


async def _from_token(settings: Settings, now: datetime, _: Exchange | None) -> KeySigner:
    for name in ("pkcs11_token", "pkcs11_label"):
        if getattr(settings, name) is None:
            raise SettingInvalid(f"GATEWAY_{name.upper()} is missing beside GATEWAY_PKCS11_MODULE")
    from gateway.signer.token import TokenSource  # imported here: most keys are in files

    return await _held(settings, now, TokenSource(settings), "pkcs11")


async def _from_service(settings: Settings, now: datetime, exchange: Exchange | None) -> KeySigner:
    from gateway.signer.kms import KmsSource

    reach = exchange or HttpExchange(settings.fetch_timeout)
    return await _held(settings, now, KmsSource(settings, reach), "kms")


async def _held(settings: Settings, now: datetime, source: KmsSource | TokenSource, name: str) -> KeySigner:
    """The signer with a key held elsewhere, whose public half is kept."""
    did = _did(settings)
    try:
        record = KeyStore(settings.data).register(await source.public_key(), now, source=name)
        return KeyRing(KeyStore(settings.data), did, Held(record, source)).choose()
    except BaseException:
        await source.close()
        raise


SOURCES: dict[str, Callable[[Settings, datetime, Exchange | None], Awaitable[KeySigner]]] = {
    "file": _from_file,
    "environment": _from_environment,
    "pkcs11": _from_token,
    "kms": _from_service,
}
"""How the signer is opened, by where its key is."""
