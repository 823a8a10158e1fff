"""The Digital Credentials Query Language: what a verifier asks a wallet for (OpenID4VP 1.0 section 6).

A query is read whole before it is sent: what this gateway could not judge in the answer, it does not ask for.
https://openid.net/specs/openid-4-verifiable-presentations-1_0.html#name-digital-credentials-query-l
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.errors import RequestRefused

__all__ = [
    "JWT_VC", "LDP_VC", "MAX_QUERIES", "SD_JWT_VC", "W3C_FORMATS", "ClaimQuery", "CredentialQuery", "Path",
    "Query", "Scalar", "SetQuery", "read_query",
]  # fmt: skip

Json = dict[str, Any]
Scalar = str | int | bool
Path = tuple[str | int | None, ...]
"""A claims path pointer: keys, indexes, and None for every element of an array."""
Read = TypeVar("Read")

LDP_VC, JWT_VC, SD_JWT_VC = "ldp_vc", "jwt_vc_json", "dc+sd-jwt"
W3C_FORMATS = frozenset((LDP_VC, JWT_VC))
FORMATS = frozenset((*W3C_FORMATS, SD_JWT_VC))

MAX_QUERIES = 12
"""Most credential queries in one query, and most credential sets and options of one."""
MAX_CLAIMS = 64
"""Most claims of a credential, claim sets, and values or types of one claim or credential."""
MAX_PATH = 16
"""Most steps of a path."""
LONGEST = 2048
"""Most characters of a text in a query."""
ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class ClaimQuery:
    """A claim that is asked for (section 6.3). Without ``values`` any value will do."""

    path: Path
    id: str = ""
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class CredentialQuery:
    """A credential that is asked for (section 6.1).

    ``types`` are alternatives: sets of types that all have to be there, fully expanded, or for ``dc+sd-jwt`` sets
    of the one ``vct``; no alternative says that any type will do. ``claim_sets`` are alternatives too, of ids of
    ``claims``. ``bound`` says that the holder has to prove that the credential is theirs.
    """

    id: str
    format: str
    types: tuple[frozenset[str], ...] = ()
    claims: tuple[ClaimQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    multiple: bool = False
    bound: bool = True


@dataclass(frozen=True, slots=True)
class SetQuery:
    """Alternatives, each the ids of credentials that together serve a purpose (section 6.2)."""

    options: tuple[frozenset[str], ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that is asked for: all ``credentials``, or as many as ``sets`` ask for where there are some."""

    credentials: tuple[CredentialQuery, ...]
    sets: tuple[SetQuery, ...] = ()

    def named(self, identifier: str) -> CredentialQuery | None:
        """The query for one credential; None when there is none of this id."""
        return next((asked for asked in self.credentials if asked.id == identifier), None)


def read_query(tree: Any) -> Query:
    """A query from its JSON. Members that nobody knows are passed over (section 6).

    Raises ``RequestRefused``, with the place, for what is no query, or asks for what the gateway does not judge.
    """
    query = _object(tree, "")
    credentials = _each(query, "credentials", "", _credential, MAX_QUERIES)
    _once([asked.id for asked in credentials], "/credentials")
    ids = frozenset(asked.id for asked in credentials)

    def one_set(value: Any, pointer: str) -> SetQuery:
        return _set(value, pointer, ids)

    return Query(credentials, _maybe_each(query, "credential_sets", "", one_set, MAX_QUERIES))


def _credential(value: Any, pointer: str) -> CredentialQuery:
    asked = _object(value, pointer)
    form = _text(asked.get("format"), f"{pointer}/format")
    if form not in FORMATS:
        raise RequestRefused(
            f"credentials of the format {form[:40]!r} are not verified here", pointer=f"{pointer}/format",
            hint=f"Ask for {', '.join(sorted(FORMATS))}.",
        )  # fmt: skip
    if "trusted_authorities" in asked:
        raise RequestRefused(
            "trusted_authorities are not evaluated", pointer=f"{pointer}/trusted_authorities",
            hint="Leave them out: every report says what the configured lists say of the issuer.",
        )  # fmt: skip
    claims = _maybe_each(asked, "claims", pointer, _claim, MAX_CLAIMS)
    return CredentialQuery(
        _identifier(asked.get("id"), f"{pointer}/id"),
        form,
        _types(asked, form, pointer),
        claims,
        _claim_sets(asked, claims, pointer),
        _flag(asked, "multiple", pointer, usually=False),
        _flag(asked, "require_cryptographic_holder_binding", pointer, usually=True),
    )


def _types(asked: Json, form: str, pointer: str) -> tuple[frozenset[str], ...]:
    """What ``meta`` demands of the type (sections B.1.1 and B.3.5); an empty one demands nothing."""
    pointer = f"{pointer}/meta"
    meta = _object(asked.get("meta"), pointer)
    if not meta:
        return ()
    if form == SD_JWT_VC:
        return tuple(frozenset((vct,)) for vct in _each(meta, "vct_values", pointer, _text, MAX_CLAIMS))

    def alternative(value: Any, at: str) -> frozenset[str]:
        return frozenset(_entries(value, at, _text, MAX_CLAIMS))

    return _each(meta, "type_values", pointer, alternative, MAX_CLAIMS)


def _claim(value: Any, pointer: str) -> ClaimQuery:
    asked = _object(value, pointer)
    identifier = _identifier(asked["id"], f"{pointer}/id") if "id" in asked else ""
    path = _each(asked, "path", pointer, _step, MAX_PATH)
    return ClaimQuery(path, identifier, _maybe_each(asked, "values", pointer, _scalar, MAX_CLAIMS))


def _claim_sets(asked: Json, claims: tuple[ClaimQuery, ...], pointer: str) -> tuple[tuple[str, ...], ...]:
    """The alternatives among claims (section 6.4.1): none without claims, and each claim in them has an id."""
    named = [claim.id for claim in claims if claim.id]
    _once(named, f"{pointer}/claims")
    paths = [repr(claim.path) for claim in claims]
    _once(paths, f"{pointer}/claims", "path")
    if "claim_sets" not in asked:
        return ()
    if not claims or len(named) < len(claims):
        raise RequestRefused(
            "claim_sets choose among claims, each of which has an id", pointer=f"{pointer}/claim_sets"
        )

    def alternative(value: Any, at: str) -> tuple[str, ...]:
        return _among(value, at, frozenset(named), MAX_CLAIMS)

    return _each(asked, "claim_sets", pointer, alternative, MAX_CLAIMS)


def _set(value: Any, pointer: str, ids: frozenset[str]) -> SetQuery:
    asked = _object(value, pointer)

    def option(entry: Any, at: str) -> frozenset[str]:
        return frozenset(_among(entry, at, ids, MAX_QUERIES))

    options = _each(asked, "options", pointer, option, MAX_QUERIES)
    return SetQuery(options, _flag(asked, "required", pointer, usually=True))


# --- the pieces every part is made of ---


def _object(value: Any, pointer: str) -> Json:
    if not isinstance(value, dict):
        raise RequestRefused("an object is expected", pointer=pointer)
    return value


def _entries(value: Any, pointer: str, read: Callable[[Any, str], Read], most: int) -> tuple[Read, ...]:
    """The entries of an array that is not empty and not too long."""
    if not isinstance(value, list) or not value:
        raise RequestRefused("an array is expected that is not empty", pointer=pointer)
    if len(value) > most:
        raise RequestRefused(f"more than {most} entries", pointer=pointer)
    return tuple(read(entry, f"{pointer}/{position}") for position, entry in enumerate(value))


def _each(
    tree: Json, name: str, pointer: str, read: Callable[[Any, str], Read], most: int
) -> tuple[Read, ...]:
    return _entries(tree.get(name), f"{pointer}/{name}", read, most)


def _maybe_each(
    tree: Json, name: str, pointer: str, read: Callable[[Any, str], Read], most: int
) -> tuple[Read, ...]:
    return _each(tree, name, pointer, read, most) if name in tree else ()


def _among(value: Any, pointer: str, known: frozenset[str], most: int) -> tuple[str, ...]:
    """Ids, each of something that is there."""
    ids = _entries(value, pointer, _identifier, most)
    unknown = next((position for position, name in enumerate(ids) if name not in known), None)
    if unknown is not None:
        raise RequestRefused(f"nothing has the id {ids[unknown]!r}", pointer=f"{pointer}/{unknown}")
    return ids


def _once(names: list[str], pointer: str, what: str = "id") -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RequestRefused(f"two entries have the same {what}", pointer=pointer)
        seen.add(name)


def _text(value: Any, pointer: str) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST:
        raise RequestRefused(f"a text of at most {LONGEST} characters is expected", pointer=pointer)
    return value


def _identifier(value: Any, pointer: str) -> str:
    if not isinstance(value, str) or ID.match(value) is None:
        raise RequestRefused("an id is made of letters, digits, _ and -, at most 64 of them", pointer=pointer)
    return value


def _step(value: Any, pointer: str) -> str | int | None:
    if isinstance(value, str) and len(value) > LONGEST:
        raise RequestRefused(f"a key has at most {LONGEST} characters", pointer=pointer)
    if value is None or isinstance(value, str) or (type(value) is int and value >= 0):
        return value
    raise RequestRefused("a path is made of texts, nulls and integers from 0 on", pointer=pointer)


def _scalar(value: Any, pointer: str) -> Scalar:
    if isinstance(value, str) and len(value) > LONGEST:
        raise RequestRefused(f"a value has at most {LONGEST} characters", pointer=pointer)
    if isinstance(value, str | int | bool):
        return value
    raise RequestRefused("a value is a text, an integer or a boolean", pointer=pointer)


def _flag(tree: Json, name: str, pointer: str, *, usually: bool) -> bool:
    value = tree.get(name, usually)
    if not isinstance(value, bool):
        raise RequestRefused("true or false is expected", pointer=f"{pointer}/{name}")
    return value
