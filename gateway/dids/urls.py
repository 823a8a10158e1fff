"""DID URLs: a DID with a path, a query, a fragment. https://www.w3.org/TR/did-core/#did-url-syntax"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from gateway.dids import MAX_IDENTIFIER, method_of
from gateway.errors import DidInvalid, DidUrlInvalid

__all__ = ["DidUrl", "read_did_url"]

_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_URL = re.compile(rf"([^/?#]*)((?:/{_PCHAR}*)*)(?:\?((?:{_PCHAR}|[/?])*))?(?:#((?:{_PCHAR}|[/?])*))?\Z")
MAX_PARAMETERS = 16


@dataclass(frozen=True, slots=True)
class DidUrl:
    """A DID URL taken apart; ``parameters`` are those of its query, decoded."""

    did: str
    path: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    fragment: str | None = None

    @property
    def bare(self) -> bool:
        """Whether it names a document and no part of it, if perhaps a version."""
        return not self.path and self.fragment is None and self.parameters.keys() <= VERSIONS


VERSIONS = frozenset({"versionId", "versionTime", "versionNumber"})
"""The parameters that choose a version."""


def read_did_url(text: str) -> DidUrl:
    """A DID URL from its text. Raises ``DidInvalid`` for what has no DID, ``DidUrlInvalid`` for the rest."""
    did = re.split(r"[/?#]", text, maxsplit=1)[0] if len(text) <= MAX_IDENTIFIER else ""
    if not did.startswith("did:"):
        raise DidInvalid("not a DID")
    method_of(did)
    found = _URL.match(text)
    if found is None:
        raise DidUrlInvalid("a character is not one of a DID URL", hint="Percent-encode it.")
    return DidUrl(did, found[2], _parameters(found[3] or ""), found[4])


def _parameters(query: str) -> dict[str, str]:
    """The parameters; a plus is a plus. Raises ``DidUrlInvalid`` for one that is given twice."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    parameters = {unquote(name): unquote(value) for name, _, value in pairs}
    if len(parameters) != len(pairs) or len(pairs) > MAX_PARAMETERS:
        raise DidUrlInvalid("a parameter is given twice, or there are too many")
    return parameters
