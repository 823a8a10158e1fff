"""Twelve faults of the outside world times what a verification needs of it: DID, status list, trust list.

One credential that needs all three; each fault befalls the host of one of them, and ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.compute import HereCompute
from gateway.core import ConvertOptions
from gateway.dids.own import OwnKey, own_document
from gateway.fetch import NoFetch
from gateway.keys import SecretKey, secret_multikey
from gateway.pipeline import Gateway
from gateway.report import Check, Report, Verdict
from gateway.resources import example_bytes
from gateway.settings import Settings
from gateway.signer import signer_for
from gateway.status import encode_bits
from gateway.trust import trust_sources
from tests.outside import Answer, Road

__all__ = ["EXPECTED", "KINDS", "RECOVERY", "Scene", "Seen", "check_of", "expected", "scene", "see"]

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
RECOVERY = timedelta(seconds=35)
"""How long after the end of a fault the gateway may still keep away."""

DID_HOST, STATUS_HOST, TRUST_HOST = "issuer.example.org", "status.example.org", "lists.example.org"
STATUS_LIST = f"https://{STATUS_HOST}/1"
KINDS = {
    "DID": (DID_HOST, "issuer"),
    "status list": (STATUS_HOST, "status"),
    "trust list": (TRUST_HOST, "trust"),
}
"""What is needed -> the host it stands at, and the check that rests on it."""

Told = tuple[Verdict, str]
OPEN = Verdict.UNDETERMINED
EXPECTED: dict[str, Told] = {
    "DID": (OPEN, "key_from_proof"),  # the key stands in the name of its method, and nobody confirms it
    "status list": (OPEN, "status_retrieval_error"),
    "trust list": (OPEN, "trust_source_unavailable"),
}
OTHERWISE: dict[tuple[str, str], Told] = {
    # A server that answers in order with what is no list at all says something of the list.
    ("status list", "bad JSON"): (Verdict.INVALID, "status_verification_error"),
    ("status list", "wrong document"): (Verdict.INVALID, "status_verification_error"),
}


def expected(kind: str, fault: str) -> Told:
    """What the check about a kind must say while a fault holds."""
    return OTHERWISE.get((kind, fault), EXPECTED[kind])


@dataclass
class Scene:
    """A credential, the road to what it needs, and a gateway whose clock can be set."""

    road: Road
    data: bytes
    gateway: Gateway
    now: datetime = NOW

    async def verify(self, *, after: timedelta = timedelta()) -> Report:
        """The report at a later time."""
        self.now += after
        return await self.gateway.verify(self.data)

    async def publish_status(self, *revoked: int) -> None:
        """Let the status list say that some were revoked."""
        self.road.world.at[f"/{STATUS_HOST}/1"] = await _listed(*revoked)

    def befall(self, kind: str, fault: str) -> None:
        """Let a fault hold at the host of a kind; an empty one ends it."""
        self.road.fault, self.road.befallen = fault, frozenset((KINDS[kind][0],))


@dataclass(frozen=True)
class Seen:
    """What was seen of one fault: the check and the verdict while it held, and whether it was over after."""

    check: Check
    verified: bool
    recovered: bool

    def as_expected(self, kind: str, fault: str) -> bool:
        """Whether that is what must be seen."""
        told = (self.check.verdict, self.check.code)
        return told == expected(kind, fault) and not self.verified and self.recovered


def check_of(report: Report, name: str) -> Check:
    """The one check of a name."""
    (found,) = (check for check in report.checks if check.name == name)
    return found


async def see(road: Road, kind: str, fault: str) -> Seen:
    """Verify while a fault holds that was there from the beginning, and again after its end."""
    seen = await scene(road)
    seen.befall(kind, fault)
    report = await seen.verify()
    seen.befall(kind, "")
    later = await seen.verify(after=RECOVERY)
    return Seen(check_of(report, KINDS[kind][1]), report.verified, later.verified)


async def scene(road: Road) -> Scene:
    """The world as it should be, and a gateway that has met nobody yet."""
    data, stands = await _documents()
    road.fault, road.befallen, road.world.at = "", frozenset(), dict(stands)
    settings = Settings(
        signing_key=_key(1), trust_required=True, known_registries=f"https://{TRUST_HOST}/registries.json"
    )
    made = Scene(road, data, _gateway(settings))
    made.gateway = replace(made.gateway, fetch=road, clock=lambda: made.now, trust=trust_sources(settings))
    return made


_kept: list[tuple[bytes, dict[str, Answer]]] = []


async def _documents() -> tuple[bytes, dict[str, Answer]]:
    """The credential, and what stands where for it; made once."""
    if _kept:
        return _kept[0]
    issuer = _gateway(Settings(signing_key=_key(2), public_url=f"https://{DID_HOST}"))
    signer = issuer.signer
    delivery = await issuer.convert(example_bytes("badge.ob3.json"), ConvertOptions("vc"))
    data = (await issuer.secure(json.dumps(_with_status(dict(delivery.tree))).encode())).content
    key = OwnKey(signer.verification_method, signer.public)
    stands: dict[str, Answer] = {
        f"/{DID_HOST}/.well-known/did.json": own_document(signer.did, [key]),
        f"/{STATUS_HOST}/1": await _listed(),
        f"/{TRUST_HOST}/registries.json": [{"name": "One", "url": f"https://{TRUST_HOST}/one.json"}],
        f"/{TRUST_HOST}/one.json": {"registry": {signer.did: {"name": "University of the Three Rivers"}}},
    }
    _kept.append((data, stands))
    return data, stands


def _key(number: int) -> str:
    return secret_multikey(SecretKey("ed25519", bytes([number]) * 32))


def _gateway(settings: Settings) -> Gateway:
    return Gateway(signer_for(settings, NOW), settings, NoFetch(), HereCompute(), clock=lambda: NOW)


def _with_status(tree: dict[str, Any]) -> dict[str, Any]:
    tree.pop("proof", None)
    entry = {
        "id": f"{STATUS_LIST}#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "7", "statusListCredential": STATUS_LIST,
    }  # fmt: skip
    return {**tree, "credentialStatus": entry}


async def _listed(*revoked: int) -> bytes:
    lister = _gateway(Settings(signing_key=_key(3)))
    return (await lister.secure(json.dumps(_status_list(lister.signer.did, revoked)).encode())).content


def _status_list(issuer: str, revoked: tuple[int, ...]) -> dict[str, Any]:
    subject = {
        "id": f"{STATUS_LIST}#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
        "encodedList": encode_bits(revoked), "ttl": 600_000,
    }  # fmt: skip
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": STATUS_LIST, "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer, "validFrom": "2026-01-01T00:00:00Z", "credentialSubject": subject,
    }  # fmt: skip
