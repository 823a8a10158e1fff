"""Which version of a document is meant: by its id, its number, or a moment. Pure.

https://www.w3.org/TR/did-resolution/#did-resolution-options
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from gateway.dids.resolution import Json, Resolution, Version
from gateway.dids.urls import VERSIONS
from gateway.errors import DidFeatureUnknown, DidNotFound, DidOptionInvalid

__all__ = ["version_of"]

_NUMBER = re.compile(r"[1-9][0-9]{0,8}\Z", re.ASCII)


def version_of(resolution: Resolution, parameters: Mapping[str, str]) -> tuple[Json | None, Json]:
    """The document of the version that is asked for, the newest if none is, and its metadata.

    A DID that was deactivated has no newest document. Raises ``DidOptionInvalid``, ``DidNotFound`` when there
    is no such version, ``DidFeatureUnknown`` for a method without versions, or why the newest is none.
    """
    asked = [name for name in sorted(VERSIONS) if name in parameters]
    if not asked:
        if resolution.broken is not None:
            raise resolution.broken.with_traceback(None)
        return resolution.document, resolution.document_metadata
    if len(asked) > 1:
        raise DidOptionInvalid("one version is asked for at a time")
    found = CHOOSERS[asked[0]](resolution, parameters[asked[0]])
    return found.document, found.metadata


def _of_method_with_versions(resolution: Resolution) -> tuple[Version, ...]:
    if not resolution.versions:
        raise DidFeatureUnknown("the DID method keeps no versions")
    return resolution.versions


def _by_id(resolution: Resolution, value: str) -> Version:
    for version in _of_method_with_versions(resolution):
        if version.id == value:
            return version
    raise DidNotFound("there is no such version")


def _by_number(resolution: Resolution, value: str) -> Version:
    if not _NUMBER.match(value):
        raise DidOptionInvalid("versionNumber is no number")
    for version in _of_method_with_versions(resolution):
        if version.number == int(value):
            return version
    raise DidNotFound("there is no such version")


def _by_time(resolution: Resolution, value: str) -> Version:
    """The version that held at a moment; where later ones are broken, the last that is whole is not known to."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise DidOptionInvalid("versionTime is no date and time") from None
    if moment.tzinfo is None:
        raise DidOptionInvalid("versionTime has no zone", hint="Write it like 2026-01-01T00:00:00Z.")
    versions = _of_method_with_versions(resolution)
    before = [version for version in versions if version.time <= moment]
    if not before:
        raise DidNotFound("there was no such DID at that time")
    if resolution.broken is not None and before[-1] is versions[-1]:
        raise resolution.broken.with_traceback(None)
    return before[-1]


CHOOSERS = {"versionId": _by_id, "versionNumber": _by_number, "versionTime": _by_time}
