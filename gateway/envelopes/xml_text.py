"""XML text to a tree and back, by a parser that fetches, expands and guesses nothing.

An element becomes a dict: ``@name`` for an attribute, ``name`` for the list of its children of that
name, ``#`` for its text. Names in a namespace other than EDCI's own have a fixed prefix.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from lxml import etree

from gateway.envelopes.limits import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, check_size
from gateway.errors import (
    CommentInValue,
    DoctypeForbidden,
    MalformedXml,
    NestingTooDeep,
    TooManyElements,
    WrongEncoding,
)
from gateway.pointers import unescape

__all__ = [
    "NAMESPACES",
    "XmlName",
    "name_of",
    "parse_xml",
    "read_xml",
    "safe_parser",
    "write_xml",
    "xpaths_of",
]

NAMESPACES = {
    "eup": "http://data.europa.eu/snb",
    "cred": "http://data.europa.eu/europass/model/credentials/w3c#",
    "vp": "http://data.europa.eu/snb/vp",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "svg": "http://www.w3.org/2000/svg",
    "ob2": "http://openbadges.org",
    "ob3": "https://purl.imsglobal.org/ob/v3p0",
    "clr": "https://purl.imsglobal.org/clr/v2p0",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
"""The prefixes trees use; ``eup`` is left out before a name."""

_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([A-Za-z0-9._-]*)[\"']")
_PROLOG = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_TO_BE_WALKED = etree.XPath(
    f"boolean(count(//*) > $most or {'/*' * (MAX_DEPTH + 1)} or //*[count(@*) > {MAX_ATTRIBUTES}] "
    "or //*/comment() or //*/processing-instruction())"
)
"""Whether a document might be refused for its elements: compiled once, and asked once of each document."""
_MAX_PROLOG = 65_536
"""How much of the text before the first element is looked at for a DOCTYPE."""


class XmlName(NamedTuple):
    """The name of a root element."""

    namespace: str
    local: str


def read_xml(data: bytes) -> tuple[XmlName, dict[str, Any]]:
    """The root's name and tree.

    Raises ``DoctypeForbidden``, ``CommentInValue``, ``MalformedXml`` (with the line),
    ``WrongEncoding``, ``TooManyElements``, ``NestingTooDeep`` or ``TooLarge``.
    """
    root = parse_xml(data)
    name = etree.QName(root)
    return XmlName(name.namespace or "", name.localname), _tree(root, {})


def parse_xml(data: bytes, *, max_bytes: int = MAX_BYTES, max_elements: int = MAX_ELEMENTS) -> Any:
    """The root element, for the envelopes alone. Raises what ``read_xml`` raises."""
    check_size(data, max_bytes)
    text = _decoded(data)
    body = _DECLARATION.sub("", text, count=1)
    prolog = _PROLOG.match(body[:_MAX_PROLOG])
    if body[prolog.end() if prolog else 0 :].startswith("<!DOCTYPE"):
        line = text.count("\n", 0, text.index("<!DOCTYPE")) + 1
        raise DoctypeForbidden("the document declares a DOCTYPE", pointer=f"line {line}")
    root = _parsed(body)
    _check(root, max_elements)
    return root


def _decoded(data: bytes) -> str:
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        name = "UTF-16" if utf_16 else "UTF-8"
        raise WrongEncoding(f"byte {error.start} is not {name}", pointer=f"byte {error.start}") from None
    declaration = _DECLARATION.match(text)
    declared = _ENCODING.search(declaration[0]) if declaration else None
    if declared and declared[1].upper() not in ("UTF-8", "UTF-16", "US-ASCII"):
        raise WrongEncoding(f"the document declares the encoding {declared[1][:40]}", pointer="line 1")
    return text


def safe_parser() -> etree.XMLParser:
    """A parser that fetches, expands and guesses nothing; one for each document."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=False,
        remove_pis=False,
        strip_cdata=True,
        collect_ids=False,
    )


def _parsed(text: str) -> Any:
    try:
        root = etree.fromstring(text.encode("utf-8", "surrogatepass"), safe_parser())
    except etree.XMLSyntaxError as error:
        line, _ = error.position
        message = re.sub(r", line \d+, column \d+.*", "", str(error.msg)).strip()
        if message.startswith("Excessive depth"):
            raise NestingTooDeep(f"elements nested deeper than {MAX_DEPTH}", pointer=f"line {line}") from None
        raise MalformedXml(message[:200], pointer=f"line {line}") from None
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise DoctypeForbidden("the document declares a DOCTYPE", pointer="line 1")
    return root


def _check(root: Any, max_elements: int) -> None:
    """Refuse what is too large or too deep, and texts that are split; a walk says where, if there may be any."""
    if not _TO_BE_WALKED(root, most=max_elements):
        return
    count, depth = 0, 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        count, depth = count + 1, depth + 1
        if count > max_elements:
            raise TooManyElements(f"more than {max_elements} elements", pointer=f"line {node.sourceline}")
        if depth > MAX_DEPTH:
            raise NestingTooDeep(
                f"elements nested deeper than {MAX_DEPTH}", pointer=f"line {node.sourceline}"
            )
        if len(node.attrib) > MAX_ATTRIBUTES:
            raise TooManyElements(f"more than {MAX_ATTRIBUTES} attributes", pointer=f"line {node.sourceline}")
        _check_comments(node)


def _check_comments(element: Any) -> None:
    """Refuse a comment or processing instruction that splits a text: its parent holds text, not only
    elements. Each element is looked at once, however many comments it has.
    """
    comment = next((child for child in element if not isinstance(child.tag, str)), None)
    if comment is None:
        return
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        raise CommentInValue(
            "a comment or processing instruction stands inside a text", pointer=f"line {comment.sourceline}"
        )


def name_of(qualified: str) -> str:
    """The name trees use for an element or attribute."""
    name = etree.QName(qualified)
    if name.namespace in (None, NAMESPACES["eup"]):
        return str(name.localname)
    prefix = _PREFIXES.get(name.namespace)
    return f"{prefix}:{name.localname}" if prefix else str(qualified)


def _tree(element: Any, names: dict[str, str]) -> dict[str, Any]:
    """The tree of an element. ``names`` are those met before in the document, by their qualified names."""
    tree: dict[str, Any] = {}
    for qualified, value in element.items():
        tree[f"@{names.get(qualified) or _met(qualified, names)}"] = value
    text = element.text or ""
    if len(element) == 0:
        return {**tree, "#": text} if text else tree
    for child in element:
        if tail := child.tail:
            text += tail
        if isinstance(tag := child.tag, str):
            name = names.get(tag) or _met(tag, names)
            below = _tree(child, names)
            if (held := tree.get(name)) is None:
                tree[name] = [below]
            else:
                held.append(below)
    if text and not text.isspace():
        tree["#"] = text
    return tree


def _met(qualified: str, names: dict[str, str]) -> str:
    names[qualified] = name = name_of(qualified)
    return name


def xpaths_of(root: str) -> Callable[[str], str]:
    """What tells the XPath of a place in a tree from its JSON pointer, in a document with this root.

    It remembers the steps above, so that the places of a document in their order cost little each.
    """
    known = {"": f"/{root}"}

    def xpath_of(pointer: str) -> str:
        if (path := known.get(pointer)) is None:
            above, _, step = pointer.rpartition("/")
            known[pointer] = path = xpath_of(above) + _xpath_step(step)
        return path

    return xpath_of


def _xpath_step(escaped: str) -> str:
    if escaped.isdigit():
        return f"[{int(escaped) + 1}]"
    if escaped == "#":
        return "/text()"
    return "/" + (unescape(escaped) if "~" in escaped else escaped)


def write_xml(root: XmlName, tree: dict[str, Any]) -> bytes:
    """The tree as an UTF-8 document; children stand in the order of the dict."""
    prefix = _PREFIXES.get(root.namespace, "")
    used = {"xsi", "cred", *({prefix} if prefix else ())}
    nsmap: Any = {None: NAMESPACES["eup"], **{name: NAMESPACES[name] for name in sorted(used - {"eup"})}}
    element = etree.Element(etree.QName(root.namespace, root.local), nsmap=nsmap)
    _fill(element, tree)
    etree.indent(element, space="  ")
    return bytes(etree.tostring(element, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _qualified(name: str, *, attribute: bool) -> str:
    prefix, _, local = name.rpartition(":")
    if name.startswith("{"):
        return name
    if not prefix:
        return name if attribute else f"{{{NAMESPACES['eup']}}}{name}"
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _fill(element: Any, tree: dict[str, Any]) -> None:
    for name, value in tree.items():
        if name == "#":
            element.text = value
        elif name.startswith("@"):
            element.set(_qualified(name[1:], attribute=True), value)
        else:
            for child in value:
                _fill(etree.SubElement(element, _qualified(name, attribute=False)), child)
