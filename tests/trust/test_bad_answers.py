"""Whatever a server answers, and whoever is asked about: a statement comes back, never an exception."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.copies import Shelves
from gateway.keys import jwk_of, public_key_of
from gateway.settings import Settings
from gateway.trust import Issuer, ask, trust_sources
from gateway.trust.federation import Anchor, openid_federation
from tests.trust.lists import DAY, NOW, a_key, jwt

BASE = "https://list.example.org"
DID = "did:ebsi:z1"
NAMES = (
    "did", "attributes", "items", "id", "attribute", "body", "issuerType", "tao", "registry", "name", "url",
    "type", "iss", "sub", "jwks", "keys", "kid", "authority_hints", "metadata", "federation_entity", "vc",
    "federation_fetch_endpoint", "constraints", "credentialSubject", "accreditedFor", "types", "trust_marks",
)  # fmt: skip
TEXTS = st.sampled_from(
    (
        "",
        DID,
        BASE,
        f"{BASE}/fetch?",
        "TI",
        "TAO",
        "Revoked",
        "oidf",
        "dcc-legacy",
        "\x00",
        "[::",
        "https://[",
    )
)
SIMPLE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS)


def _token(claims: Any) -> str:
    period = {"iat": int(NOW.timestamp()), "exp": int((NOW + DAY).timestamp())}
    whole = {"iss": BASE, "sub": BASE, **period, **claims}
    return jwt({"typ": "entity-statement+jwt", "kid": "k"}, whole, a_key(1))


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(st.sampled_from((*NAMES, DID)), inner, max_size=4)
    return st.one_of(st.lists(inner, max_size=3), members, members.map(_token))


JSON = st.recursive(SIMPLE, _larger, max_leaves=8)
ENDPOINTS = TEXTS.map(lambda url: {"metadata": {"federation_entity": {"federation_fetch_endpoint": url}}})
JWKS = st.sampled_from(({}, {"jwks": {"keys": [{**jwk_of(public_key_of(a_key(1))), "kid": "k"}]}}))
HINTS = st.lists(TEXTS, max_size=3).map(lambda hints: {"authority_hints": hints})
WILD = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=3)
TOKENS = st.tuples(ENDPOINTS, JWKS, HINTS, WILD).map(
    lambda parts: _token({name: value for part in parts for name, value in part.items()})
)
DOCUMENTS = JSON.map(lambda value: json.dumps(value).encode())
ANSWERS = st.one_of(st.binary(max_size=40), DOCUMENTS, TOKENS.map(str.encode))
IDENTIFIERS = st.one_of(
    st.sampled_from((DID, BASE, f"{BASE}/a", "https://[", "did:", "")), st.text(max_size=20)
)


class Babble:
    """A network on which every address says the next thing of a list."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.asked = 0

    async def get(self, url: str, *, accept: str, max_bytes: int | None = None) -> bytes:
        self.asked += 1
        return self.answers[self.asked % len(self.answers)]


@given(IDENTIFIERS, st.lists(ANSWERS, min_size=1, max_size=5))
def test_any_answers_give_statements(identifier: str, answers: list[bytes]) -> None:
    settings = Settings(known_registries=f"{BASE}/registries.json", ebsi_registry=BASE)
    sources = [*trust_sources(settings), openid_federation([Anchor(BASE), Anchor(f"{BASE}/b")], Shelves())]
    network = Babble(answers)
    statements = asyncio.run(ask(Issuer(identifier), sources, network, NOW))
    assert network.asked < 200
    for statement in statements:
        assert json.dumps(statement.to_json())
        assert statement.listed is True or (statement.code and statement.message)
