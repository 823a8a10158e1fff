"""Looking up a DID or a DID URL with options: what was found, and what is known of it.

https://www.w3.org/TR/did-resolution/#did-resolution-options, …#did-url-dereferencing-options
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC

from gateway.dids.dereferencing import addresses_in, expanded, part_of, with_services
from gateway.dids.resolution import Json, Resolution
from gateway.dids.urls import VERSIONS, DidUrl, read_did_url
from gateway.dids.versions import version_of
from gateway.errors import DidFeatureUnknown, DidInvalid, DidNotFound, DidOptionInvalid

__all__ = ["OPTIONS", "Outcome", "Resolve", "look_up", "outcome_of"]

Resolve = Callable[[str, str], Awaitable[Resolution]]
"""Resolves a DID, its keys in a form where the method makes the document."""
SERVICES = frozenset({"service", "serviceType", "relativeRef"})
PARAMETERS = VERSIONS | SERVICES
OPTIONS = frozenset(
    {"expandRelativeUrls", "noCache", "publicKeyFormat", "enableExperimentalPublicKeyTypes",
     "verificationRelationship"}
)  # fmt: skip
FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found: the ``content``, nothing when the DID was deactivated, or ``addresses`` on the web.

    ``metadata`` is that of the document, ``about`` that of the look-up.
    """

    content: Json | None
    metadata: Json = field(default_factory=dict)
    about: Json = field(default_factory=dict)
    addresses: tuple[str, ...] = ()

    @property
    def deactivated(self) -> bool:
        """Whether the DID is no longer in force."""
        return self.metadata.get("deactivated") is True


async def look_up(
    text: str, options: Mapping[str, str], resolve: Resolve, *, addresses: bool = False, dereferencing: bool = True
) -> Outcome:  # fmt: skip
    """What a DID or DID URL stands for; with ``addresses``, where its services are rather than what they are.

    Raises ``DidInvalid`` (also for a DID URL unless ``dereferencing``), ``DidUrlInvalid``,
    ``DidOptionInvalid``, ``DidFeatureUnknown``, ``DidNotFound``, or what ``resolve`` raises.
    """
    url = _with_options(read_did_url(text), options)
    if not dereferencing and not url.bare:
        raise DidInvalid(
            "a DID URL is not resolved but dereferenced", hint="Accept: application/did-url-dereferencing"
        )
    if url.parameters.keys() - PARAMETERS:
        raise DidNotFound("a parameter of the DID URL stands for nothing here")
    expand, _ = _flag(options, "expandRelativeUrls"), _flag(options, "enableExperimentalPublicKeyTypes")
    if _flag(options, "noCache"):
        raise DidFeatureUnknown("documents are not fetched anew on request")
    resolution = await resolve(url.did, options.get("publicKeyFormat", "Multikey"))
    found = outcome_of(resolution, url.parameters)
    if found.content is None:
        return found
    if expand:
        found = replace(found, content=expanded(found.content))
    return _within(found, url, options.get("verificationRelationship", ""), addresses=addresses)


def outcome_of(resolution: Resolution, parameters: Mapping[str, str] | None = None) -> Outcome:
    """The document of a resolution, of the version that parameters ask for. Raises what ``version_of`` does."""
    document, metadata = version_of(resolution, parameters or {})
    return Outcome(document, metadata, _about(resolution))


def _within(found: Outcome, url: DidUrl, relationship: str, *, addresses: bool) -> Outcome:
    """The part of the document that the DID URL names."""
    document = found.content or {}
    if url.path or (addresses and url.parameters.keys() & SERVICES):
        return replace(found, content=None, addresses=addresses_in(document, url))
    if url.parameters.keys() & SERVICES:
        return replace(found, content=with_services(document, url))
    if url.fragment is not None:
        return replace(found, content=part_of(document, url, relationship))
    if relationship:
        raise DidOptionInvalid("verificationRelationship asks for a verification method")
    return found


def _with_options(url: DidUrl, options: Mapping[str, str]) -> DidUrl:
    """The DID URL with the parameters that stand among the options."""
    if unknown := sorted(options.keys() - PARAMETERS - OPTIONS):
        raise DidFeatureUnknown(f"there is no option {unknown[0][:40]!r}")
    given = {name: value for name, value in options.items() if name in PARAMETERS}
    if any(url.parameters.get(name, value) != value for name, value in given.items()):
        raise DidOptionInvalid("an option says something else than the DID URL")
    return replace(url, parameters={**url.parameters, **given})


def _flag(options: Mapping[str, str], name: str) -> bool:
    value = FLAGS.get(options.get(name, "false"))
    if value is None:
        raise DidOptionInvalid(f"{name} is true or false")
    return value


def _about(resolution: Resolution) -> Json:
    retrieved = resolution.retrieved
    stamp = {"retrieved": retrieved.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")} if retrieved else {}
    return {**resolution.resolution_metadata, **stamp}
