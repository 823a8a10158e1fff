"""The hub as JSON: a round trip that loses nothing."""

from __future__ import annotations

import json

from hypothesis import given

from gateway.model import Credential
from gateway.model.serialization import from_json, to_json
from tests.hubs import hubs


@given(hubs())
def test_what_is_kept_comes_back_equal(hub: Credential) -> None:
    assert from_json(Credential, json.loads(json.dumps(to_json(hub)))) == hub


def test_an_empty_credential_is_an_empty_object() -> None:
    assert to_json(Credential()) == {}
