"""Digests of related resources (VCDM 2.0 section 5.3): of those the gateway knows, whether they are right."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.errors import GatewayError
from gateway.jsonld import Contexts, bundled
from gateway.keys import base58_decode
from gateway.report import Check, Verdict

__all__ = ["related_resource_checks"]

VCDM_2 = "https://www.w3.org/ns/credentials/v2"
MORE_DIGESTS = {
    VCDM_2: frozenset((
        "97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa21e138fd38def18cb360133c221aa31d6896a6bf3e65b614",
        # The context as it was published on 2024-07-20, in documents of that time.
        "24a18c90e9856d526111f29376e302d970b2bd10182e33959995b0207d7043b9",
        "35239c36999d2155312091af194a1edb61634d6ad789a5e5b19f2aebdd762dd9d1dcaada40eda7ef921c6b8c0ae107a0",
    )),
}  # fmt: skip
"""Digests (hex) besides the SHA-256 of the bundled contexts' published bytes."""
MULTIHASH = {b"\x12\x20": 32, b"\x20\x30": 48, b"\x13\x40": 64}
HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


def related_resource_checks(tree: Mapping[str, Any], contexts: Contexts | None = None) -> list[Check]:
    """What is wrong with a credential's related resources; empty when nothing is."""
    given = tree.get("relatedResource")
    entries = given if isinstance(given, list) else [given]
    seen: set[str] = set()
    checks: list[Check] = []
    for position, entry in enumerate(entries):
        if isinstance(entry, dict):
            pointer = "/relatedResource" + (f"/{position}" if isinstance(given, list) else "")
            checks.extend(_entry(entry, pointer, seen, contexts or bundled()))
            seen.add(str(entry.get("id")))
    return checks


def _entry(entry: dict[str, Any], pointer: str, seen: set[str], contexts: Contexts) -> Iterator[Check]:
    identifier = str(entry.get("id"))
    digests = [*_sri(entry.get("digestSRI")), *_multibase(entry.get("digestMultibase"))]
    if identifier in seen:
        yield _wrong("related_resource_repeated", "a related resource stands twice", f"{pointer}/id")
    if not digests:
        yield _wrong("related_resource_undigested", "a related resource has no digest", pointer)
        return
    known = _known(identifier, contexts)
    if known and not all(digest in known for digest in digests if len(digest) in {len(k) for k in known}):
        yield _wrong("digest_mismatch", "the digest is not that of the resource", pointer)


def _known(identifier: str, contexts: Contexts) -> frozenset[str]:
    published = {v.published for v in contexts.versions if identifier in v.urls and v.published}
    return MORE_DIGESTS.get(identifier, frozenset()) | published


def _sri(value: Any) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        for part in str(text).split() if text is not None else ():
            try:
                padded = part.partition("-")[2].replace("-", "+").replace("_", "/")
                yield base64.b64decode(padded + "=" * (-len(padded) % 4)).hex()
            except (binascii.Error, ValueError):
                yield ""


def _multibase(value: Any) -> Iterator[str]:
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str):
            continue
        try:
            data = (
                base58_decode(text[1:])
                if text.startswith("z")
                else base64.urlsafe_b64decode(text[1:] + "===")
            )
        except (GatewayError, binascii.Error, ValueError):
            data = b""
        length = MULTIHASH.get(data[:2])
        yield (data[2:] if length == len(data) - 2 else data).hex()


def _wrong(code: str, message: str, pointer: str) -> Check:
    return Check(
        "structure", Verdict.INVALID, code, message, pointer,
        "Name each resource once, with the digest of the bytes that stand at its address.",
    )  # fmt: skip
