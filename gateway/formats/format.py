"""What a format is: how it is recognised, read into the hub and written from it.

``read`` and ``write`` know the format's own terms only. What these do not hold travels in the
gateway's carrier, which ``attach`` puts into a written tree and ``detach`` takes out of one (D3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.codecs import UNDETERMINED
from gateway.envelopes import Envelope, XmlName
from gateway.mapping import Step
from gateway.model import Credential
from gateway.records import quick
from gateway.report import Finding

__all__ = ["Format", "Native", "Written", "WriteOptions"]

Tree = dict[str, Any]


@quick
@dataclass(frozen=True, slots=True)
class Native:
    """What a document says in its format's own terms, with the trail of its leaves."""

    hub: Credential
    steps: tuple[Step, ...]


@quick
@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write. ``languages`` is the order of preference where one language fits; ``digest``
    seeds the identifiers of nodes that need one.

    ``original`` are bytes to embed, of ``media_type``; ``original_digest`` their multihash where that is
    all of them that goes along. ``converted`` is true when the source was in another format;
    ``sealed_at`` is the moment of signing, if the document is to be signed, ``converted_at`` that of
    the conversion. ``by_url`` is the address of the gateway's context, when it is not to stand inline;
    ``untie`` leaves to the carrier what ties and may not be changed; ``vcdm`` is the version of the data model,
    where the format has several.
    """

    languages: tuple[str, ...] = ()
    digest: str = ""
    original: bytes | None = None
    original_digest: str = ""
    media_type: str = ""
    converted: bool = False
    sealed_at: str = ""
    converted_at: str = ""
    by_url: str = ""
    untie: bool = False
    vcdm: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Written:
    """A tree in the format's own terms; ``supplied`` are the pointers of values that the format
    demands or wallets show and that no hub field stands behind: reading passes over them.
    """

    tree: Tree
    steps: tuple[Step, ...]
    supplied: tuple[str, ...] = ()
    language: str = UNDETERMINED


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format. ``write`` and ``attach`` are None where the gateway only reads it; ``missing`` says what
    the format's profile demands and a document lacks.

    ``secured_by`` names the one way in which a document is signed that is no linked data, ``shown`` the
    claims of it that no holder keeps back. ``vcdm`` are the versions of the W3C's data model it is written under,
    its own first.
    """

    name: str
    title: str
    media_type: str
    kind: str
    table: str
    sniff: Callable[[Envelope], bool]
    read: Callable[[Tree, frozenset[str]], Native]
    detach: Callable[[Tree], tuple[Tree, Tree | None]]
    write: Callable[[Credential, WriteOptions], Written] | None = None
    attach: Callable[[Tree, Tree, WriteOptions], Tree] | None = None
    finish: Callable[[Tree, WriteOptions], Tree] | None = None
    root: XmlName | None = None
    unwrap: Callable[[Tree], tuple[Tree, str]] | None = None
    missing: Callable[[Tree], tuple[Finding, ...]] | None = None
    signable: bool = field(default=True)
    secured_by: str = ""
    shown: frozenset[str] = frozenset()
    vcdm: tuple[str, ...] = ()

    @property
    def claims(self) -> bool:
        """Whether a document is a set of claims and no linked data: only their token secures them."""
        return bool(self.secured_by)
