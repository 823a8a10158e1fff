"""The parameters of a did:webvh log: what each entry may say, and what then holds.

https://identity.foundation/didwebvh/v1.0/#didwebvh-did-method-parameters
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from gateway.dids.resolution import Json
from gateway.errors import DidLogInvalid, KeyInvalid
from gateway.keys import public_key_of_did_key, sha256_multihash

__all__ = ["METHOD", "SCID", "Parameters", "Witnesses", "applied", "multihash_of"]

METHOD = "did:webvh:1.0"
SCID = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}\Z")
"""A SHA-256 multihash in base58btc, without multibase prefix."""
MAX_LISTED = 64
"""Most keys, hashes, witnesses or watchers that one entry lists."""
MAX_TTL, DEFAULT_TTL = 2**31, 3600
ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who has to approve an entry, and how many of them; nobody when ``ids`` is empty."""

    ids: tuple[str, ...] = ()
    threshold: int = 0


@dataclass(frozen=True, slots=True)
class Parameters:
    """What holds after an entry."""

    scid: str
    update_keys: tuple[str, ...]
    next_key_hashes: tuple[str, ...] = ()
    witnesses: Witnesses = Witnesses()
    watchers: tuple[str, ...] = ()
    portable: bool = False
    deactivated: bool = False
    ttl: int = DEFAULT_TTL


def multihash_of(data: bytes) -> str:
    """The SHA-256 multihash of some bytes in base58btc."""
    return sha256_multihash(hashlib.sha256(data).digest())[1:]


def applied(said: Any, before: Parameters | None) -> Parameters:
    """What holds after an entry that says this, the first one if there is nothing ``before``.

    Raises ``DidLogInvalid`` for what an entry may not say. ``null`` is taken as the default, as early logs
    have it.
    """
    if not isinstance(said, dict) or not said.keys() <= FIELDS.keys() | {"method", "scid"}:
        raise DidLogInvalid("the parameters are not those of did:webvh 1.0")
    if said.get("method", METHOD if before else None) != METHOD:
        raise DidLogInvalid("the log is not of did:webvh 1.0")
    read = {FIELDS[name][0]: FIELDS[name][1](value) for name, value in said.items() if name in FIELDS}
    if before is None:
        return _first(said, read)
    if "scid" in said:
        raise DidLogInvalid("an entry after the first says another SCID")
    if said.get("portable") is True:
        raise DidLogInvalid("only the first entry can make the DID portable")
    after = replace(before, **read)
    if before.next_key_hashes:
        _check_rotation(said, after, before)
    return after


def _first(said: Json, read: dict[str, Any]) -> Parameters:
    scid = said.get("scid")
    if not isinstance(scid, str) or not SCID.match(scid) or "update_keys" not in read:
        raise DidLogInvalid("the first entry lacks its SCID or its keys")
    return Parameters(scid, **read)


def _check_rotation(said: Json, after: Parameters, before: Parameters) -> None:
    """Keys that were committed to in advance are the only ones (pre-rotation)."""
    if said.get("updateKeys") is None or said.get("nextKeyHashes") is None:
        raise DidLogInvalid("an entry under pre-rotation lacks its keys or the hashes of the next")
    if not {multihash_of(key.encode()) for key in after.update_keys} <= set(before.next_key_hashes):
        raise DidLogInvalid("a key was not committed to by the entry before")


# --- readers, each of one value ------------------------------------------------------------------


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if (
        not isinstance(value, list)
        or len(value) > MAX_LISTED
        or not all(isinstance(one, str) for one in value)
    ):
        raise DidLogInvalid("a parameter is no list of texts, or too long a one")
    return tuple(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool | None):
        raise DidLogInvalid("a parameter is neither true nor false")
    return bool(value)


def _ttl(value: Any) -> int:
    if value is None:
        return DEFAULT_TTL
    if not _is_count(value) or value > MAX_TTL:
        raise DidLogInvalid("the time to live is no number of seconds")
    return int(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _witnesses(value: Any) -> Witnesses:
    """The witnesses; a list that is malformed never means that there are none."""
    if value is None or value == {}:
        return Witnesses()
    listed = value.get("witnesses") if isinstance(value, dict) else None
    if not isinstance(listed, list) or not listed or len(listed) > MAX_LISTED:
        raise DidLogInvalid("the witnesses are no list, or too long a one")
    ids = tuple(_witness(entry) for entry in listed)
    threshold = value.get("threshold")
    if len(set(ids)) != len(ids):
        raise DidLogInvalid("a witness is listed twice")
    if not _is_count(threshold) or not 1 <= threshold <= len(ids):
        raise DidLogInvalid("the threshold of witnesses cannot be met, or is none")
    return Witnesses(ids, threshold)


def _witness(entry: Any) -> str:
    identifier = entry.get("id") if isinstance(entry, dict) else None
    try:
        fits = isinstance(identifier, str) and "#" not in identifier
        if not fits or public_key_of_did_key(identifier).kind != ED25519:
            raise DidLogInvalid("a witness is no did:key of an Ed25519 key")
    except KeyInvalid:
        raise DidLogInvalid("a witness is no did:key of an Ed25519 key") from None
    return str(identifier)


FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "updateKeys": ("update_keys", _texts),
    "nextKeyHashes": ("next_key_hashes", _texts),
    "witness": ("witnesses", _witnesses),
    "watchers": ("watchers", _texts),
    "portable": ("portable", _flag),
    "deactivated": ("deactivated", _flag),
    "ttl": ("ttl", _ttl),
}
