"""Who signs for a gateway: the file, the environment in development, and never a key that may not."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import keys
from gateway.dids import resolve
from gateway.errors import GatewayError, SettingInvalid, SignerFailed
from gateway.settings import Settings
from gateway.signer import KeyStore, open_signer, opening, signer_for
from tests.dids.parts import means
from tests.signer.parts import NOW, PUBLIC, SCALAR, SECRET, SECRET_TEXT, said

PUBLIC_URL = "https://gateway.example.org:8443/a"
DID = "did:web:gateway.example.org%3A8443:a"


async def test_without_a_public_address_the_signer_is_a_did_key_that_verifies(tmp_path: Path) -> None:
    signer = await open_signer(Settings(data=tmp_path), NOW)
    assert signer.did == keys.did_key(signer.public)
    assert signer.verification_method == keys.verification_method_of(signer.did)
    assert (signer.algorithm, signer.number) == ("EdDSA", 1)
    document = (await resolve(signer.did, means())).active_document
    assert document["assertionMethod"] == [signer.verification_method]
    keys.verify_signature(signer.public, b"message", await signer.sign(b"message"))
    await signer.close()


async def test_with_a_public_address_the_signer_is_its_did_web_under_the_number_of_the_key(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path, public_url=PUBLIC_URL)
    for number in (1, 2):
        if number > 1:
            KeyStore(tmp_path).new(NOW)
        signer = signer_for(settings, NOW)
        assert signer.did == DID
        assert signer.verification_method == f"{DID}#key-{number}"
        keys.verify_signature(signer.public, b"message", await signer.sign(b"message"))


async def test_a_p256_key_signs_es256(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, public_url=PUBLIC_URL)
    KeyStore(tmp_path).new(NOW, "p256")
    signer = await open_signer(settings, NOW)
    assert (signer.algorithm, signer.public.kind) == ("ES256", "p256")
    signature = await signer.sign(b"message")
    assert len(signature) == 64
    keys.verify_signature(signer.public, b"message", signature)
    KeyStore(tmp_path).new(NOW)
    assert signer.current().algorithm == "EdDSA"
    assert signer.current("p256").verification_method == signer.verification_method
    with pytest.raises(SignerFailed, match="no active p384"):
        signer.current("p384")


def test_the_same_key_signs_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert signer_for(settings, NOW).public == signer_for(settings, NOW + timedelta(days=9)).public


async def test_a_key_of_the_environment_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, signing_key=SECRET_TEXT, public_url=PUBLIC_URL)
    signer = await open_signer(settings, NOW)
    assert (signer.public, signer.number) == (PUBLIC, 0)
    keys.verify_signature(PUBLIC, b"m", await signer.sign(b"m"))
    assert list(tmp_path.iterdir()) == []


async def test_the_keys_of_environment_and_store_have_names_of_their_own(tmp_path: Path) -> None:
    stored = signer_for(Settings(data=tmp_path, public_url=PUBLIC_URL), NOW)
    given = signer_for(Settings(data=tmp_path, public_url=PUBLIC_URL, signing_key=SECRET_TEXT), NOW)
    assert stored.verification_method == f"{DID}#key-1"
    assert given.verification_method == f"{DID}#{keys.multikey(PUBLIC)}"
    assert [record.public for record in given.history()] == [stored.public, PUBLIC]


async def test_production_refuses_the_key_of_the_environment(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, signing_key=SECRET_TEXT, environment="production")
    with pytest.raises(SettingInvalid, match="development") as caught:
        await open_signer(settings, NOW)
    assert SECRET_TEXT not in said(caught.value)


async def test_development_is_warned_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    opening._warn.cache_clear()
    settings = Settings(data=tmp_path, signing_key=SECRET_TEXT)
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            await open_signer(settings, NOW)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "z3u2" not in caplog.text


@pytest.mark.parametrize("text", ["", "z3u2notakey", keys.multikey(PUBLIC), "0" * 64])
def test_a_malformed_key_of_the_environment_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingInvalid, match="GATEWAY_SIGNING_KEY") as caught:
        signer_for(Settings(data=tmp_path, signing_key=text), NOW)
    assert not text or text not in said(caught.value)


async def test_a_key_set_up_in_two_places_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, signing_key=SECRET_TEXT, kms_key="alias/a")
    with pytest.raises(SettingInvalid, match="environment, kms"):
        await open_signer(settings, NOW)


def test_a_key_that_has_to_be_asked_for_is_not_opened_without_waiting(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="open_signer"):
        signer_for(Settings(data=tmp_path, kms_key="alias/a"), NOW)


def test_a_public_address_that_gives_no_did_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="GATEWAY_PUBLIC_URL"):
        signer_for(Settings(data=tmp_path, public_url="https://a.example:99999"), NOW)


# --- keys over time --------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["retire", "revoke", "rotate"])
async def test_a_key_that_ends_while_the_gateway_runs_signs_no_more(tmp_path: Path, change: str) -> None:
    store = KeyStore(tmp_path)
    signer = signer_for(Settings(data=tmp_path, public_url=PUBLIC_URL), NOW)
    await signer.sign(b"m")
    changes = {
        "retire": lambda: store.retire(1, NOW),
        "revoke": lambda: store.revoke(1, NOW, reason="compromised"),
        "rotate": lambda: store.rotate(NOW),
    }
    changes[change]()
    with pytest.raises(SignerFailed, match=r"key-1 is (retired|revoked)"):
        await signer.sign(b"m")
    if change == "rotate":
        after = signer.current()
        assert after.verification_method == f"{DID}#key-2"
        keys.verify_signature(after.public, b"m", await after.sign(b"m"))
    else:
        with pytest.raises(SignerFailed, match="no active key"):
            signer.current()


async def test_a_key_whose_file_is_gone_signs_no_more(tmp_path: Path) -> None:
    signer = signer_for(Settings(data=tmp_path), NOW)
    (tmp_path / "keys" / "key-1.json").unlink()
    with pytest.raises(SignerFailed, match="gone"):
        await signer.sign(b"m")


def test_a_key_that_is_revoked_does_not_come_back_by_the_environment(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    number = store.register(PUBLIC, NOW, source="kms").number
    store.revoke(number, NOW, reason="compromised")
    with pytest.raises(SignerFailed, match="is revoked"):
        signer_for(Settings(data=tmp_path, signing_key=SECRET_TEXT), NOW)


def test_the_history_keeps_every_key(tmp_path: Path) -> None:
    signer = signer_for(Settings(data=tmp_path, public_url=PUBLIC_URL), NOW)
    store = KeyStore(tmp_path)
    store.rotate(NOW)
    store.rotate(NOW)
    store.revoke(1, NOW, reason="superseded")
    assert [(r.fragment, r.state) for r in signer.history()] == [
        ("key-1", "revoked"), ("key-2", "retired"), ("key-3", "active"),
    ]  # fmt: skip


# --- secrets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [SECRET, SCALAR])
def test_nothing_that_is_printed_holds_the_secret(tmp_path: Path, secret: keys.SecretKey) -> None:
    text = keys.secret_multikey(secret)
    settings = Settings(data=tmp_path, signing_key=text)
    signer = signer_for(settings, NOW)
    for shown in (repr(settings), repr(signer), repr(signer.ring), str(signer.record.to_json())):
        assert text not in shown
        assert repr(secret.data) not in shown
        assert secret.data.hex() not in shown


def test_no_failure_shows_the_secret(tmp_path: Path) -> None:
    KeyStore(tmp_path).new(NOW)
    for settings in (
        Settings(data=tmp_path, signing_key=SECRET_TEXT + "1"),
        Settings(data=tmp_path, signing_key=SECRET_TEXT, environment="production"),
        Settings(data=tmp_path, signing_key=SECRET_TEXT, public_url="http://"),
    ):
        with pytest.raises(GatewayError) as caught:
            signer_for(settings, NOW)
        assert SECRET_TEXT not in said(caught.value)
