"""Answering a request to the resolver: what was asked, in which form, and what to say. One function.

https://www.w3.org/TR/did-resolution/#bindings-https
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from gateway.dids.looking_up import OPTIONS, Resolve, look_up
from gateway.dids.results import (
    DEREFERENCING,
    LEGACY,
    PROFILE,
    RESOLUTION,
    Answer,
    answer,
    failure,
)
from gateway.dids.urls import VERSIONS
from gateway.errors import DidOptionInvalid, GatewayError, RepresentationUnknown

__all__ = ["answered", "media_type_of", "requested"]

ADDRESSES = "text/uri-list"
DOCUMENTS = (
    "application/did", "application/did+json", "application/did+ld+json", "application/ld+json", "application/json",
)  # fmt: skip
FORMS = (RESOLUTION, DEREFERENCING, ADDRESSES, *DOCUMENTS)
ANYTHING = "*/*"
ANY = {ANYTHING: ANYTHING, "application/*": DOCUMENTS[0], "text/*": ADDRESSES}
MAX_ACCEPTED = 32
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")


async def answered(text: str, options: Sequence[tuple[str, str]], accept: str, resolve: Resolve) -> Answer:
    """The answer to a request for a DID or DID URL. Errors become answers; nothing of ours is raised."""
    chosen = media_type_of(accept)
    bare = not re.search(r"[/#]", text) and _query_names(text) <= VERSIONS
    media_type = {"": RESOLUTION, ANYTHING: DOCUMENTS[0]}.get(chosen, chosen)
    try:
        if not chosen:
            raise RepresentationUnknown("none of the media types asked for is one of the resolver's")
        if len(dict(options)) != len(options):
            raise DidOptionInvalid("an option is given twice")
        outcome = await look_up(
            text, dict(options), resolve,
            addresses=chosen in (ADDRESSES, ANYTHING),
            dereferencing=media_type != RESOLUTION,
        )  # fmt: skip
        if media_type == ADDRESSES and not outcome.addresses:
            raise RepresentationUnknown("a document is no list of addresses")
        return answer(outcome, media_type, bare=bare)
    except GatewayError as error:
        return failure(error, media_type, bare=bare)


def _query_names(text: str) -> set[str]:
    query = text.partition("?")[2]
    return {pair.partition("=")[0] for pair in query.split("&") if pair}


def media_type_of(accept: str) -> str:
    """The media type to answer with, by the qualities a client gives; empty when none will do.

    Whoever takes anything is sent to the address of a service, and given the document otherwise.
    """
    wanted: list[tuple[float, str]] = []
    for entry in (accept.strip() or ANYTHING).split(",")[:MAX_ACCEPTED]:
        name, *given = (part.strip() for part in entry.split(";"))
        parameters = {
            key.strip().lower(): value.strip().strip('"')
            for key, _, value in (p.partition("=") for p in given)
        }
        quality = parameters.get("q", "1")
        found = _form(name.lower(), parameters.get("profile", ""))
        if found and _QUALITY.match(quality) and float(quality) > 0:
            wanted.append((float(quality), found))
    return max(wanted, key=lambda pair: pair[0])[1] if wanted else ""


def _form(name: str, profile: str) -> str:
    if profile:
        return LEGACY if (name, profile) == ("application/ld+json", PROFILE) else ""
    return name if name in FORMS else ANY.get(name, "")


def requested(raw: str, prefix: str) -> tuple[str, list[tuple[str, str]] | None]:
    """The DID or DID URL of a raw request target, and its options: None for those of the whole query.

    The specification has it percent-encoded where options follow. As it is, the query belongs to the DID URL
    but for what is an option alone; and its fragment's sign, which never comes otherwise, is percent-encoded.
    """
    path, _, query = raw.removeprefix(prefix).partition("?")
    if not path.startswith("did:"):
        return unquote(path, errors="replace"), None
    pairs = [pair for pair in query.split("&") if pair]
    options = [pair for pair in pairs if unquote(pair.partition("=")[0]) in OPTIONS]
    rest = "&".join(pair for pair in pairs if pair not in options)
    text = re.sub("%23", "#", re.sub("%3[Ff]", "?", path))
    place, sign, fragment = text.partition("#")
    named = [(unquote(name), unquote(value)) for name, _, value in (pair.partition("=") for pair in options)]
    return f"{place}{'?' if rest else ''}{rest}{sign}{fragment}", named
