"""did:webvh: a log counts as far as every entry of it verifies, and no further."""

from __future__ import annotations

import json
import pickle
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import keys
from gateway.dids import Resolution, resolve
from gateway.dids.webvh import url_of
from gateway.dids.webvh_log import MAX_ENTRIES, MAX_LOG
from gateway.errors import (
    DidDeactivated,
    DidInvalid,
    DidLogInvalid,
    DidNotFound,
    FetchFailed,
    GatewayError,
)
from tests.dids.logs import (
    HOST,
    LATER,
    NEXT,
    OWNER,
    STRANGER,
    WITNESSES,
    Change,
    Json,
    LogBook,
    did_of,
    hash_of,
    multikey_of,
    proven,
    witness_parameter,
)
from tests.dids.parts import NOW, Always, Web, means

SCID = "Qm" + "a" * 44


async def found(book: LogBook, did: str = "") -> Resolution:
    return await resolve(did or book.did, means(book.web()))


async def refused(book: LogBook, match: str | None = None) -> None:
    """Nothing counts, or nothing after the first entry: never the newest document."""
    with pytest.raises(DidLogInvalid, match=match):
        _ = (await found(book)).active_document


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "url"),
    [
        ("example.com", "https://example.com/.well-known/did.jsonl"),
        ("issuer.example.com", "https://issuer.example.com/.well-known/did.jsonl"),
        ("example.com:dids:issuer", "https://example.com/dids/issuer/did.jsonl"),
        ("example.com%3A3000:dids:issuer", "https://example.com:3000/dids/issuer/did.jsonl"),
        ("example.com%3a3000", "https://example.com:3000/.well-known/did.jsonl"),
    ],
)
def test_a_did_has_its_address(rest: str, url: str) -> None:
    assert url_of(f"did:webvh:{SCID}:{rest}") == url


@pytest.mark.parametrize(
    "rest",
    [
        "", f"{SCID}", f"{SCID}:", f"{SCID}:localhost", f"{SCID}x:a.example", f"{SCID[:-1]}:a.example",
        f"{SCID[:-1]}0:a.example", "{SCID}:a.example", f"{SCID}:127.0.0.1", f"{SCID}:127.0.0.1#x",
        f"{SCID}:127.0.0.1%3a8080", f"{SCID}:127%2E0%2E0%2E1", f"{SCID}:169%2e254%2e169%2e254",
        f"{SCID}:a.example:..:..:admin", f"{SCID}:a.example:%2E%2E:admin", f"{SCID}:a.example:%2e%2e:admin",
        f"{SCID}:a.example:a%2Fb", f"{SCID}:a.example:a%5Cb", f"{SCID}:a.example:a%00b", f"{SCID}:a.example::b",
        f"{SCID}:a.example:%20b", f"{SCID}:a.example%3A0", f"{SCID}:a.example%3A65536",
        f"{SCID}:a.example%3A1%3A2", f"{SCID}:a%3Ab.example", f"{SCID}:a..example", f"{SCID}:[::1]",
    ],
)  # fmt: skip
async def test_a_malformed_did_is_refused_before_anybody_is_asked(rest: str) -> None:
    web = Web()
    with pytest.raises(DidInvalid):
        await resolve(f"did:webvh:{rest}", means(web))
    assert web.asked == []


# --- what is right -------------------------------------------------------------------------------


async def test_a_log_of_one_entry_is_the_document() -> None:
    book = LogBook().create()
    resolution = await found(book)
    assert resolution.active_document == book.entries[0]["state"]
    assert resolution.document_metadata == {
        "versionId": book.entries[0]["versionId"], "versionNumber": "1", "versionTime": "2026-01-01T00:00:00Z",
        "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z", "scid": book.scid,
        "portable": False, "deactivated": False, "ttl": "3600", "watchers": [], "witness": {},
    }  # fmt: skip
    assert resolution.fresh == timedelta(hours=1)


async def test_a_path_has_its_log_under_the_path() -> None:
    book = LogBook(f"{HOST}:dids:one").create()
    assert (await found(book)).active_document["id"] == book.did


async def test_the_newest_entry_counts_and_the_older_ones_are_kept() -> None:
    book = (
        LogBook()
        .create()
        .update(state={"n": 2})
        .update(state={"n": 3}, ttl=60, watchers=["https://w.example"])
    )
    resolution = await found(book)
    assert resolution.active_document["n"] == 3
    assert [version.number for version in resolution.versions] == [1, 2, 3]
    assert [version.document.get("n") for version in resolution.versions] == [None, 2, 3]
    assert resolution.versions[0].metadata["nextVersionId"] == book.entries[1]["versionId"]
    assert resolution.versions[0].metadata["nextUpdate"] == "2026-01-02T00:00:00Z"
    assert resolution.document_metadata["ttl"] == "60"
    assert resolution.document_metadata["watchers"] == ["https://w.example"]


async def test_keys_rotate_and_the_old_ones_sign_no_more() -> None:
    rotated = LogBook().create().update(updateKeys=[multikey_of(NEXT)])
    assert (await found(rotated.update(NEXT, state={"n": 3}))).active_document["n"] == 3
    await refused(LogBook().create().update(updateKeys=[multikey_of(NEXT)]).update(OWNER), "may update")


async def test_the_keys_of_an_entry_do_not_sign_that_entry_itself() -> None:
    await refused(LogBook().create().update(NEXT, updateKeys=[multikey_of(NEXT)]), "may update")


async def test_keys_committed_to_in_advance_sign_the_entry_that_names_them() -> None:
    book = LogBook().create(nextKeyHashes=[hash_of(NEXT), hash_of(STRANGER)])
    book.update(NEXT, updateKeys=[multikey_of(NEXT)], nextKeyHashes=[hash_of(LATER)])
    book.update(LATER, updateKeys=[multikey_of(LATER)], nextKeyHashes=[])
    assert len((await found(book.update(LATER, state={"n": 4}))).versions) == 4


async def test_a_portable_did_moves_and_is_found_under_its_new_name_alone() -> None:
    book = LogBook().create(portable=True)
    old = book.did
    book.move("new.example.org:a")
    resolution = await found(book)
    assert resolution.active_document["id"] == book.did
    assert resolution.versions[0].metadata["canonicalId"] == book.did
    book.host = HOST
    with pytest.raises(DidLogInvalid, match="moved") as refusal:
        _ = (await found(book, old)).active_document
    assert "new.example.org" in refusal.value.hint


async def test_the_parallel_did_web_is_reported_where_the_document_names_it() -> None:
    named = LogBook("log.example.org:a").create().update(state={"alsoKnownAs": ["did:web:log.example.org:a"]})
    assert (await found(named)).document_metadata["didWebAlias"] == "did:web:log.example.org:a"
    other = LogBook().create().update(state={"alsoKnownAs": ["did:web:other.example.org"]})
    assert "didWebAlias" not in (await found(other)).document_metadata


async def test_a_deactivated_did_has_no_document_and_all_its_versions() -> None:
    resolution = await found(LogBook().create().update(deactivated=True, updateKeys=[]))
    assert resolution.document is None
    assert resolution.document_metadata["deactivated"] is True
    assert [version.metadata["deactivated"] for version in resolution.versions] == [True, True]
    with pytest.raises(DidDeactivated):
        _ = resolution.active_document


async def test_null_stands_for_a_default_as_early_logs_have_it() -> None:
    nothing = dict.fromkeys(("nextKeyHashes", "witness", "watchers", "ttl", "portable", "deactivated"))
    assert (await found(LogBook().create(**nothing))).document_metadata["ttl"] == "3600"


async def test_several_proofs_count_when_every_one_holds() -> None:
    def again(entry: Json) -> None:
        entry["proof"] = proven(entry, NEXT, NOW)["proof"]

    both = [multikey_of(OWNER), multikey_of(NEXT)]
    assert (await found(LogBook().create(updateKeys=both).update(after=again, state={"n": 2}))).document
    await refused(LogBook().create().update(after=again), "may update")


# --- what is wrong -------------------------------------------------------------------------------


def put(member: str, value: Any) -> Change:
    def change(entry: Json) -> None:
        entry[member] = value

    return change


def put_in_proof(member: str, value: Any) -> Change:
    def change(entry: Json) -> None:
        entry["proof"][0][member] = value

    return change


def take(member: str) -> Change:
    def change(entry: Json) -> None:
        del entry[member]

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (put("versionTime", "2026-01-01T00:00:00Z"), "not after"),
        (put("versionTime", "2025-12-31T00:00:00Z"), "not after"),
        (put("versionTime", "2026-06-01T12:05:01Z"), "future"), (put("versionTime", "2026-01-02T00:00:00"), "UTC"),
        (put("versionTime", "2026-01-02T00:00:00+01:00"), "UTC"), (put("versionTime", "2026-02-30T00:00:00Z"), "UTC"),
        (put("versionTime", 7), "UTC"), (put("versionTime", None), "UTC"), (put("parameters", None), "parameters"),
        (put("parameters", []), "parameters"), (put("parameters", {"more": 1}), "parameters"),
        (put("state", None), "document"), (put("state", []), "document"), (put("state", {"id": 7}), "document"),
        (put("state", {"id": f"did:webvh:{SCID}:{HOST}"}), "document"),
        (put("state", {"id": "did:web:a.example"}), "document"),
        (put("more", 1), "members"), (take("state"), "members"), (take("parameters"), "members"),
    ],
)  # fmt: skip
async def test_an_entry_that_says_what_it_may_not_is_refused_though_it_is_signed(
    change: Change, reason: str
) -> None:
    await refused(LogBook().create().update(before=change), reason)


P256 = keys.did_key(keys.public_key_of(keys.SecretKey("p256", bytes(range(1, 33)))))


@pytest.mark.parametrize(
    "said",
    [
        {"scid": SCID}, {"portable": True}, {"portable": "no"}, {"method": "did:webvh:0.5"}, {"method": None},
        {"method": "did:webvh:1.0-rc1"}, {"updateKeys": "z6Mk"}, {"updateKeys": [7]}, {"updateKeys": ["z"] * 65},
        {"ttl": -1}, {"ttl": True}, {"ttl": 2**31 + 1}, {"ttl": "60"}, {"deactivated": 1}, {"watchers": "https://w"},
        {"nextKeyHashes": {}}, {"witness": []}, {"witness": {"threshold": 1}},
        {"witness": {"threshold": 1, "witnesses": []}},
        {"witness": witness_parameter(0, WITNESSES[0])}, {"witness": witness_parameter(2, WITNESSES[0])},
        {"witness": {**witness_parameter(1, WITNESSES[0]), "threshold": True}},
        {"witness": {**witness_parameter(1, WITNESSES[0]), "threshold": 1.0}},
        {"witness": witness_parameter(1, WITNESSES[0], WITNESSES[0])},
        {"witness": {"threshold": 1, "witnesses": [{"id": "did:web:a.example"}]}},
        {"witness": {"threshold": 1, "witnesses": [{"id": multikey_of(OWNER)}]}},
        {"witness": {"threshold": 1, "witnesses": [{"id": f"{did_of(OWNER)}#{multikey_of(OWNER)}"}]}},
        {"witness": {"threshold": 1, "witnesses": ["did:key:z6Mk"]}}, {"witness": {"threshold": 1, "witnesses": {}}},
        {"witness": {"threshold": 1, "witnesses": [{"id": P256}]}},
    ],
    ids=str,
)  # fmt: skip
async def test_a_parameter_that_is_malformed_is_never_taken_for_its_default(said: Json) -> None:
    await refused(LogBook().create().update(**said))


@pytest.mark.parametrize(
    "change",
    [
        put("versionTime", "2026-01-02T00:00:01Z"), put("versionId", f"2-{SCID}"), put("versionId", f"3-{SCID}"),
        put("versionId", "2"), put("versionId", f"2--{SCID}"), put("versionId", f"02-{SCID}"), put("versionId", 2),
        put("state", {"id": "x"}), put("parameters", {"ttl": 5}), put("proof", []), put("proof", None), take("proof"),
        put("proof", [{}]), put("proof", ["x"]), put("proof", "x"), put("proof", [{}] * 17),
        put_in_proof("cryptosuite", "eddsa-rdfc-2022"), put_in_proof("cryptosuite", "ecdsa-jcs-2019"),
        put_in_proof("type", "Ed25519Signature2020"), put_in_proof("proofPurpose", "authentication"),
        put_in_proof("created", "2026-01-02T00:00:01Z"), put_in_proof("proofValue", "z" + "1" * 64),
        put_in_proof("verificationMethod", did_of(OWNER)), put_in_proof("verificationMethod", multikey_of(OWNER)),
        put_in_proof("verificationMethod", f"{did_of(STRANGER)}#{multikey_of(OWNER)}"),
        put_in_proof("verificationMethod", f"{did_of(OWNER)}#{multikey_of(STRANGER)}"),
        put_in_proof("verificationMethod", f"{did_of(STRANGER)}#{multikey_of(STRANGER)}"),
        put_in_proof("verificationMethod", 7), put_in_proof("previousProof", "urn:x"),
    ],
)  # fmt: skip
async def test_an_entry_changed_after_it_was_signed_is_refused(change: Change) -> None:
    await refused(LogBook().create().update(after=change))


@pytest.mark.parametrize(
    "given",
    [
        {"method": "did:webvh:99.0"}, {"method": "didwebvh:1.0"}, {"updateKeys": []}, {"updateKeys": None},
        {"updateKeys": [multikey_of(STRANGER)]}, {"witness": witness_parameter(0, WITNESSES[0])},
    ],
    ids=str,
)  # fmt: skip
async def test_a_first_entry_that_is_wrong_leaves_nothing(given: Json) -> None:
    with pytest.raises(DidLogInvalid, match="entry 1"):
        await found(LogBook().create(**given))


async def test_a_log_of_another_scid_is_refused_at_the_same_address() -> None:
    mine, other = LogBook().create(), LogBook().create(STRANGER)
    assert mine.scid != other.scid
    with pytest.raises(DidLogInvalid, match="another SCID"):
        await resolve(mine.did, means(Always(other.data)))


async def test_a_log_of_another_name_is_refused_at_the_same_address() -> None:
    book = LogBook().create()
    with pytest.raises(DidLogInvalid, match="name"):
        await resolve(f"did:webvh:{book.scid}:other.example.org", means(Always(book.data)))


async def test_a_did_that_is_not_portable_does_not_move() -> None:
    await refused(LogBook().create().move("new.example.org"), "name")
    await refused(LogBook().create(portable=True).update(portable=False).move("new.example.org"), "name")


async def test_a_move_names_the_name_before_it() -> None:
    book = LogBook().create(portable=True)
    book.host = "new.example.org"
    await refused(book.update(state={"id": book.did}), "name")


async def test_pre_rotation_is_not_escaped_by_leaving_something_out() -> None:
    def committed() -> LogBook:
        return LogBook().create(nextKeyHashes=[hash_of(NEXT)])

    hashes = [hash_of(LATER)]
    await refused(committed().update(OWNER, nextKeyHashes=hashes), "lacks")
    await refused(committed().update(NEXT, updateKeys=[multikey_of(NEXT)]), "lacks")
    await refused(committed().update(NEXT, updateKeys=None, nextKeyHashes=hashes), "lacks")
    await refused(
        committed().update(OWNER, updateKeys=[multikey_of(OWNER)], nextKeyHashes=hashes), "committed"
    )
    both = [multikey_of(NEXT), multikey_of(STRANGER)]
    await refused(committed().update(NEXT, updateKeys=both, nextKeyHashes=hashes), "committed")


async def test_nothing_follows_a_deactivation() -> None:
    await refused(LogBook().create().update(deactivated=True).update(state={"n": 3}), "deactivated before")


async def test_entries_left_out_or_put_in_another_order_are_noticed() -> None:
    book = LogBook().create().update(state={"n": 2}).update(state={"n": 3})
    first, second, third = book.entries
    for order in ([first, third], [second, third], [first, third, second], [first, second, second, third]):
        book.entries = order
        await refused(book)


async def test_after_an_entry_that_fails_the_older_versions_are_still_there() -> None:
    book = LogBook().create().update(state={"n": 2}).update(STRANGER)
    resolution = await found(book)
    assert resolution.broken is not None
    assert [version.number for version in resolution.versions] == [1, 2]
    await refused(book, "entry 3")


# --- witnesses -----------------------------------------------------------------------------------

ONE, TWO, THREE = WITNESSES


async def test_enough_witnesses_make_a_version_count_and_are_reported() -> None:
    book = LogBook().create(witness=witness_parameter(2, ONE, TWO, THREE)).witness(1, ONE, THREE)
    metadata = (await found(book)).document_metadata
    assert metadata["witness"]["threshold"] == "2"
    assert metadata["witnessedBy"] == [did_of(ONE), did_of(THREE)]


@pytest.mark.parametrize("chosen", [(), (ONE,), (ONE, ONE), (ONE, STRANGER)])
async def test_too_few_witnesses_are_too_few(chosen: tuple[keys.SecretKey, ...]) -> None:
    await refused(
        LogBook().create(witness=witness_parameter(2, ONE, TWO, THREE)).witness(1, *chosen), "too few"
    )


async def test_a_missing_file_of_witnesses_means_that_nobody_approved() -> None:
    await refused(LogBook().create(witness=witness_parameter(1, ONE)), "too few")


async def test_a_file_of_witnesses_that_cannot_be_fetched_says_nothing_of_the_did() -> None:
    book = LogBook().create(witness=witness_parameter(1, ONE)).witness(1, ONE)
    web = book.web()
    web.at[book.url.replace("did.jsonl", "did-witness.json")] = FetchFailed("down")
    with pytest.raises(FetchFailed):
        await resolve(book.did, means(web))


async def test_who_approves_a_version_approves_all_before_it_and_none_after() -> None:
    book = LogBook().create(witness=witness_parameter(1, ONE)).update(state={"n": 2}).witness(2, ONE)
    assert (await found(book)).active_document["n"] == 2
    await refused(book.update(state={"n": 3}), "entry 3: too few")


async def test_a_new_list_of_witnesses_is_itself_approved_by_the_list_before() -> None:
    def book() -> LogBook:
        return LogBook().create(witness=witness_parameter(1, ONE)).witness(1, ONE)

    changed = witness_parameter(1, TWO)
    assert (await found(book().update(witness=changed).witness(2, ONE))).broken is None
    await refused(book().update(witness=changed).witness(2, TWO), "entry 2: too few")
    await refused(book().update(witness={}), "entry 2: too few")
    assert (await found(book().update(witness={}).witness(2, ONE).update())).broken is None


async def test_a_first_list_of_witnesses_approves_the_entry_that_names_it() -> None:
    book = LogBook().create().update(witness=witness_parameter(1, ONE))
    await refused(book, "entry 2: too few")
    assert (await found(book.witness(2, ONE))).broken is None


async def test_proofs_of_witnesses_for_other_logs_count_for_nothing() -> None:
    parameter = witness_parameter(1, ONE)
    other = LogBook("other.example.org").create(witness=parameter).witness(1, ONE)
    book = LogBook().create(witness=parameter)
    book.witness_records = other.witness_records
    await refused(book, "too few")
    book.witness_records[0]["versionId"] = book.entries[0]["versionId"]
    await refused(book, "too few")


@pytest.mark.parametrize(
    "records",
    [{}, "x", 7, [7], [[]], b"<html>", b"[", [{"versionId": 7, "proof": []}], [{}],
     [{"versionId": "1-x", "proof": None}],
     [{"versionId": "1-x", "proof": [{}] * 600}]],
)  # fmt: skip
async def test_a_hostile_file_of_witnesses_makes_no_witness(records: Any) -> None:
    book = LogBook().create(witness=witness_parameter(1, ONE))
    web = book.web()
    web.at[book.url.replace("did.jsonl", "did-witness.json")] = (
        records if isinstance(records, bytes) else json.dumps(records).encode()
    )
    with pytest.raises(DidLogInvalid):
        await resolve(book.did, means(web))


# --- hostile bytes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"{}", b"[]", b"null", b"<html>", b"\xff", b"{" * 5000, b"\n\n", b"{}\n" * (MAX_ENTRIES + 1),
     b" " * (MAX_LOG + 1)],
    ids=range(11),
)  # fmt: skip
async def test_what_is_no_log_is_refused(data: bytes) -> None:
    with pytest.raises(DidLogInvalid):
        await resolve(f"did:webvh:{SCID}:{HOST}", means(Always(data)))


async def test_without_a_log_there_is_no_did() -> None:
    with pytest.raises(DidNotFound):
        await resolve(f"did:webvh:{SCID}:{HOST}", means())


BOOK = LogBook().create(portable=True).update(state={"n": 2}).update(ttl=5)


@settings(max_examples=60)
@given(place=st.integers(0, len(BOOK.data) - 1), value=st.integers(0, 255))
async def test_no_byte_of_a_log_can_be_changed_unnoticed(place: int, value: int) -> None:
    data = bytearray(BOOK.data)
    same = data[place] == value
    data[place] = value
    try:
        resolution = await resolve(BOOK.did, means(Always(bytes(data))))
    except GatewayError:
        assert not same
        return
    whole = resolution.broken is None and len(resolution.versions) == 3
    assert not whole or same or bytes(data).split() == BOOK.data.split()


async def test_a_log_is_verified_in_another_process_as_it_is_here() -> None:
    """What goes there and comes back must travel, errors included."""

    async def travelling(function: Any, *arguments: Any) -> Any:
        sent = pickle.loads(pickle.dumps((function, arguments)))
        return pickle.loads(pickle.dumps(sent[0](*sent[1])))

    book = (
        LogBook()
        .create(witness=witness_parameter(1, ONE))
        .update(state={"n": 2})
        .witness(2, ONE)
        .update(STRANGER)
    )
    there, by_us = await resolve(book.did, means(book.web(), run=travelling)), await found(book)
    assert (there.versions, str(there.broken)) == (by_us.versions, str(by_us.broken))
    assert len(pickle.loads(pickle.dumps(there)).versions) == 2
