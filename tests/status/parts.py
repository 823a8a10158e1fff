"""Status lists of our own, signed with fixed keys, at addresses of our own."""

from __future__ import annotations

import base64
import gzip
from typing import Any

from gateway.core import Verified
from gateway.report import Check
from gateway.status import encode_bits
from tests.core.parts import (
    SCHOOL,
    VCDM_2,
    Json,
    badge,
    check_all,
    check_named,
    controller,
    signed,
    token,
    world,
)

LIST = "https://school.example/status/1"
ENTRIES = 131_072


def entry(**changes: Any) -> Json:
    """A status entry of a badge; None takes a member out."""
    made = {
        "id": f"{LIST}#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "7", "statusListCredential": LIST, **changes,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def status_list(*marked: int, entries: int = ENTRIES, members: Json | None = None, **subject: Any) -> Json:
    """A list credential, not signed yet; the members of its subject and of its own can be changed."""
    made: Json = {
        "@context": [VCDM_2],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": SCHOOL,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{LIST}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode_bits(marked, entries),
            **subject,
        },
        **(members or {}),
    }
    return {name: value for name, value in made.items() if value is not None}


def packed(bits: bytes) -> str:
    """Any bytes as a list would hold them."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(bits, mtime=0)).rstrip(b"=").decode()


def status_of(
    entries: Any = None, listed: Any = None, *, policy: str = "strict", more: Json | None = None
) -> tuple[Check, Verified]:
    """The first status check of a signed badge with an entry, the list being at its address."""
    done = verified(entries, listed, policy=policy, more=more)
    return check_named(done, "status"), done


def verified(
    entries: Any = None, listed: Any = None, *, policy: str = "strict", more: Json | None = None
) -> Verified:
    document = badge(credentialStatus=entry() if entries is None else entries)
    documents = {LIST: signed(status_list()) if listed is None else listed, **(more or {})}
    documents = {url: content for url, content in documents.items() if content != b""}
    return check_all(signed(document), policy, world({SCHOOL: controller()}, documents))


def token_list(*marked: int, **subject: Any) -> bytes:
    """The list as a token."""
    return token(status_list(*marked, **subject))
