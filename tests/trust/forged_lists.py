"""EU trusted lists that are not what their operator signed, or not any more: nothing they say counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.trust.lists import NOW
from tests.trust.lists_eu import AUTHORITY, STRANGER, service, trusted_list

__all__ = ["UNBELIEVABLE"]

SECOND = timedelta(seconds=1)


def _changed(content: bytes) -> bytes:
    return content.replace(b"Example Provider", b"Example Prowider")


def _granted(content: bytes) -> bytes:
    return content.replace(b"Svcstatus/withdrawn", b"Svcstatus/granted")


def _unsigned(content: bytes) -> bytes:
    return trusted_list(service(AUTHORITY), sign=False)


def _signed_twice(content: bytes) -> bytes:
    start, end = content.index(b"<ds:Signature"), content.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    return content[:end] + content[start:end] + content[end:]


def _wrapped(content: bytes) -> bytes:
    """The genuine list inside a forged one, whose root the signature is moved to."""
    genuine = content[content.index(b"<TrustServiceStatusList") :]
    start, end = genuine.index(b"<ds:Signature"), genuine.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    forged = trusted_list(service(AUTHORITY), sign=False).replace(b'Id="ID1"', b'Id="ID2"')
    inner = genuine[:start] + genuine[end:]
    return forged.replace(
        b"</TrustServiceStatusList>", inner + genuine[start:end] + b"</TrustServiceStatusList>"
    )


UNBELIEVABLE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a name was changed": (_changed, "trust_list_signature"),
    "a status was changed": (_granted, "trust_list_signature"),
    "it is not signed": (_unsigned, "trust_list_signature"),
    "it is signed twice": (_signed_twice, "trust_list_signature"),
    "it is wrapped": (_wrapped, "trust_list_signature"),
    "a stranger signed it": (
        lambda _: trusted_list(service(AUTHORITY), signer=STRANGER), "trust_list_signature",
    ),
    "it is out of date": (
        lambda _: trusted_list(service(AUTHORITY), update=NOW - SECOND), "trust_list_expired",
    ),
    "it has a DOCTYPE": (
        lambda content: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + content[content.index(b"<Trust") :],
        "trust_list_malformed",
    ),
    "it has an external DOCTYPE": (
        lambda content: b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + content[content.index(b"<Trust") :],
        "trust_list_malformed",
    ),
    "it is a bomb": (
        lambda _: b"<!DOCTYPE l [" + b"".join(
            b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
        ) + b"]><l>&l9;</l>",
        "trust_list_malformed",
    ),
    "it has too many elements": (lambda _: b"<x>" + b"<y/>" * 200_001 + b"</x>", "trust_list_malformed"),
    "it is too deep": (lambda _: b"<x>" * 100 + b"</x>" * 100, "trust_list_malformed"),
    "it is too large": (lambda content: content + b" " * 16 * 1024 * 1024, "fetch_failed"),
    "it is cut short": (lambda content: content[: len(content) // 2], "trust_list_malformed"),
    "it is JSON": (lambda _: b'{"listed": true}', "trust_list_malformed"),
    "it is empty": (lambda _: b"", "trust_list_malformed"),
}  # fmt: skip
"""What is wrong -> how it is made of a genuine list, and the code of the statement about it."""
