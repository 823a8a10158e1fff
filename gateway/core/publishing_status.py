"""What a credential says of where its status is published, and the list that publishes it.

https://www.w3.org/TR/vc-bitstring-status-list/ sections 2.1 and 2.2
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.envelopes import write_json
from gateway.formats.reading import VCDM_1, VCDM_2, contexts_of
from gateway.status.bits import encode_bits

__all__ = ["LIST_LIFETIME", "TTL", "StatusEntry", "status_list_document", "with_status"]

Json = dict[str, Any]

CONTEXT = "https://www.w3.org/ns/credentials/status/v1"
"""The terms of status entries, for documents under VCDM 1.1; those of 2.0 have them already."""
TTL = timedelta(minutes=5)
"""How long a copy of a list may serve, so how late a revocation may be noticed."""
LIST_LIFETIME = timedelta(days=1)
"""How long a list is valid; it is signed anew when half of it is over."""
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """A position on a list: ``url`` is the list's address."""

    url: str
    purpose: str
    index: int

    def to_json(self) -> Json:
        """The entry as a credential has it."""
        return {
            "id": f"{self.url}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": self.purpose,
            "statusListIndex": str(self.index),
            "statusListCredential": self.url,
        }


def with_status(tree: Json, entries: tuple[StatusEntry, ...], *, single: bool = False) -> Json:
    """A credential that says where its status is published.

    ``single`` is for formats that allow one entry only: it is that of revocation, the first.
    """
    told = [entry.to_json() for entry in entries]
    contexts = tree["@context"]
    if contexts_of(tree)[:1] == (VCDM_1,) and CONTEXT not in contexts:
        contexts = [*contexts, CONTEXT]
    return {**tree, "@context": contexts, "credentialStatus": told[0] if single else told}


def status_list_document(url: str, purpose: str, issuer: str, marked: Iterable[int], now: datetime) -> bytes:
    """The credential of a status list, to be signed."""
    whole = now.astimezone(UTC).replace(microsecond=0)
    return write_json(
        {
            "@context": [VCDM_2],
            "id": url,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": issuer,
            "validFrom": _stamp(whole),
            "validUntil": _stamp(whole + LIST_LIFETIME),
            "credentialSubject": {
                "id": f"{url}#list",
                "type": "BitstringStatusList",
                "statusPurpose": purpose,
                "ttl": TTL // MILLISECOND,
                "encodedList": encode_bits(marked),
            },
        }
    )


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
