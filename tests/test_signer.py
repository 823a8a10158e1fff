"""The private key: made once, kept whole and alone, and never shown."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from gateway import keys
from gateway.dids import resolve
from gateway.dids.documents import own_document
from gateway.errors import SettingInvalid, SignerFailed
from gateway.fetch import NoFetch
from gateway.proofs.controllers import keys_of
from gateway.settings import Settings
from gateway.signer import KeyRecord, KeyStore, signer_for

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SEED = bytes(range(32))


def key_file(data: Path, number: int = 1) -> Path:
    return data / "keys" / f"key-{number}.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- the store -----------------------------------------------------------------------------------


def test_the_first_key_is_made_at_first_use_and_found_again(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    assert KeyStore(data).records() == ()
    record, seed = KeyStore(data).active(NOW)
    assert KeyStore(data).active(NOW + timedelta(days=1)) == (record, seed)
    assert KeyStore(data).records() == (record,)
    assert record == KeyRecord(1, "2026-01-02T03:04:05Z", keys.public_key_of_seed(seed))
    assert record.did == keys.did_key(record.public)


def test_a_key_file_is_its_owners_alone_and_holds_both_forms(tmp_path: Path) -> None:
    record = KeyStore(tmp_path).new(NOW)
    assert mode(key_file(tmp_path)) == 0o600
    assert mode(tmp_path / "keys") == 0o700
    content = json.loads(key_file(tmp_path).read_text(encoding="utf-8"))
    assert sorted(content) == ["created", "publicKeyMultibase", "secretKeyMultibase"]
    assert content["publicKeyMultibase"] == keys.multikey(record.public)
    seed = keys.seed_from_secret_multikey(content["secretKeyMultibase"])
    assert keys.public_key_of_seed(seed) == record.public
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["key-1.json"]


def test_the_newest_of_several_keys_signs_and_each_keeps_its_number(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    made = tuple(store.new(NOW + timedelta(minutes=n)) for n in range(11))
    assert [record.number for record in made] == list(range(1, 12))
    assert len({record.public for record in made}) == 11
    assert store.records() == made
    assert store.active(NOW)[0] == made[-1]


def test_the_time_of_a_key_is_written_in_utc(tmp_path: Path) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=5)))
    assert KeyStore(tmp_path).new(local).created == "2026-01-02T03:04:05Z"


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


@pytest.mark.parametrize("loose", [0o640, 0o604, 0o660, 0o644, 0o620])
def test_a_key_file_that_others_may_read_is_not_used(tmp_path: Path, loose: int) -> None:
    KeyStore(tmp_path).new(NOW)
    key_file(tmp_path).chmod(loose)
    for use in (KeyStore(tmp_path).records, lambda: KeyStore(tmp_path).active(NOW)):
        with pytest.raises(SignerFailed, match="others may read") as caught:
            use()
        assert "chmod 600" in caught.value.hint


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    KeyStore(tmp_path).new(NOW)
    (tmp_path / "keys").chmod(0o777)
    with pytest.raises(SignerFailed, match="others may write"):
        KeyStore(tmp_path).active(NOW)
    with pytest.raises(SignerFailed, match="others may write"):
        KeyStore(tmp_path).new(NOW)


def _damages() -> dict[str, bytes]:
    public = keys.multikey(keys.public_key_of_seed(SEED))
    secret = keys.secret_multikey(SEED)
    whole = {"created": "x", "publicKeyMultibase": public, "secretKeyMultibase": secret}
    other = keys.multikey(keys.public_key_of_seed(bytes(32)))
    return {
        "empty": b"", "truncated": json.dumps(whole).encode()[:-20], "list": b"[]", "null": b"null",
        "encoding": b"\xff\xfe", "deep": b"[" * 60_000,
        "no-secret": json.dumps({**whole, "secretKeyMultibase": None}).encode(),
        "public-as-secret": json.dumps({**whole, "secretKeyMultibase": public}).encode(),
        "cut-secret": json.dumps({**whole, "secretKeyMultibase": secret[:-1]}).encode(),
        "other-public": json.dumps({**whole, "publicKeyMultibase": other}).encode(),
        "missing": json.dumps({"secretKeyMultibase": secret}).encode(),
    }  # fmt: skip


@pytest.mark.parametrize("damage", _damages())
def test_a_damaged_key_file_stops_the_gateway_and_is_never_replaced(tmp_path: Path, damage: str) -> None:
    KeyStore(tmp_path).new(NOW)
    key_file(tmp_path).write_bytes(_damages()[damage])
    with pytest.raises(SignerFailed, match=r"key-1\.json") as caught:
        KeyStore(tmp_path).active(NOW)
    assert "z3u2" not in str(caught.value.problem())
    assert key_file(tmp_path).read_bytes() == _damages()[damage]


@pytest.mark.parametrize(
    "name", ["key-²", "key-0", "key-01", "key-x", "key--1", "key-", "key-1.json~", "key-1 "]
)
def test_files_that_are_no_keys_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / f"{name}.json").write_text("{}", encoding="utf-8")
    assert KeyStore(tmp_path).records() == ()
    assert KeyStore(tmp_path).active(NOW)[0].number == 1


def test_a_key_that_cannot_be_kept_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SignerFailed, match="cannot be kept"):
            KeyStore(data).active(NOW)
    (tmp_path / "keys").write_text("", encoding="utf-8")
    with pytest.raises(SignerFailed, match="cannot be kept"):
        KeyStore(tmp_path).new(NOW)


# --- signers -------------------------------------------------------------------------------------


async def test_without_a_public_address_the_signer_is_a_did_key_that_verifies(tmp_path: Path) -> None:
    signer = signer_for(Settings(data=tmp_path), NOW)
    assert signer.did == keys.did_key(signer.public)
    document = await resolve(signer.did, NoFetch())
    assert keys_of(document, "assertionMethod") == {signer.verification_method: signer.public}
    keys.verify_signature(signer.public, b"message", await signer.sign(b"message"))


async def test_with_a_public_address_the_signer_is_its_did_web_under_the_number_of_the_key(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path, public_url="https://gateway.example.org:8443/a")
    for number in (1, 2):
        if number > 1:
            KeyStore(tmp_path).new(NOW)
        signer = signer_for(settings, NOW)
        assert signer.did == "did:web:gateway.example.org%3A8443:a"
        assert signer.verification_method == f"{signer.did}#key-{number}"
        document = own_document(signer.did, signer.public, signer.verification_method)
        assert keys_of(document, "assertionMethod") == {signer.verification_method: signer.public}
        keys.verify_signature(signer.public, b"message", await signer.sign(b"message"))


def test_the_same_key_signs_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert signer_for(settings, NOW).public == signer_for(settings, NOW + timedelta(days=9)).public


def test_a_key_of_the_environment_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    signer = signer_for(Settings(data=tmp_path, signing_key=keys.secret_multikey(SEED)), NOW)
    assert signer.public == keys.public_key_of_seed(SEED)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "z3u2notakey", keys.multikey(keys.public_key_of_seed(SEED)), "0" * 64])
def test_a_malformed_key_of_the_environment_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingInvalid, match="GATEWAY_SIGNING_KEY") as caught:
        signer_for(Settings(data=tmp_path, signing_key=text), NOW)
    assert not text or text not in str(caught.value.problem())


def test_a_public_address_that_gives_no_did_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="GATEWAY_PUBLIC_URL"):
        signer_for(Settings(data=tmp_path, public_url="https://a.example:99999"), NOW)


def test_nothing_that_is_printed_holds_the_secret(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, signing_key=keys.secret_multikey(SEED))
    for shown in (repr(settings), repr(signer_for(settings, NOW)), repr(KeyStore(tmp_path).new(NOW))):
        assert "z3u2" not in shown
        assert repr(SEED) not in shown
        assert "seed" not in shown
