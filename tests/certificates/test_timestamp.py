"""RFC 3161 timestamps."""

from __future__ import annotations

import pytest

from gateway.certificates import verify_timestamp
from tests.pki import SEALED, root, stamper, timestamp, untrusted_stamper

DATA = b"a signature"
ANCHORS = (root().der,)


def test_a_timestamp_of_the_data_by_a_trusted_authority_holds() -> None:
    found = verify_timestamp(timestamp(DATA), DATA, ANCHORS)
    assert (found.code, found.at) == ("", SEALED)


def test_a_timestamp_of_something_else_says_nothing() -> None:
    assert verify_timestamp(timestamp(DATA), DATA + b".", ANCHORS).code == "timestamp_of_other_data"


def test_an_authority_nobody_trusts_is_told_apart() -> None:
    assert (
        verify_timestamp(timestamp(DATA, by=untrusted_stamper()), DATA, ANCHORS).code == "timestamp_untrusted"
    )
    assert verify_timestamp(timestamp(DATA), DATA, ()).code == "timestamp_untrusted"
    assert verify_timestamp(timestamp(DATA), DATA, (stamper().der,)).code == ""


@pytest.mark.parametrize("token", [b"", b"0", b"\x30\x80", timestamp(DATA)[:-5], b"\x00" * 300_000])
def test_what_is_no_token_is_malformed(token: bytes) -> None:
    assert verify_timestamp(token, DATA, ANCHORS).code == "timestamp_malformed"


def test_no_damaged_token_holds_at_another_time() -> None:
    token = timestamp(DATA)
    for position in range(0, len(token), 2):
        damaged = bytearray(token)
        damaged[position] ^= 0x01
        found = verify_timestamp(bytes(damaged), DATA, ANCHORS)
        assert found.code or found.at == SEALED, position
