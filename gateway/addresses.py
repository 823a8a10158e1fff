"""Which addresses anybody on the internet may be sent to, and names that have only such."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

__all__ = ["CheckedResolver", "NotPublic", "is_public_address"]

NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0/96", "5f00::/16",
        "100::/64", "fec0::/10", "192.88.99.0/24", "224.0.0.0/4", "ff00::/8",
    )
)  # fmt: skip
"""Blocks that count as global and yet may lead inside: translation, tunnels, multicast."""


def is_public_address(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet may be sent to."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    blocked = any(parsed in block for block in NOT_PUBLIC if block.version == parsed.version)
    return parsed.is_global and not blocked and not parsed.is_multicast


class NotPublic(OSError):
    """An address that nobody is sent to."""


class CheckedResolver(AbstractResolver):
    """Names to addresses; a name with even one address that is not public has none."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses. Raises ``OSError``, as resolvers do."""
        found = await self._inner.resolve(host, port, family)
        if not all(is_public_address(entry["host"]) for entry in found):
            raise NotPublic("the address is not public")
        return found

    async def close(self) -> None:
        """Close the resolver within."""
        await self._inner.close()
