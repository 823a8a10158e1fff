"""What a DID URL stands for in a document: a part of it, or addresses of its services. Pure.

https://www.w3.org/TR/did-resolution/#dereferencing
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from gateway.dids.documents import AGREEMENT, RELATIONS
from gateway.dids.resolution import Json
from gateway.dids.urls import DidUrl
from gateway.dids.webvh import base_of
from gateway.errors import DidNotFound, DidOptionInvalid, MethodMalformed, MethodUnauthorised
from gateway.proofs.controllers import absolute

__all__ = ["addresses_in", "expanded", "part_of", "with_services"]

LISTS = ("verificationMethod", *RELATIONS, AGREEMENT, "service")
_ADDRESS = re.compile(r"https?://[!-~]+\Z")
"""What others are sent to; printable, so that it stands in a header."""
WHOIS = "/whois"


def part_of(document: Json, url: DidUrl, relationship: str = "") -> Json:
    """The method, service or other object that a fragment names, under the document's context.

    Raises ``DidNotFound``, and for a ``relationship`` that the method must stand in ``DidOptionInvalid``,
    ``MethodMalformed`` or ``MethodUnauthorised``.
    """
    wanted = f"{url.did}#{url.fragment}"
    for entry in _objects(document, url.did):
        if entry.get("id") in (wanted, f"#{url.fragment}"):
            if relationship:
                _check_relationship(document, entry, wanted, relationship)
            context = {"@context": document["@context"]} if "@context" in document else {}
            return {**context, **entry}
    raise DidNotFound("the document has no such part")


def _objects(document: Json, did: str) -> Iterator[Json]:
    """The objects of a document with an id of their own, those of the known lists first."""
    first = [entry for name in LISTS for entry in _list(document.get(name))]
    rest = [entry for name, value in document.items() if name not in LISTS for entry in _list(value)]
    yield from (entry for entry in (*first, *rest) if isinstance(entry, dict))
    if isinstance(document.get("id"), str) and document["id"] != did:
        yield document


def _check_relationship(document: Json, entry: Json, wanted: str, relationship: str) -> None:
    if relationship not in (*RELATIONS, AGREEMENT):
        raise DidOptionInvalid("there is no such verification relationship")
    if not all(isinstance(entry.get(member), str) for member in ("id", "type", "controller")):
        raise MethodMalformed("it lacks its type or its controller")
    listed = [one.get("id") if isinstance(one, dict) else one for one in _list(document.get(relationship))]
    did = wanted.partition("#")[0]
    if wanted not in [absolute(did, one) for one in listed if isinstance(one, str)]:
        raise MethodUnauthorised(f"it is not listed for {relationship}")


def with_services(document: Json, url: DidUrl) -> Json:
    """The document with the services alone that are asked for. Raises ``DidNotFound`` when there are none."""
    chosen = _services(document, url)
    return {**document, "service": chosen}


def addresses_in(document: Json, url: DidUrl) -> tuple[str, ...]:
    """The addresses that services, or for did:webvh a path, stand for. Raises ``DidNotFound``."""
    if url.path and url.parameters:
        raise DidNotFound("a path and a service are not both dereferenced")
    services = _services(document, url)
    reference = url.parameters.get("relativeRef", url.path)
    found = [_joined(endpoint, reference, url) for service in services for endpoint in _endpoints(service)]
    fit = tuple(address for address in found if _ADDRESS.match(address))
    if not fit:
        raise DidNotFound("the service has no address on the web")
    return fit


def _joined(endpoint: str, reference: str, url: DidUrl) -> str:
    """The reference resolved against the endpoint (RFC 3986 section 5); a path of did:webvh is put after it."""
    try:
        whole = endpoint.rstrip("/") + reference if url.path else urljoin(endpoint, reference)
    except ValueError:
        return ""
    whole = endpoint if url.path == WHOIS else whole
    return f"{whole}#{url.fragment}" if url.fragment is not None and "#" not in whole else whole


def _services(document: Json, url: DidUrl) -> list[Json]:
    """The services that the parameters, or a path, ask for."""
    names, kinds = url.parameters.get("service"), url.parameters.get("serviceType")
    if url.path:
        names = "whois" if url.path == WHOIS else "files"
    services = [one for one in _list(document.get("service")) if isinstance(one, dict)]
    known = {absolute(url.did, str(one.get("id"))) for one in services}
    services += [one for one in _implicit(url.did) if absolute(url.did, one["id"]) not in known]
    chosen = [one for one in services if _is_asked_for(one, url.did, names, kinds)]
    if not chosen or (url.path and not url.did.startswith("did:webvh:")):
        raise DidNotFound("the document has no such service")
    return chosen


def _is_asked_for(service: Json, did: str, name: str | None, kind: str | None) -> bool:
    types = _list(service.get("type")) or [service.get("type")]
    if kind is not None and kind not in types:
        return False
    if name is None:
        return kind is not None
    wanted = name if name.startswith("did:") else f"{did}#{name.removeprefix('#')}"
    return absolute(did, str(service.get("id"))) == wanted


def _implicit(did: str) -> list[Json]:
    """The services that a did:webvh has without saying so."""
    if not did.startswith("did:webvh:"):
        return []
    base = base_of(did)
    return [
        {"id": "#files", "type": "relativeRef", "serviceEndpoint": f"{base}/"},
        {"id": "#whois", "type": "LinkedVerifiablePresentation", "serviceEndpoint": f"{base}/whois.vp"},
    ]


def _endpoints(service: Mapping[str, Any]) -> list[str]:
    endpoint = service.get("serviceEndpoint")
    return [one for one in (_list(endpoint) or [endpoint]) if isinstance(one, str)]


def expanded(document: Json) -> Json:
    """The document with the names of its methods and services in full."""
    did = str(document.get("id"))
    return {name: _full(value, did) if name in LISTS else value for name, value in document.items()}


def _full(entries: Any, did: str) -> Any:
    if not isinstance(entries, list):
        return entries
    return [
        {**entry, "id": absolute(did, entry["id"])}
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        else absolute(did, entry)
        if isinstance(entry, str)
        else entry
        for entry in entries
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
