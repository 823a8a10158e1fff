"""did:webvh 1.0: the document is the end of a log that verifies. https://identity.foundation/didwebvh/v1.0/"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.dids.fetching import bytes_at
from gateway.dids.resolution import Json, Means, Resolution, Version
from gateway.dids.web import WELL_KNOWN, address_of
from gateway.dids.webvh_log import MAX_LOG, Entry, Log, read_log
from gateway.dids.webvh_parameters import SCID
from gateway.dids.webvh_witness import MAX_WITNESS_FILE, approvals, witnessed
from gateway.errors import DidInvalid, DidLogInvalid, DidNotFound

__all__ = ["base_of", "resolve", "url_of"]

PREFIX = "did:webvh:"
HINT = "A did:webvh looks like did:webvh:Qm…:example.org:path."
LOG, WITNESSES = "did.jsonl", "did-witness.json"


def base_of(did: str) -> str:
    """The https address below which the files of a did:webvh stand. Raises ``DidInvalid``."""
    scid, *rest = did.removeprefix(PREFIX).split(":")
    if not did.startswith(PREFIX) or not SCID.match(scid) or not rest or "." not in rest[0]:
        raise DidInvalid("not a did:webvh", hint=HINT)
    return address_of(rest[0], rest[1:])


def url_of(did: str) -> str:
    """The address of the log of a did:webvh. Raises ``DidInvalid``."""
    base = base_of(did)
    return f"{base}{'' if _has_path(did) else WELL_KNOWN}/{LOG}"


def _has_path(did: str) -> bool:
    return did.count(":") > PREFIX.count(":") + 1


async def resolve(did: str, means: Means) -> Resolution:
    """The document of the newest version, with all versions that verify.

    Raises ``DidInvalid``, ``DidNotFound`` when there is no log, ``DidLogInvalid`` when its first entry does
    not verify or no version has the DID's name, or what ``fetch`` raises.
    """
    url, scid = url_of(did), did.split(":")[2]
    data = await bytes_at(url, means, accept="text/jsonl, application/jsonl, */*;q=0.1", max_bytes=MAX_LOG)
    log = await means.run(read_log, data, scid, means.now)
    approved: dict[str, int] = {}
    if any(entry.witnesses.ids for entry in log.entries):
        proofs = await _witness_file(url.removesuffix(LOG) + WITNESSES, means)
        approved = await means.run(approvals, proofs, log, means.now)
        log = witnessed(log, approved)
    return _resolution(did, log, approved)


async def _witness_file(url: str, means: Means) -> bytes:
    """The proofs of the witnesses; none when there is no such file."""
    try:
        return await bytes_at(url, means, accept="application/json", max_bytes=MAX_WITNESS_FILE)
    except DidNotFound:
        return b"[]"


def _resolution(did: str, log: Log, approved: dict[str, int]) -> Resolution:
    last, broken = log.entries[-1], log.broken
    if not any(entry.did == did for entry in log.entries):
        raise DidLogInvalid("no version of the log has the name of the DID")
    if last.did != did and broken is None:
        broken = DidLogInvalid("the DID has moved and has another name", hint=f"It is {last.did} now.")
    versions = tuple(_version(entry, log, approved) for entry in log.entries)
    return Resolution(
        document=None if last.parameters.deactivated else last.state,
        document_metadata=versions[-1].metadata,
        versions=versions,
        broken=broken,
        fresh=timedelta(seconds=last.parameters.ttl),
    )


def _version(entry: Entry, log: Log, approved: dict[str, int]) -> Version:
    first, last = log.entries[0], log.entries[-1]
    holding = last.parameters
    metadata: Json = {
        "versionId": entry.version_id, "versionNumber": str(entry.number), "versionTime": _stamp(entry.time),
        "created": _stamp(first.time), "updated": _stamp(entry.time),
        "scid": holding.scid, "portable": holding.portable, "deactivated": holding.deactivated,
        "ttl": str(holding.ttl), "watchers": list(holding.watchers), "witness": {},
    }  # fmt: skip
    if entry is not last:
        following = log.entries[entry.number]
        metadata |= {"nextVersionId": following.version_id, "nextUpdate": _stamp(following.time)}
    if entry.did != last.did:
        metadata["canonicalId"] = last.did
    if entry.witnesses.ids:
        metadata["witness"] = {
            "threshold": str(entry.witnesses.threshold),
            "witnesses": [{"id": identifier} for identifier in entry.witnesses.ids],
        }
        agreed = (one for one in entry.witnesses.ids if approved.get(one, 0) >= entry.number)
        metadata["witnessedBy"] = list(agreed)
    if alias := _alias(entry):
        metadata["didWebAlias"] = alias
    return Version(entry.version_id, entry.number, entry.time, entry.state, metadata)


def _alias(entry: Entry) -> str:
    """The did:web at the same address, when the document says that it is known so. It authorises nothing."""
    parallel = "did:web:" + entry.did.split(":", 3)[3]
    known = entry.state.get("alsoKnownAs")
    return parallel if isinstance(known, list) and parallel in known else ""


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
