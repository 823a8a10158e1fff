"""The certificate that the service shows, taken anew when its files change: no restart for a renewal."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.errors import SettingInvalid
from gateway.settings import Settings

__all__ = ["HANDSHAKE", "Certificate", "certificate_of", "renewing"]

log = logging.getLogger("gateway")

EVERY = 30.0
"""Seconds between looks at whether the files have changed."""
HANDSHAKE = 10.0
"""Seconds a client has for its part of the handshake."""
Stamp = tuple[tuple[int, int], ...]


class Certificate:
    """A certificate with its chain, and its key, in PEM files. ``context`` shows what they held when last taken."""

    def __init__(self, chain: Path, key: Path) -> None:
        """Take the files. Raises ``SettingInvalid``."""
        self._chain, self._key = chain, key
        self._taken = self._stamp()
        self.context = self._fresh()

    def look(self) -> bool:
        """Take the files anew where they have changed; whether they were. What cannot be used changes nothing."""
        if (stamp := self._stamp()) == self._taken:
            return False
        self._taken = stamp
        try:
            self._fresh()  # a context of its own first: half a pair would end the one in use
            self.context.load_cert_chain(self._chain, self._key)
        except (SettingInvalid, OSError, ssl.SSLError):
            log.error("the certificate has changed and cannot be used; the one before is shown on")
            return False
        log.info("the certificate was taken anew")
        return True

    def _fresh(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._chain, self._key, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise SettingInvalid(
                f"the certificate cannot be used ({type(error).__name__})",
                hint="GATEWAY_TLS_CERT is a PEM file of the certificate and its chain, GATEWAY_TLS_KEY of its key.",
            ) from None
        return context

    def _stamp(self) -> Stamp:
        """What changes when the files do; nothing while they are not there."""
        try:
            found = [path.stat() for path in (self._chain, self._key)]
        except OSError:
            return ()
        return tuple((one.st_mtime_ns, one.st_ino) for one in found)


def _no_password() -> str:
    """A key that needs one is refused, rather than somebody asked at the terminal."""
    raise ValueError


def certificate_of(settings: Settings) -> Certificate | None:
    """The certificate that the settings name. Raises ``SettingInvalid``."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Certificate(settings.tls_cert, settings.tls_key)


@asynccontextmanager
async def renewing(certificate: Certificate | None, every: float = EVERY) -> AsyncIterator[None]:
    """Look at the files now and then, and when told to (``SIGHUP``), for as long as the block."""
    if certificate is None:
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, certificate.look)

    async def watch() -> None:
        while True:
            await asyncio.sleep(every)
            certificate.look()

    task = asyncio.create_task(watch(), name="certificate")
    try:
        yield
    finally:
        task.cancel()
        loop.remove_signal_handler(signal.SIGHUP)
