"""How a credential is shown: the display parameter the Commission's profile demands, made of what is said.

The page is an SVG image: it shows every script of Europe without a font of its own
(docs/decisions/0008-elm-profile.md). https://europa.eu/europass/elm-browser/
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from gateway.codecs import UNDETERMINED, CodecContext, choose_language, code_of_language
from gateway.formats.format import Tree, WriteOptions
from gateway.formats.identifiers import derived_id
from gateway.model import Credential, LearningAchievement, Text, languages_of

__all__ = ["Supply", "supply_display"]

LANGUAGES = "http://publications.europa.eu/resource/authority/language"
UNSAID = f"{LANGUAGES}/UND"
"""*Undetermined* in the EU's list of languages: what a source says that names no language."""
FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type"
ENCODINGS = "http://data.europa.eu/snb/encoding"
BASE64 = f"{ENCODINGS}/6146cde7dd"
HERE = "/displayParameter"
WIDTH, HEIGHT, LINE, CHARACTERS = 800, 1130, 28, 62
MOST_LINES = 36


@dataclass(slots=True)
class Supply:
    """Values put into a document for which no hub field stands; where they are."""

    pointers: list[str] = field(default_factory=list)

    def put(self, node: Tree, pointer: str, name: str, value: Any) -> None:
        """Add a member that is not there; nothing where there is nothing to add."""
        if name not in node and value:
            self.replace(node, pointer, name, value)

    def replace(self, node: Tree, pointer: str, name: str, value: Any) -> None:
        """State a member in the profile's form."""
        node[name] = copy.deepcopy(value)
        self.pointers.append(f"{pointer}/{name}")


def supply_display(supply: Supply, tree: Tree, hub: Credential, options: WriteOptions) -> None:
    """The title, languages and page the profile demands, as far as the credential says them."""
    title = _title(hub)
    if "displayParameter" not in tree and title:
        supply.put(tree, "", "displayParameter", {"type": "DisplayParameter", "title": _language_map(title)})
    display = tree.get("displayParameter")
    if not isinstance(display, dict):
        return
    codes = list(dict.fromkeys(code_of_language(language) or UNSAID for language in display.get("title", ())))
    supply.put(display, HERE, "language", [_language(code) for code in codes])
    supply.put(display, HERE, "primaryLanguage", _language(codes[0]) if codes else None)
    if "individualDisplay" not in display and codes:
        language = (
            choose_language(title, CodecContext(languages=options.languages)) if title else UNDETERMINED
        )
        page = _page(hub, language).encode()
        supply.put(display, HERE, "individualDisplay", _individual(page, language, options.digest))
    _number_pages(supply, display.get("individualDisplay"), f"{HERE}/individualDisplay")


def _title(hub: Credential) -> Text:
    """The title of the credential: its own, or that of what it is about."""
    if hub.display_parameter is not None and hub.display_parameter.title:
        return hub.display_parameter.title
    for claim in hub.has_claim:
        specified = getattr(claim, "specified_by", None)
        for text in (claim.title, getattr(specified, "title", ())):
            if text:
                return tuple(string for string in text if not string.html)
    return ()


def _language_map(title: Text) -> dict[str, str]:
    found: dict[str, str] = {}
    for string in title:
        found.setdefault(string.language, string.value)
    return found


def _language(code: str) -> Tree:
    return _listed(code, LANGUAGES)


def _number_pages(supply: Supply, value: Any, pointer: str) -> None:
    """A page without its number has the one of its place."""
    if isinstance(value, list):
        for position, entry in enumerate(value):
            _number_pages(supply, entry, f"{pointer}/{position}")
    elif isinstance(value, dict):
        details = value.get("displayDetail")
        for position, detail in enumerate(details if isinstance(details, list) else [details]):
            place = f"{pointer}/displayDetail" + (f"/{position}" if isinstance(details, list) else "")
            if isinstance(detail, dict):
                supply.put(detail, place, "page", position + 1)


def _individual(page: bytes, language: str, digest: str) -> Tree:
    here = f"{HERE}/individualDisplay"
    image = {
        "id": derived_id(digest, f"{here}/image"),
        "type": "MediaObject",
        "contentType": _listed(f"{FILE_TYPES}/SVG", FILE_TYPES),
        "contentEncoding": _listed(BASE64, f"{ENCODINGS}/25831c2"),
        "content": base64.b64encode(page).decode(),
    }
    return {
        "id": derived_id(digest, here),
        "type": "IndividualDisplay",
        "language": _language(code_of_language(language) or UNSAID),
        "displayDetail": {
            "id": derived_id(digest, f"{here}/detail"),
            "type": "DisplayDetail",
            "page": 1,
            "image": image,
        },
    }


def _listed(identifier: str, scheme: str) -> Tree:
    return {"id": identifier, "type": "Concept", "inScheme": {"id": scheme, "type": "ConceptScheme"}}


# --- the page --------------------------------------------------------------------------------------


def _page(hub: Credential, language: str) -> str:
    """One page, with the titles and dates the credential says, in one of its languages."""
    lines = [line for text in _said(hub, language) for line in _wrapped(text)][:MOST_LINES]
    spans = "".join(
        f'<text x="60" y="{90 + LINE * number}">{escape(line)}</text>' for number, line in enumerate(lines)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="sans-serif" font-size="20">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{spans}</svg>'
    )


def _said(hub: Credential, language: str) -> Iterator[str]:
    yield _in(_title(hub), language)
    if hub.display_parameter is not None:
        yield _in(hub.display_parameter.description, language)
    yield _in(getattr(hub.subject, "full_name", ()), language)
    yield (hub.valid_from or hub.issued or "")[:10]
    for claim in hub.has_claim:
        yield _in(claim.title, language)
        process = claim.awarded_by if isinstance(claim, LearningAchievement) else None
        for body in process.awarding_body if process is not None else ():
            yield _in(getattr(body, "legal_name", ()) or getattr(body, "full_name", ()), language)


def _in(text: Text, language: str) -> str:
    """A text in a language, or in the best there is."""
    plain = tuple(string for string in text if not string.html)
    if not languages_of(plain):
        return ""
    chosen = choose_language(plain, CodecContext(languages=(language,)))
    return next((string.value for string in plain if string.language == chosen), "")


def _wrapped(text: str) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + len(word) >= CHARACTERS:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line[: CHARACTERS * 2]
