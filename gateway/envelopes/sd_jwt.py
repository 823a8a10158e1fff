"""SD-JWT: a token whose claims stand beside it as disclosures, of which a holder may keep some back (RFC 9901).

``<issuer's token>~<disclosure>~…~`` and, where a holder presents it, the holder's own token at the end.
Opening one checks nothing of any signature, but that every disclosure is one the issuer's token names.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from gateway.envelopes.json_text import read_json
from gateway.envelopes.jwt import Jwt, base64url_decode, base64url_encode, read_jwt
from gateway.envelopes.limits import MAX_DEPTH, check_size
from gateway.errors import MalformedJwt

__all__ = ["DIGESTS", "NEVER_KEPT_BACK", "SdJwt", "digest_of", "is_sd_jwt", "read_sd_jwt"]

Json = dict[str, Any]

DIGESTS = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
"""The digests of disclosures there are, by the names of ``_sd_alg``."""
NEVER_KEPT_BACK = frozenset(("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"))
"""Claims that no holder may keep back (SD-JWT VC section 2.2.2.2)."""
MAX_DISCLOSURES = 2000
_SD_JWT = re.compile(
    rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*~(?:[A-Za-z0-9_-]+~)*"
    rb"(?:[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)?\Z"
)


@dataclass(frozen=True, slots=True)
class SdJwt:
    """An SD-JWT taken apart: the issuer's token, the ``claims`` as far as they are disclosed, and who shows them.

    ``shown`` are the bytes that the holder's ``key_binding`` token must name by their digest; ``kept_back`` is the
    number of digests that no disclosure belongs to.
    """

    jwt: Jwt
    claims: Json
    shown: bytes = field(repr=False)
    algorithm: str
    kept_back: int = 0
    key_binding: Jwt | None = None


def is_sd_jwt(data: bytes) -> bool:
    """Whether bytes look like an SD-JWT."""
    return _SD_JWT.match(data.strip()) is not None


def digest_of(text: bytes, algorithm: str) -> str:
    """The digest of a disclosure, or of all that is shown, as its text names it."""
    return base64url_encode(hashlib.new(DIGESTS[algorithm], text).digest())


def read_sd_jwt(data: bytes) -> SdJwt:
    """An SD-JWT taken apart and its claims put together (RFC 9901 section 7.1).

    Raises ``MalformedJwt``, or what reading JSON raises.
    """
    check_size(data)
    text = data.strip()
    if not _SD_JWT.match(text):
        raise MalformedJwt("not a token with disclosures after it")
    token, *disclosures, last = text.split(b"~")
    if len(disclosures) > MAX_DISCLOSURES:
        raise MalformedJwt(
            f"{len(disclosures)} disclosures are more than the {MAX_DISCLOSURES} that are read"
        )
    jwt = read_jwt(token)
    algorithm = jwt.payload.get("_sd_alg", "sha-256")
    if not isinstance(algorithm, str) or algorithm not in DIGESTS:
        raise MalformedJwt("the digest of the disclosures is none the gateway knows", pointer="/_sd_alg",
                           hint=f"Known: {', '.join(DIGESTS)}.")  # fmt: skip
    puzzle = _Puzzle({digest_of(entry, algorithm): _disclosure(entry) for entry in disclosures})
    if len(puzzle.parts) < len(disclosures):
        raise MalformedJwt("a disclosure stands there twice")
    claims = puzzle.whole({name: value for name, value in jwt.payload.items() if name != "_sd_alg"})
    if len(puzzle.seen & puzzle.parts.keys()) < len(puzzle.parts):
        raise MalformedJwt("a disclosure is none that the token names")
    shown = text[: len(text) - len(last)]
    kept_back = len(puzzle.seen - puzzle.parts.keys())
    return SdJwt(jwt, claims, shown, algorithm, kept_back, read_jwt(last) if last else None)


def _disclosure(entry: bytes) -> list[Any]:
    told = read_json(base64url_decode(entry.decode()))
    named = isinstance(told, list) and len(told) == 3 and isinstance(told[1], str)
    if not isinstance(told, list) or not (named or len(told) == 2) or not isinstance(told[0], str):
        raise MalformedJwt("a disclosure is a salt, a name and a value, or a salt and a value")
    return told


@dataclass(slots=True)
class _Puzzle:
    """The disclosures by their digests, and the digests met so far: each stands in one place only."""

    parts: dict[str, list[Any]]
    seen: set[str] = field(default_factory=set)

    def whole(self, payload: Json) -> Json:
        """The claims with what is disclosed put in its place."""
        claims = self._object(payload, 0)
        if told := [name for name in NEVER_KEPT_BACK & claims.keys() if name not in payload]:
            raise MalformedJwt(f"the claim {min(told)} is never disclosed apart", pointer=f"/{min(told)}")
        return claims

    def _any(self, value: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise MalformedJwt(f"claims are nested more than {MAX_DEPTH} deep")
        if isinstance(value, dict):
            return self._object(value, depth)
        return self._array(value, depth) if isinstance(value, list) else value

    def _object(self, value: Json, depth: int) -> Json:
        digests = value.get("_sd", [])
        if not isinstance(digests, list) or "..." in value:
            raise MalformedJwt("the digests of disclosures are malformed", pointer="/_sd")
        made = {name: self._any(item, depth + 1) for name, item in value.items() if name != "_sd"}
        for digest in digests:
            part = self._part(digest, 3)
            if part is None:
                continue
            if part[1] in ("_sd", "...", "_sd_alg") or part[1] in made:
                raise MalformedJwt(
                    "a disclosure names a claim that is there already, or none that may be named"
                )
            made[part[1]] = self._any(part[2], depth + 1)
        return made

    def _array(self, items: list[Any], depth: int) -> list[Any]:
        made = []
        for item in items:
            if not (isinstance(item, dict) and "..." in item):
                made.append(self._any(item, depth + 1))
            elif len(item) > 1:
                raise MalformedJwt("the digest of an item stands alone")
            elif (part := self._part(item["..."], 2)) is not None:
                made.append(self._any(part[1], depth + 1))
        return made

    def _part(self, digest: Any, length: int) -> list[Any] | None:
        """The disclosure of a digest; None for one that is kept back, or was never there."""
        if not isinstance(digest, str) or digest in self.seen:
            raise MalformedJwt("a digest is no text, or stands there twice", pointer="/_sd")
        self.seen.add(digest)
        part = self.parts.get(digest)
        if part is not None and len(part) != length:
            raise MalformedJwt("a disclosure stands where one of its kind cannot stand")
        return part
