"""Attacks on presentations (S9 to S11): each part changed by itself, headers of tokens, JSON read in several ways."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import keys
from gateway.envelopes.jwt import base64url_encode
from gateway.errors import InputRefused
from gateway.pipeline.exchange_messages import read_message
from gateway.pipeline.presentations import Presentations
from tests.holders import CHALLENGE, DOMAIN, Holder, badge_for
from tests.parts import gateway

LEARNER, OTHER = Holder(21), Holder(22)
SUITES = ("eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020")
LEAST = 40
"""Fewest changes that are tried of one presentation (S9)."""
Path = tuple[str | int, ...]


async def shows_something(data: bytes) -> bool:
    """Whether a presentation is verified, or shows whose it is."""
    try:
        done = await Presentations(gateway()).judge(data, DOMAIN, CHALLENGE)
    except InputRefused:
        return False
    return done.verified or bool(done.holder)


# --- S9: one change at a time -------------------------------------------------------------------------


def places(tree: Any, here: Path = ()) -> Iterator[Path]:
    """Every member and item, the whole left out."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, value in entries:
        yield (*here, name)
        yield from places(value, (*here, name))


def changed(tree: Any, place: Path, change: Any) -> Any:
    made = copy.deepcopy(tree)
    inner = made
    for step in place[:-1]:
        inner = inner[step]
    if change is None:
        del inner[place[-1]]
    else:
        inner[place[-1]] = change(inner[place[-1]])
    return made


def longer(value: Any) -> Any:
    return value + "x" if isinstance(value, str) else {"is": "another"}


CHANGES: dict[str, Any] = {"taken out": None, "longer": longer, "a number": lambda _: 7}


NEUTRAL = {(("proof", "@context"), "taken out")}
"""A proof by JCS need not repeat the context of the document (vc-di-eddsa section 3.3.5)."""


@pytest.mark.parametrize("suite", SUITES)
async def test_no_single_change_of_a_presentation_is_passed_over(suite: str) -> None:
    badge = json.loads((await gateway().secure(json.dumps(badge_for(LEARNER.did)).encode())).content)
    tree = LEARNER.present(badge, suite=suite)
    assert await shows_something(json.dumps(tree).encode())
    tried = 0
    outside = [place for place in places(tree) if place[0] != "verifiableCredential"]
    inside = [("verifiableCredential", 0, name) for name in badge]
    for place in [*outside, *inside]:
        for how, change in CHANGES.items():
            if (place, how) in NEUTRAL:
                continue
            data = json.dumps(changed(tree, place, change)).encode()
            assert not await shows_something(data), (place, how)
            tried += 1
    assert tried >= LEAST


NEW: dict[str, Any] = {
    "a member of the proof": lambda tree: tree["proof"].update(nonce="n"),
    "a term of the document": lambda tree: tree.update(refreshService={"type": "X"}),
    "an undefined term": lambda tree: tree.update(master="of soldering"),
    "a context of the proof": lambda tree: tree["proof"].update({"@context": ["https://elsewhere.example/v1"]}),
    "a context of the document": lambda tree: tree["@context"].append("https://elsewhere.example/v1"),
    "another meaning": lambda tree: tree["@context"].append({"type": "https://x.example/type"}),
    "the proof of another": lambda tree: tree.update(proof=[tree["proof"], OTHER.present()["proof"]]),
    "a previous proof": lambda tree: tree["proof"].update(previousProof="urn:uuid:1"),
    "another purpose": lambda tree: tree["proof"].update(proofPurpose="assertionMethod"),
    "an alias of the holder": lambda tree: tree.update(
        {"https://www.w3.org/2018/credentials#holder": OTHER.did}
    ),
    "a credential": lambda tree: tree.update(verifiableCredential=[badge_for(LEARNER.did)]),
}  # fmt: skip


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("what", NEW)
async def test_nothing_can_be_added(what: str, suite: str) -> None:
    tree = LEARNER.present(suite=suite)
    NEW[what](tree)
    assert not await shows_something(json.dumps(tree).encode())


# --- S10: JSON ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"verifiablePresentation": {}, "verifiablePresentation": {}}',
        '\ufeff{"verifiablePresentation": {}}',
        '{"verifiablePresentation": NaN}',
        '{"verifiablePresentation": Infinity}',
        '{"verifiablePresentation": "\\ud800"}',
        '{"verifiablePresentation": 9007199254740993}',
        '{"verifiablePresentation": 1e400}',
        '{"verifiablePresentation": ' + "[" * 100 + "]" * 100 + "}",
        "{'verifiablePresentation': {}}",
        '{"verifiablePresentation": {}}{}',
        '{"verifiablePresentation": {},}',
        "",
        "\x00",
    ],
)
def test_json_that_readers_disagree_on_is_no_message(text: str) -> None:
    with pytest.raises(InputRefused):
        read_message(text.encode("utf-8", "surrogatepass"))


# --- S11: tokens --------------------------------------------------------------------------------------


def token(header: dict[str, Any], signature: bytes | None = None) -> bytes:
    """A presentation in the learner's name, signed by somebody else, whose header says why it should be taken."""
    made = OTHER.present_token(header={"kid": LEARNER.method, **header}, iss=LEARNER.did)
    if signature is None:
        return made
    return made.rpartition(b".")[0] + b"." + base64url_encode(signature).encode()


OWN = keys.jwk_of(keys.public_key_of(OTHER.secret))
HEADERS: dict[str, bytes] = {
    "alg none": token({"alg": "none"}, b""),
    "alg None": token({"alg": "None"}),
    "alg HS256": token({"alg": "HS256"}),
    "alg ES256": LEARNER.present_token(header={"alg": "ES256"}),
    "alg HS256, signed right": LEARNER.present_token(header={"alg": "HS256"}),
    "no alg, signed right": LEARNER.present_token(header={"alg": None}),
    "crit, signed right": LEARNER.present_token(header={"crit": ["exp"]}),
    "no alg": token({"alg": None}),
    "jku": token({"jku": "https://elsewhere.example/keys"}),
    "x5u": token({"x5u": "https://elsewhere.example/cert"}),
    "jwk beside kid": token({"jwk": OWN}),
    "jwk alone": token({"jwk": OWN, "kid": None}),
    "crit": token({"crit": ["exp"]}),
    "b64": token({"b64": False, "crit": ["b64"]}),
    "a credential's typ": LEARNER.present_token(header={"typ": "vc+jwt"}),
    "another's kid": token({"kid": OTHER.method}),
    "no kid": token({"kid": None}),
    "a signature of zeros": token({}, bytes(64)),
    "half a signature": token({}, bytes(32)),
}


@pytest.mark.parametrize("what", HEADERS)
async def test_no_header_of_a_token_opens_anything(what: str) -> None:
    assert not await shows_something(HEADERS[what])


async def test_the_token_itself_is_sound() -> None:
    assert await shows_something(LEARNER.present_token())
