"""Keys as files: made once, kept whole and alone, changed under a lock, never shown."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from gateway import keys
from gateway.errors import KeyStateRefused, NotFound, RequestRefused, SignerFailed
from gateway.signer import KeyRecord, KeyStore
from tests.signer.parts import NOW, PUBLIC, SECRET, STAMP, key_file, said

LATER = NOW + timedelta(hours=1)
LATER_STAMP = "2026-01-02T04:04:05Z"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def secret_in(data: Path, number: int = 1) -> str:
    return str(json.loads(key_file(data, number).read_text())["secretKeyMultibase"])


# --- making ----------------------------------------------------------------------------------------


def test_the_first_key_is_made_at_first_use_and_found_again(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    assert KeyStore(data).records() == ()
    record, secret = KeyStore(data).active(NOW)
    assert KeyStore(data).active(LATER) == (record, secret)
    assert KeyStore(data).records() == (record,)
    assert record == KeyRecord(1, STAMP, keys.public_key_of(secret))
    assert (record.kind, record.state, record.fragment) == ("ed25519", "active", "key-1")
    assert record.did == keys.did_key(record.public)


def test_a_key_file_is_its_owners_alone_and_holds_both_forms(tmp_path: Path) -> None:
    record = KeyStore(tmp_path).new(NOW)
    assert mode(key_file(tmp_path)) == 0o600
    assert mode(tmp_path / "keys") == 0o700
    content = json.loads(key_file(tmp_path).read_text(encoding="utf-8"))
    assert sorted(content) == ["created", "publicKeyMultibase", "secretKeyMultibase"]
    assert content["publicKeyMultibase"] == keys.multikey(record.public)
    secret = keys.secret_key_from_multikey(content["secretKeyMultibase"])
    assert keys.public_key_of(secret) == record.public
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["key-1.json"]


def test_the_newest_of_several_keys_signs_and_each_keeps_its_number(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    made = tuple(store.new(NOW + timedelta(minutes=n)) for n in range(11))
    assert [record.number for record in made] == list(range(1, 12))
    assert len({record.public for record in made}) == 11
    assert store.records() == made
    assert store.active(NOW)[0] == made[-1]


def test_a_p256_key_is_made_on_request_and_used_when_asked_for(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    first = store.new(NOW)
    second = store.new(NOW, "p256")
    assert (second.kind, len(second.public.data)) == ("p256", 33)
    assert keys.multikey(second.public).startswith("zDn")
    assert store.key()[0] == first, "an Ed25519 key is the default as long as there is one"
    record, secret = store.key("p256")
    assert record == second
    keys.verify_signature(second.public, b"m", keys.sign(secret, b"m"))
    store.retire(1, NOW)
    assert store.key()[0] == second


@pytest.mark.parametrize("kind", ["p384", "x25519", "rsa", "", "ED25519"])
def test_a_kind_the_gateway_does_not_make_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(RequestRefused, match="kind of key"):
        KeyStore(tmp_path).new(NOW, kind)
    assert KeyStore(tmp_path).records() == ()


def test_a_kind_of_which_there_is_no_key_is_not_replaced_by_another(tmp_path: Path) -> None:
    KeyStore(tmp_path).new(NOW)
    with pytest.raises(SignerFailed, match="no active p256 key") as caught:
        KeyStore(tmp_path).key("p256")
    assert "--kind p256" in caught.value.hint


def test_the_time_of_a_key_is_written_in_utc(tmp_path: Path) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=5)))
    assert KeyStore(tmp_path).new(local).created == STAMP


# --- states ----------------------------------------------------------------------------------------


def test_rotation_retires_the_keys_of_the_kind_and_keeps_them(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    store.new(NOW, "p256")
    store.new(NOW)
    made, retired = store.rotate(LATER)
    assert (made.number, made.kind, made.state) == (4, "ed25519", "active")
    assert [(r.number, r.state, r.retired) for r in retired] == [
        (1, "retired", LATER_STAMP), (3, "retired", LATER_STAMP),
    ]  # fmt: skip
    assert [r.state for r in KeyStore(tmp_path).records()] == ["retired", "active", "retired", "active"]
    assert store.key()[0] == made


def test_the_first_rotation_makes_a_key(tmp_path: Path) -> None:
    made, retired = KeyStore(tmp_path).rotate(NOW)
    assert (made.number, retired) == (1, ())


def test_when_every_key_is_retired_none_is_made_by_itself(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    store.retire(1, LATER)
    with pytest.raises(SignerFailed, match="no active key"):
        store.active(LATER)
    assert len(store.records()) == 1


def test_retiring_twice_changes_nothing(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    once = store.retire(1, LATER)
    content = key_file(tmp_path).read_bytes()
    assert store.retire(1, LATER + timedelta(days=1)) == once
    assert key_file(tmp_path).read_bytes() == content


def test_a_revoked_key_keeps_its_state_and_loses_its_secret(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    public = store.new(NOW).public
    secret = secret_in(tmp_path)
    with key_file(tmp_path).open("rb") as old:
        record = store.revoke(1, LATER, reason="compromised")
        assert old.read() == bytes(os.fstat(old.fileno()).st_size), "the old bytes are wiped"
    assert record == KeyRecord(1, STAMP, public, revoked=LATER_STAMP, reason="compromised")
    assert KeyStore(tmp_path).records() == (record,)
    assert secret not in key_file(tmp_path).read_text()
    assert mode(key_file(tmp_path)) == 0o600


def test_a_revoked_key_is_never_retired_and_its_date_stands(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    first = store.revoke(1, LATER, reason="superseded")
    with pytest.raises(KeyStateRefused):
        store.retire(1, LATER)
    with pytest.raises(KeyStateRefused):
        store.revoke(1, LATER, reason="ceased")
    assert store.revoke(1, LATER + timedelta(days=1), reason="superseded") == first
    worse = store.revoke(1, LATER + timedelta(days=2), reason="compromised")
    assert (worse.revoked, worse.reason) == (first.revoked, "compromised")
    with pytest.raises(KeyStateRefused):
        store.revoke(1, LATER, reason="superseded")


@pytest.mark.parametrize("reason", ["", "because", "Compromised"])
def test_only_a_listed_reason_revokes(tmp_path: Path, reason: str) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    with pytest.raises(RequestRefused):
        store.revoke(1, NOW, reason=reason)
    assert store.record(1).state == "active"


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_number_without_a_key_is_not_found(tmp_path: Path, number: int) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    for use in (lambda: store.retire(number, NOW), lambda: store.revoke(number, NOW, reason="ceased")):
        with pytest.raises(NotFound):
            use()


def test_when_the_clock_goes_back_the_dates_do_not(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(LATER)
    assert store.retire(1, NOW).retired == LATER_STAMP
    assert store.revoke(1, NOW - timedelta(days=400), reason="ceased").revoked == LATER_STAMP
    assert KeyStore(tmp_path).record(1).state == "revoked"


def test_another_process_sees_a_change_at_once(tmp_path: Path) -> None:
    store, other = KeyStore(tmp_path), KeyStore(tmp_path)
    store.new(NOW)
    assert other.key()[0].number == 1
    for turn in range(2, 12):
        store.rotate(NOW)
        assert other.key()[0].number == turn
        assert [r.state for r in other.records()] == ["retired"] * (turn - 1) + ["active"]


def test_a_key_held_elsewhere_has_a_number_and_states_and_no_secret(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    record = store.register(PUBLIC, NOW, source="kms")
    assert (record.number, record.source, record.fragment) == (2, "kms", "key-2")
    assert store.register(PUBLIC, LATER, source="kms") == record
    assert store.key()[0].number == 1, "the store cannot sign with it"
    assert "secret" not in key_file(tmp_path, 2).read_text()
    assert store.rotate(NOW)[1][0].number == 1
    assert store.retire(2, LATER).state == "retired"
    assert store.register(PUBLIC, LATER, source="kms").state == "retired"


# --- several at once -------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False])
def test_keys_made_at_the_same_moment_do_not_overwrite_each_other(tmp_path: Path, first: bool) -> None:
    barrier, found = threading.Barrier(4), list[KeyRecord]()

    def start() -> None:
        barrier.wait()
        store = KeyStore(tmp_path)
        found.append(store.active(NOW)[0] if first else store.new(NOW))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [1, 1, 1, 1] if first else [1, 2, 3, 4]
    assert sorted(record.number for record in found) == expected
    assert set(KeyStore(tmp_path).records()) == set(found)


def _rotate(data: Path, start: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    for _ in range(5):
        KeyStore(data).rotate(NOW)


def test_two_processes_that_rotate_leave_one_active_key_and_lose_none(tmp_path: Path) -> None:
    fresh = multiprocessing.get_context("spawn")
    start = fresh.Event()
    workers = [fresh.Process(target=_rotate, args=(tmp_path, start)) for _ in range(2)]
    for worker in workers:
        worker.start()
    start.set()
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0
    states = [record.state for record in KeyStore(tmp_path).records()]
    assert states == ["retired"] * 9 + ["active"]


def test_a_held_lock_is_waited_for(tmp_path: Path) -> None:
    script = (
        "import fcntl,os,sys,time\nh=os.open(sys.argv[1],os.O_RDONLY)\nfcntl.flock(h,fcntl.LOCK_EX)\n"
        "print('held',flush=True)\ntime.sleep(0.5)\n"
    )
    KeyStore(tmp_path).new(NOW)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "keys")], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        began = datetime.now(UTC)
        KeyStore(tmp_path).rotate(NOW)
        assert datetime.now(UTC) - began > timedelta(seconds=0.2)


# --- faults ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("loose", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_key_file_that_others_may_read_is_not_used(tmp_path: Path, loose: int) -> None:
    KeyStore(tmp_path).new(NOW)
    key_file(tmp_path).chmod(loose)
    store = KeyStore(tmp_path)
    for use in (store.records, lambda: store.active(NOW), lambda: store.rotate(NOW)):
        with pytest.raises(SignerFailed, match="others may read") as caught:
            use()
        assert "chmod 600" in caught.value.hint


def test_a_file_opened_to_others_later_is_noticed(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.active(NOW)
    key_file(tmp_path).chmod(0o644)
    with pytest.raises(SignerFailed, match="others may read"):
        store.key()


@pytest.mark.parametrize("loose", [0o777, 0o770, 0o702])
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path, loose: int) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    (tmp_path / "keys").chmod(loose)
    changes = (
        lambda: store.active(NOW), lambda: store.new(NOW), lambda: store.rotate(NOW),
        lambda: store.retire(1, NOW), lambda: store.revoke(1, NOW, reason="ceased"),
    )  # fmt: skip
    for change in changes:
        with pytest.raises(SignerFailed, match="others may write"):
            change()


def _damages() -> dict[str, bytes]:
    public, secret = keys.multikey(PUBLIC), keys.secret_multikey(SECRET)
    whole = {"created": STAMP, "publicKeyMultibase": public, "secretKeyMultibase": secret}
    other = keys.multikey(keys.public_key_of(keys.SecretKey("ed25519", bytes(32))))
    agreement = keys.multikey(keys.key_agreement_key(PUBLIC))

    def changed(**members: object) -> bytes:
        return json.dumps({**whole, **members}).encode()

    return {
        "empty": b"", "truncated": changed()[:-20], "list": b"[]", "null": b"null",
        "encoding": b"\xff\xfe", "deep": b"[" * 60_000, "long": changed() + b" " * 70_000,
        "no-secret": json.dumps({"created": STAMP, "publicKeyMultibase": public}).encode(),
        "secret-number": changed(secretKeyMultibase=7), "cut-secret": changed(secretKeyMultibase=secret[:-1]),
        "public-as-secret": changed(secretKeyMultibase=public),
        "other-public": changed(publicKeyMultibase=other),
        "agreement": changed(publicKeyMultibase=agreement),
        "missing": json.dumps({"secretKeyMultibase": secret}).encode(), "no-date": changed(created=""),
        "odd-date": changed(created="yesterday"), "no-such-date": changed(created="2026-02-30T00:00:00Z"),
        "date-number": changed(created=20260102), "date-list": changed(created=[]),
        "local-date": changed(created="2026-01-02T03:04:05+01:00"),
        "revoked-before-created": changed(revoked="2020-01-01T00:00:00Z", reason="ceased"),
        "retired-after-revoked": changed(
            retired="2027-01-01T00:00:00Z", revoked="2026-06-01T00:00:00Z", reason="ceased"
        ),
        "no-reason": changed(revoked="2027-01-01T00:00:00Z"), "reason-alone": changed(reason="ceased"),
        "odd-reason": changed(revoked="2027-01-01T00:00:00Z", reason=["ceased"]),
        "odd-source": changed(source="elsewhere"), "source-list": changed(source=[]),
    }  # fmt: skip


@pytest.mark.parametrize("damage", _damages())
def test_a_damaged_key_file_stops_the_gateway_and_is_never_replaced(tmp_path: Path, damage: str) -> None:
    KeyStore(tmp_path).new(NOW)
    key_file(tmp_path).write_bytes(_damages()[damage])
    store = KeyStore(tmp_path)
    for use in (store.records, lambda: store.active(NOW), lambda: store.rotate(NOW), lambda: store.new(NOW)):
        with pytest.raises(SignerFailed, match=r"key-1\.json") as caught:
            use()
        assert "z3u2" not in said(caught.value)
    assert key_file(tmp_path).read_bytes() == _damages()[damage]
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["key-1.json"]


def test_a_damaged_key_does_not_keep_another_from_being_revoked(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    store.new(NOW)
    key_file(tmp_path, 1).write_bytes(b"{")
    assert store.revoke(2, LATER, reason="compromised").state == "revoked"
    assert store.record(2).state == "revoked"
    with pytest.raises(SignerFailed, match=r"key-1\.json"):
        store.revoke(1, LATER, reason="compromised")


def test_a_key_file_of_an_earlier_gateway_is_read(tmp_path: Path) -> None:
    KeyStore(tmp_path).new(NOW)
    whole = {
        "created": STAMP, "publicKeyMultibase": keys.multikey(PUBLIC),
        "secretKeyMultibase": keys.secret_multikey(SECRET),
    }  # fmt: skip
    key_file(tmp_path).write_text(json.dumps(whole))
    assert KeyStore(tmp_path).active(NOW) == (KeyRecord(1, STAMP, PUBLIC), SECRET)


@pytest.mark.parametrize(
    "name", ["key-²", "key-0", "key-01", "key-x", "key--1", "key-", "key-1.json~", "key-1 "]
)
def test_files_that_are_no_keys_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / f"{name}.json").write_text("{}", encoding="utf-8")
    assert KeyStore(tmp_path).records() == ()
    assert KeyStore(tmp_path).active(NOW)[0].number == 1


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_under_the_name_of_a_key_stops_the_gateway(tmp_path: Path, make: object) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    make(key_file(tmp_path))  # type: ignore[operator]
    with pytest.raises(SignerFailed, match=r"key-1\.json"):
        KeyStore(tmp_path).active(NOW)


def test_what_an_interrupted_change_left_is_wiped_and_not_taken_for_a_key(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.new(NOW)
    left = tmp_path / "keys" / ".part-0123456789abcdef"
    left.write_bytes(b"half a secr")
    assert len(store.records()) == 1
    with left.open("rb") as file:
        store.retire(1, NOW)
        assert file.read() == bytes(11)
    assert not left.exists()


def test_a_full_disk_leaves_the_old_state_whole(tmp_path: Path) -> None:
    KeyStore(tmp_path).new(NOW)
    before = key_file(tmp_path).read_bytes()
    script = (
        "import resource,signal,sys\nfrom datetime import datetime,UTC\nfrom pathlib import Path\n"
        "from gateway.errors import SignerFailed\nfrom gateway.signer import KeyStore\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))\n"
        "store, now = KeyStore(Path(sys.argv[1])), datetime.now(UTC)\n"
        "for change in (lambda: store.retire(1, now), lambda: store.new(now),\n"
        "               lambda: store.revoke(1, now, reason='ceased')):\n"
        "    try:\n        change()\n        sys.exit('not refused')\n"
        "    except SignerFailed as error:\n        print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.stdout.count("cannot be kept") == 3
    assert key_file(tmp_path).read_bytes() == before
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["key-1.json"]


def test_a_key_that_cannot_be_kept_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SignerFailed, match="cannot be kept"):
            KeyStore(data).active(NOW)
    (tmp_path / "keys").write_text("", encoding="utf-8")
    with pytest.raises(SignerFailed, match="cannot be kept"):
        KeyStore(tmp_path).new(NOW)


def test_nothing_that_is_printed_holds_the_secret(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    record, secret = store.active(NOW)
    for shown in (repr(record), repr(secret), repr(store), json.dumps(record.to_json())):
        assert "z3u2" not in shown
        assert repr(secret.data) not in shown
        assert secret.data.hex() not in shown
