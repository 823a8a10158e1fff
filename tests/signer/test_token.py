"""A key in a PKCS#11 token: SoftHSM, with a token of the tests' own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway import keys
from gateway.errors import SettingInvalid, SignerFailed
from gateway.settings import Settings
from gateway.signer import KeyStore, open_signer
from gateway.signer.token import TokenSource
from tests.signer.parts import NOW, said

pkcs11 = pytest.importorskip("pkcs11", reason="the extra pkcs11 is not installed")

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm.so", "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)  # fmt: skip
MODULE = next((path for path in MODULES if Path(path).is_file()), "")
PIN, TOKEN = "73914628", "gateway-tests"
CURVES = {
    "ed": (pkcs11.KeyType.EC_EDWARDS, bytes.fromhex("06032b6570")),
    "p256": (pkcs11.KeyType.EC, bytes.fromhex("06082a8648ce3d030107")),
    "p384": (pkcs11.KeyType.EC, bytes.fromhex("06052b81040022")),
}

pytestmark = pytest.mark.skipif(
    not MODULE or shutil.which("softhsm2-util") is None, reason="SoftHSM is not installed"
)


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token with keys of three kinds; the library reads where it is from the environment."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    try:
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--so-pin", "1234", "--pin", PIN],
            check=True, capture_output=True,
        )  # fmt: skip
        _make_keys()
        yield folder
        pkcs11.unload(MODULE)
    finally:
        os.environ.pop("SOFTHSM2_CONF")
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before


def _make_keys() -> None:
    with pkcs11.lib(MODULE).get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        for label, (kind, parameters) in CURVES.items():
            given = {pkcs11.Attribute.EC_PARAMS: parameters}
            curve = session.create_domain_parameters(kind, given, local=True)
            curve.generate_keypair(store=True, label=label)
        for _ in range(2):
            given = {pkcs11.Attribute.EC_PARAMS: CURVES["p256"][1]}
            curve = session.create_domain_parameters(pkcs11.KeyType.EC, given, local=True)
            curve.generate_keypair(store=True, label="twice")
        session.generate_keypair(pkcs11.KeyType.RSA, 1024, store=True, label="rsa")


def settings(data: Path, label: str = "ed") -> Settings:
    return Settings(
        data=data, pkcs11_module=MODULE, pkcs11_token=TOKEN, pkcs11_label=label, pkcs11_pin=PIN,
        public_url="https://gateway.example.org",
    )  # fmt: skip


@pytest.mark.parametrize(("label", "algorithm"), [("ed", "EdDSA"), ("p256", "ES256")])
async def test_the_token_signs_and_the_signature_verifies(
    token: Path, tmp_path: Path, label: str, algorithm: str
) -> None:
    signer = await open_signer(settings(tmp_path, label), NOW)
    assert signer.algorithm == algorithm
    assert signer.verification_method == "did:web:gateway.example.org#key-1"
    for message in (b"", b"m" * 64, b"m" * 100_000):
        signature = await signer.sign(message)
        assert len(signature) == 64
        keys.verify_signature(signer.public, message, signature)
    await signer.close()


async def test_many_signatures_at_once_do_not_mix(token: Path, tmp_path: Path) -> None:
    signer = await open_signer(settings(tmp_path), NOW)
    messages = [str(n).encode() for n in range(40)]
    signatures = await asyncio.gather(*(signer.sign(message) for message in messages))
    for message, signature in zip(messages, signatures, strict=True):
        keys.verify_signature(signer.public, message, signature)
    await signer.close()


async def test_two_signers_share_a_token(token: Path, tmp_path: Path) -> None:
    first = await open_signer(settings(tmp_path), NOW)
    second = await open_signer(settings(tmp_path, "p256"), NOW)
    assert (first.number, second.number) == (1, 2)
    keys.verify_signature(second.public, b"m", await second.sign(b"m"))
    keys.verify_signature(first.public, b"m", await first.sign(b"m"))
    await first.close()
    await second.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-pkcs11 tidying up
async def test_a_session_that_was_lost_is_opened_again(token: Path, tmp_path: Path) -> None:
    source = TokenSource(settings(tmp_path))
    public = await source.public_key()
    for _ in range(2):
        pkcs11.lib(MODULE).reinitialize()
        keys.verify_signature(public, b"m", await source.sign(b"m"))
    await source.close()


async def test_a_key_of_the_token_can_be_taken_back(token: Path, tmp_path: Path) -> None:
    signer = await open_signer(settings(tmp_path), NOW)
    assert [record.source for record in signer.history()] == ["pkcs11"]
    KeyStore(tmp_path).retire(1, NOW)
    with pytest.raises(SignerFailed, match="is retired"):
        await signer.sign(b"m")
    await signer.close()


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
async def test_the_pin_comes_from_a_file_that_its_owner_alone_reads(
    token: Path, tmp_path: Path, end: str
) -> None:
    file = tmp_path / "pin"
    file.write_bytes(PIN.encode() + end.encode())
    given = replace(settings(tmp_path), pkcs11_pin=None, pkcs11_pin_file=file)
    file.chmod(0o644)
    with pytest.raises(SignerFailed, match="others may read pin"):
        await open_signer(given, NOW)
    file.chmod(0o600)
    signer = await open_signer(given, NOW)
    await signer.sign(b"m")
    await signer.close()


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"pkcs11_label": "nothing"}, "no such key"), ({"pkcs11_label": "twice"}, "several keys"),
        ({"pkcs11_label": "rsa"}, "elliptic|no kind"), ({"pkcs11_label": "p384"}, "of no kind"),
        ({"pkcs11_token": "nothing"}, "no such token"), ({"pkcs11_module": "/nowhere.so"}, "module"),
        ({"pkcs11_module": "/etc/passwd"}, "module"), ({"pkcs11_pin": None}, "needs a PIN"),
        ({"pkcs11_pin": None, "pkcs11_pin_file": Path("/nowhere")}, "cannot be read"),
        ({"pkcs11_label": None}, "PKCS11_LABEL"), ({"pkcs11_token": None}, "PKCS11_TOKEN"),
    ],
)  # fmt: skip
async def test_what_is_set_up_wrong_is_named(
    token: Path, tmp_path: Path, change: dict[str, Any], detail: str
) -> None:
    with pytest.raises((SignerFailed, SettingInvalid), match=detail) as caught:
        await open_signer(replace(settings(tmp_path), **change), NOW)
    assert PIN not in said(caught.value)
    assert KeyStore(tmp_path).records() == ()


async def test_a_wrong_pin_is_tried_once_and_not_shown(token: Path, tmp_path: Path) -> None:
    pkcs11.lib(MODULE).reinitialize()
    source = TokenSource(replace(settings(tmp_path), pkcs11_pin="00000000"))
    for _ in range(5):
        with pytest.raises(SignerFailed, match="refuses the PIN") as caught:
            await source.public_key()
        assert "00000000" not in said(caught.value)
    await source.close()
    signer = await open_signer(settings(tmp_path), NOW)  # the token has not locked itself
    await signer.close()


async def test_a_token_that_hangs_is_given_up(token: Path, tmp_path: Path) -> None:
    source = TokenSource(settings(tmp_path), seconds=0.2)
    release = asyncio.Event()
    loop = asyncio.get_running_loop()
    source._worker.submit(lambda: asyncio.run_coroutine_threadsafe(release.wait(), loop).result())
    with pytest.raises(SignerFailed, match=r"no answer within 0\.2 seconds"):
        await source.sign(b"m")
    release.set()
    await source.close()


def test_the_settings_do_not_show_the_pin(tmp_path: Path) -> None:
    assert PIN not in repr(settings(tmp_path))
