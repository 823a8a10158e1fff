"""A signature leaves only if it verifies with the key it is said to be by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import keys
from gateway.errors import SignerFailed
from gateway.keys import SecretKey
from gateway.settings import Settings
from gateway.signer import KeyRecord, KeyStore, NoSigner, signer_for
from gateway.signer.port import Held, KeyRing
from tests.signer.parts import NOW, PUBLIC, SCALAR, SECRET

OTHER = SecretKey("ed25519", bytes(32))


class Canned:
    """A source that answers with whatever it was given."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.closed = False

    async def sign(self, data: bytes) -> bytes:
        return self.answer

    async def close(self) -> None:
        self.closed = True


def ring(source: Canned, public: keys.PublicKey = PUBLIC) -> KeyRing:
    return KeyRing(KeyStore(Path("nowhere")), held=Held(KeyRecord(0, "", public, source="kms"), source))


GENUINE = keys.sign(SECRET, b"m")


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0" * 64, GENUINE[:-1], GENUINE + b"\0", GENUINE[::-1], keys.sign(OTHER, b"m"),
     keys.sign(SECRET, b"n"), bytes([GENUINE[0] ^ 1]) + GENUINE[1:]],
)  # fmt: skip
async def test_what_is_no_signature_of_the_key_is_not_handed_on(answer: bytes) -> None:
    with pytest.raises(SignerFailed, match="not a signature by the signing key"):
        await ring(Canned(answer)).choose().sign(b"m")


@given(st.binary(max_size=80))
async def test_garbage_is_never_a_signature(answer: bytes) -> None:
    for public in (PUBLIC, keys.public_key_of(SCALAR)):
        with pytest.raises(SignerFailed):
            await ring(Canned(answer), public).choose().sign(b"m")


async def test_a_genuine_signature_is_handed_on_and_the_source_is_closed() -> None:
    source = Canned(GENUINE)
    signer = ring(source).choose()
    assert await signer.sign(b"m") == GENUINE
    assert signer.current("ed25519") == signer
    await signer.close()
    assert source.closed


def test_a_key_held_elsewhere_does_not_stand_in_for_one_of_another_kind() -> None:
    with pytest.raises(SignerFailed, match="of kind ed25519, not p256"):
        ring(Canned(b"")).choose("p256")


async def test_many_signatures_are_each_shown_to_verify() -> None:
    signer = ring(Canned(GENUINE)).choose()
    assert await signer.sign_many([b"m", b"m"]) == [GENUINE, GENUINE]
    assert await signer.sign_many([]) == []
    with pytest.raises(SignerFailed, match="not a signature by the signing key"):
        await signer.sign_many([b"m", b"n"])


async def test_a_key_that_signs_no_more_signs_none_of_many(tmp_path: Path) -> None:
    signer = signer_for(Settings(data=tmp_path), NOW)
    assert len(await signer.sign_many([b"1", b"2"])) == 2
    KeyStore(tmp_path).rotate(NOW)
    with pytest.raises(SignerFailed, match="retired"):
        await signer.sign_many([b"1"])
    with pytest.raises(SignerFailed):
        await NoSigner().sign_many([b"1"])


async def test_a_signature_looks_at_the_folder_when_the_key_is_chosen_and_when_it_signs(
    tmp_path: Path,
) -> None:
    looked: list[str] = []

    class Counting(KeyStore):
        def _entries(self) -> Any:
            looked.append("")
            return super()._entries()

    store = Counting(tmp_path)
    store.new(NOW)
    ring = KeyRing(store)
    looked.clear()
    chosen = ring.choose()
    await chosen.sign(b"data")
    assert len(looked) == 2
    store.revoke(1, NOW, reason="compromised")
    with pytest.raises(SignerFailed):
        await chosen.sign(b"data")
    with pytest.raises(SignerFailed):
        ring.choose()
