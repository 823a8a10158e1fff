"""A key in a hardware security module or another PKCS#11 token. https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/

``python-pkcs11`` is an optional extra and is loaded only when a token is set up.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from gateway.errors import KeyInvalid, SettingInvalid, SignerFailed
from gateway.keys import PublicKey, public_key
from gateway.settings import Settings
from gateway.signer.files import read_private

__all__ = ["TokenSource"]

ANSWER_SECONDS = 15.0
P256_PARAMETERS = bytes.fromhex("06082a8648ce3d030107")
ED25519_PARAMETERS = (bytes.fromhex("06032b6570"), b"\x13\x0cedwards25519")
"""The curve by its OID in DER, or by its name as a PrintableString (PKCS#11 3.1 section 6.3.3)."""

REASONS = {
    "PinIncorrect": ("the token refuses the PIN", "Check GATEWAY_PKCS11_PIN; it is not tried again."),
    "PinLocked": ("the token is locked", "Unlock it with the security officer's PIN."),
    "NoSuchToken": ("there is no such token", "Check GATEWAY_PKCS11_TOKEN."),
    "MultipleTokensReturned": ("several tokens have this label", "Give each token its own label."),
    "NoSuchKey": ("there is no such key", "Check GATEWAY_PKCS11_LABEL; both halves must carry it."),
    "MultipleObjectsReturned": ("several keys have this label", "Give each key its own label."),
}
"""What failed and what to do, by the name of the library's exception."""
FINAL = frozenset(("PinIncorrect", "PinLocked"))
"""After these nothing is tried again: a token locks itself after a few wrong PINs."""
LOST = frozenset(
    ("CryptokiNotInitialized", "DeviceError", "DeviceRemoved", "GeneralError", "KeyHandleInvalid",
     "ObjectHandleInvalid", "SessionClosed", "SessionHandleInvalid", "TokenNotPresent", "UserNotLoggedIn")
)  # fmt: skip
"""After these a new session may work."""

T = TypeVar("T")


class TokenSource:
    """One key pair of a token, found by its label. A thread of its own does all the talking, call by call."""

    def __init__(self, settings: Settings, seconds: float = ANSWER_SECONDS) -> None:
        self._settings = settings
        self._seconds = seconds
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pkcs11")
        self._session: Any = None
        self._key: Any = None
        self._final: SignerFailed | None = None
        self._kind = ""

    async def public_key(self) -> PublicKey:
        """The public half. Raises ``SignerFailed``, ``SettingInvalid``."""
        return await self._run(self._public_key)

    async def sign(self, data: bytes) -> bytes:
        """The raw signature: CKM_EDDSA, or CKM_ECDSA over a SHA-256. Raises ``SignerFailed``."""
        return await self._run(partial(self._sign, data))

    async def close(self) -> None:
        """Log out, without waiting for a token that hangs."""
        self._worker.submit(self._drop)
        self._worker.shutdown(wait=False)

    async def _run(self, work: Callable[[Any], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                return await loop.run_in_executor(self._worker, self._do, work)
        except TimeoutError:
            raise SignerFailed(f"the token gave no answer within {self._seconds:g} seconds") from None

    # --- in the worker's thread ------------------------------------------------------------------

    def _do(self, work: Callable[[Any], T]) -> T:
        """The work with an open session; once more with a new one when the session was lost."""
        pkcs11 = _library()
        if self._final is not None:
            raise self._final
        for last in (False, True):
            try:
                if self._session is None:
                    self._session = self._open(pkcs11)
                return work(self._session)
            except pkcs11.PKCS11Error as error:
                name = type(error).__name__
            self._drop()  # not before the error is gone, which may hold a search to be ended in the session
            if last or name not in LOST:
                raise self._failed(name)
        raise SignerFailed("the token failed")

    def _open(self, pkcs11: Any) -> Any:
        token = pkcs11.lib(self._settings.pkcs11_module).get_token(token_label=self._settings.pkcs11_token)
        try:
            return token.open(user_pin=_pin(self._settings))
        except pkcs11.UserAlreadyLoggedIn:  # a login counts for every session of the process
            return token.open()

    def _found(self, session: Any, kind: str) -> Any:
        """The public or private key of the label."""
        pkcs11 = _library()
        template = {
            pkcs11.Attribute.CLASS: getattr(pkcs11.ObjectClass, kind),
            pkcs11.Attribute.LABEL: self._settings.pkcs11_label,
        }
        found = list(session.get_objects(template))
        if len(found) != 1:
            raise pkcs11.MultipleObjectsReturned if found else pkcs11.NoSuchKey
        return found[0]

    def _public_key(self, session: Any) -> PublicKey:
        attribute = _library().Attribute
        key = self._found(session, "PUBLIC_KEY")
        try:
            parameters, point = bytes(key[attribute.EC_PARAMS]), bytes(key[attribute.EC_POINT])
        except (_library().AttributeTypeInvalid, KeyError, TypeError):
            raise SignerFailed("the key of the token is not on an elliptic curve") from None
        found = _public(parameters, point)
        self._kind = found.kind
        return found

    def _sign(self, data: bytes, session: Any) -> bytes:
        mechanism = _library().Mechanism
        if not self._kind:
            self._public_key(session)
        if self._key is None:
            self._key = self._found(session, "PRIVATE_KEY")
        if self._kind == "ed25519":
            return bytes(self._key.sign(data, mechanism=mechanism.EDDSA))
        return bytes(self._key.sign(hashlib.sha256(data).digest(), mechanism=mechanism.ECDSA))

    def _drop(self) -> None:
        session, self._session, self._key = self._session, None, None
        if session is not None:
            try:
                session.close()
            except _library().PKCS11Error:
                return

    def _failed(self, name: str) -> SignerFailed:
        detail, hint = REASONS.get(name, (f"the token failed ({name})", ""))
        if name == "PKCS11Error":
            detail, hint = "the PKCS#11 module cannot be used", "Check GATEWAY_PKCS11_MODULE."
        failed = SignerFailed(detail, hint=hint)
        if name in FINAL:
            self._final = failed
        return failed


def _library() -> Any:
    try:
        import pkcs11
    except ImportError:
        raise SettingInvalid(
            "PKCS#11 is not installed", hint="Install the gateway with the extra `pkcs11`."
        ) from None
    return pkcs11


def _pin(settings: Settings) -> str:
    """The PIN from the environment or from a file that its owner alone reads."""
    if settings.pkcs11_pin is not None:
        return settings.pkcs11_pin
    if settings.pkcs11_pin_file is None:
        raise SettingInvalid(
            "the token needs a PIN", hint="Set GATEWAY_PKCS11_PIN_FILE, or GATEWAY_PKCS11_PIN."
        )
    try:
        return read_private(settings.pkcs11_pin_file).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SettingInvalid("GATEWAY_PKCS11_PIN_FILE does not hold a PIN") from None


def _public(parameters: bytes, point: bytes) -> PublicKey:
    """The key of a point, which tokens give as it is or wrapped in an OCTET STRING."""
    if len(point) in (34, 67) and point[:2] == bytes((0x04, len(point) - 2)):
        point = point[2:]
    try:
        if parameters in ED25519_PARAMETERS:
            return public_key("ed25519", point)
        if parameters == P256_PARAMETERS and len(point) == 65 and point[0] == 4:
            return public_key("p256", bytes((2 + point[-1] % 2,)) + point[1:33])
    except KeyInvalid:
        raise SignerFailed("the public key of the token is not a point of its curve") from None
    raise SignerFailed(
        "the key of the token is of no kind the gateway signs with", hint="Make an Ed25519 or a P-256 key."
    )
