"""Digests of related resources: of those the gateway knows, whether they are right."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from gateway.core.related_resources import related_resource_checks
from gateway.jsonld import bundled
from gateway.keys import base58_encode
from tests.core.parts import VCDM_2, badge, check_all, signed

PUBLISHED = next(v.published for v in bundled().versions if VCDM_2 in v.urls and v.published)
RIGHT = bytes.fromhex(PUBLISHED)
SRI = "sha256-" + base64.b64encode(RIGHT).decode()
MULTIHASH = b"\x12\x20" + RIGHT


def codes(*resources: Any) -> list[str]:
    return [check.code for check in related_resource_checks({"relatedResource": list(resources)})]


def resource(**digests: Any) -> dict[str, Any]:
    return {"id": VCDM_2, "mediaType": "application/ld+json", **digests}


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": SRI},
        {"digestSRI": [SRI]},
        {"digestMultibase": "z" + base58_encode(MULTIHASH)},
        {"digestMultibase": "u" + base64.urlsafe_b64encode(MULTIHASH).rstrip(b"=").decode()},
        {"digestMultibase": "u" + base64.urlsafe_b64encode(RIGHT).rstrip(b"=").decode()},
        {"digestSRI": SRI, "digestMultibase": "z" + base58_encode(MULTIHASH)},
    ],
)
def test_a_right_digest_of_a_known_resource_is_no_fault(digests: Any) -> None:
    assert codes(resource(**digests)) == []


@pytest.mark.parametrize(
    "digests",
    [
        {"digestSRI": "sha256-" + base64.b64encode(bytes(32)).decode()},
        {"digestMultibase": "z" + base58_encode(b"\x12\x20" + bytes(32))},
        {"digestSRI": SRI, "digestMultibase": "z" + base58_encode(b"\x12\x20" + bytes(32))},
    ],
)
def test_a_wrong_digest_of_a_known_resource_is_a_fault(digests: Any) -> None:
    assert codes(resource(**digests)) == ["digest_mismatch"]


def test_a_resource_nobody_here_knows_is_left_alone() -> None:
    assert codes({"id": "https://school.example/logo.png", "digestSRI": SRI}) == []


def test_a_resource_without_a_digest_is_a_fault() -> None:
    assert codes(resource()) == ["related_resource_undigested"]


def test_a_resource_that_stands_twice_is_a_fault() -> None:
    assert codes(resource(digestSRI=SRI), resource(digestSRI=SRI)) == ["related_resource_repeated"]


@pytest.mark.parametrize(
    "digest", ["sha256-", "sha256-%%%", "md5", "", 7, None, [], [7, None], {}, "z0OIl", "u!!!", "q" * 100_000]
)
def test_what_is_no_digest_raises_nothing(digest: Any) -> None:
    codes(resource(digestSRI=digest))
    codes(resource(digestMultibase=digest))


def test_a_wrong_digest_spoils_the_credential() -> None:
    wrong = resource(digestSRI="sha256-" + base64.b64encode(bytes(32)).decode())
    assert check_all(signed(badge(relatedResource=resource(digestSRI=SRI)))).verified
    done = check_all(signed(badge(relatedResource=[wrong])))
    assert not done.verified
    assert "digest_mismatch" in {check.code for check in done.checks}
