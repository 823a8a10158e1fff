"""Answers that are not accepted: OpenID4VP 1.0, sections 8.6, 14.1 and 14.10."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlsplit

from gateway.store.presentation_requests import MOST_ATTEMPTS
from tests.api.wallets.presenting.verifier import (
    LEARNER,
    STRANGER,
    Json,
    Scene,
    badge,
    badge_token,
    in_feed,
    shown,
)
from tests.holders import DOMAIN, badge_for
from tests.parts import NOW


def enveloped(token: str) -> Json:
    return {
        "@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/jwt,{token}",
    }  # fmt: skip


def without_proof(tree: Json) -> Json:
    return {name: value for name, value in tree.items() if name != "proof"}


NOT_FOR_IT = {
    # what does not answer the request: it stays open
    "14.1.2 another nonce": lambda r: shown(r, badge(), challenge="another"),
    "14.1.2 no nonce": lambda r: shown(r, badge(), challenge=None),
    "14.1.2 another verifier": lambda r: shown(r, badge(), domain=DOMAIN),
    "14.1.2 no verifier": lambda r: shown(r, badge(), domain=None),
    "14.8 a client id without its prefix": lambda r: shown(r, badge(), domain=r["client_id"].partition(":")[2]),
    "8.6 no proof": lambda r: without_proof(shown(r, badge())),
    "8.6 a proof for another purpose": lambda r: shown(r, badge(), proofPurpose="assertionMethod"),
    "8.6 a changed presentation": lambda r: {**shown(r, badge()), "id": "urn:uuid:2f1c0d3e-0000"},
    "8.6 another's key": lambda r: shown(r, badge(), holder=STRANGER, verificationMethod=LEARNER.method),
    "8.6 in another's name": lambda r: STRANGER.present(
        badge(), holder=LEARNER.did, challenge=r["nonce"], domain=r["client_id"]
    ),
    "8.6 from the future": lambda r: shown(r, badge(), created=NOW + timedelta(hours=1)),
    "8.6 a proof that has expired": lambda r: shown(r, badge(), expires="2026-05-01T00:00:00Z"),
    "8.1 a credential alone": lambda r: badge(),
    "8.1 no presentation": lambda r: {"type": "VerifiablePresentation"},
    "8.1 something else": lambda r: {"a": 1},
    "8.1 an empty object": lambda r: {},
}  # fmt: skip
NOT_ACCEPTED = {
    # what answers the request, and is judged: the request is over
    "8.6 a changed credential": (lambda r: shown(r, {**badge(), "name": "Brain surgery"}), "proof_invalid"),
    "8.6 an expired credential": (lambda r: shown(r, badge(validUntil="2026-05-02T00:00:00Z")), "expired"),
    "8.6 an unsigned credential": (lambda r: shown(r, badge_for(LEARNER.did)), "no_proof"),
    "8.6 somebody else's credential": (lambda r: shown(r, badge(STRANGER.did)), "holder_not_subject"),
    "8.6 a credential of nobody's": (lambda r: shown(r, badge(None)), "bearer_credential"),
    "14.10 another value": (
        lambda r: shown(
            r, badge(credentialSubject={**badge()["credentialSubject"], "achievement": {
                **badge()["credentialSubject"]["achievement"], "name": "Second aid"}})
        ), "query_value_mismatch",
    ),
    "14.10 another format": (lambda r: shown(r, enveloped(badge_token())), "query_format_mismatch"),
    "14.10 another type": (lambda r: shown(r, badge(type=["VerifiableCredential"])), "query_type_mismatch"),
    "14.10 over-broad": (lambda r: shown(r, badge(), badge(id="urn:x:2")), "answer_unrequested"),
    "14.10 nothing inside": (lambda r: shown(r), "query_unanswered"),
    "14.10 one of two is invalid": (
        lambda r: shown(r, badge(), badge_for(LEARNER.did, id="urn:x:3")), "answer_unrequested",
    ),
}  # fmt: skip


async def test_what_does_not_answer_the_request_leaves_it_open(scene: Scene) -> None:
    for what, make in NOT_FOR_IT.items():
        asked = await scene.ask(**{"import": True})
        request = await scene.request_of(asked)
        status, told = await scene.answer(request, make(request))
        assert (status, told["error"]) == (400, "invalid_request"), (what, told)
        assert await scene.state(asked) == "waiting", what
        assert (await scene.result(asked))[0] == 409, what
    assert await in_feed(scene) == []
    assert (await scene.answer(request, shown(request, badge())))[0] == 200


async def test_what_is_not_accepted_is_reported_and_taken_in_by_nobody(scene: Scene) -> None:
    for what, (make, code) in NOT_ACCEPTED.items():
        asked = await scene.ask(**{"import": True})
        request = await scene.request_of(asked)
        status, told = await scene.answer(request, make(request))
        assert (status, told["error"]) == (400, "invalid_request"), (what, told)
        assert told["error_description"].endswith(code), (what, told)
        status, found = await scene.result(asked)
        assert (status, found["state"], found["verified"]) == (200, "refused", False), what
        assert code in json.dumps(found), what
    assert await in_feed(scene) == []


FORMS: list[Json] = [
        {}, {"vp_token": ""}, {"vp_token": "{"}, {"vp_token": "[]"}, {"vp_token": "{}"}, {"vp_token": "7"},
        {"vp_token": '{"badge": {}}'}, {"vp_token": '{"badge": []}'}, {"vp_token": '{"badge": ["e30.e30."]}'},
        {"vp_token": '{"badge": [{}, {}]}'}, {"vp_token": '{"other": [{}]}'}, {"vp_token": '{"badge": [null]}'},
        {"vp_token": '{"a": 1, "a": 2}'}, {"vp_token": '{"badge": [{"a": NaN}]}'}, {"response": "e30.e30.e30.e30.e30"},
        {"vp_token": "{}", "error": "x"}, {"vp_token": '{"badge": [{"@context": "\\ud800"}]}'},
        {"vp_token": "[" * 5000}, {"vp_token": "{}", "response": "x"}, {"error": "access_denied", "state": "another"},
    ]  # fmt: skip


async def test_8_1_an_answer_of_another_shape_is_refused_as_oauth_has_it(scene: Scene) -> None:
    for form in FORMS:
        asked = await scene.ask()
        request = await scene.request_of(asked)
        status, told = await scene.post(request, form)
        assert (status, told["error"]) == (400, "invalid_request"), form
        assert told["error_description"].isascii()
        assert await scene.state(asked) == "waiting", form


async def test_8_2_an_answer_is_a_form(scene: Scene) -> None:
    request = await scene.request_of(await scene.ask())
    path = urlsplit(request["response_uri"]).path
    for answer in (
        await scene.client.post(path, json={"vp_token": {}}),
        await scene.client.post(
            path, data=b"vp_token=%ff", headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
        await scene.client.post(
            path, data=b"a=1&a=2", headers={"Content-Type": "application/x-www-form-urlencoded"}
        ),
    ):
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")
    assert (await scene.client.get(path)).status == 405


async def test_a_request_is_answered_once(scene: Scene) -> None:
    request = await scene.request_of(asked := await scene.ask())
    made = shown(request, badge())
    assert (await scene.answer(request, made))[0] == 200
    status, told = await scene.answer(request, made)
    assert (status, told["error_description"]) == (400, "the request was answered already")
    assert (await scene.client.get(urlsplit(asked["requestUri"]).path)).status == 400
    assert await scene.state(asked) == "verified"


async def test_14_1_a_presentation_for_one_request_answers_no_other(scene: Scene) -> None:
    first, second = await scene.request_of(await scene.ask()), await scene.request_of(await scene.ask())
    made = shown(first, badge())
    assert (await scene.answer(first, made))[0] == 200
    assert (await scene.answer(second, made))[0] == 400


async def test_a_request_takes_no_answer_when_it_has_expired(scene: Scene) -> None:
    request = await scene.request_of(asked := await scene.ask(expiresIn=60))
    scene.now = NOW + timedelta(seconds=61)
    status, told = await scene.answer(request, shown(request, badge()))
    assert (status, told["error_description"]) == (400, "the request has expired")
    assert await scene.state(asked) == "expired"


async def test_a_request_takes_only_so_many_wrong_answers(scene: Scene) -> None:
    request = await scene.request_of(await scene.ask())
    for _ in range(MOST_ATTEMPTS):
        assert (await scene.post(request, {"vp_token": "{}"}))[0] == 400
    status, told = await scene.answer(request, shown(request, badge()))
    assert (status, told["error_description"]) == (400, "the request had too many wrong answers")


async def test_nobody_answers_a_request_that_there_is_not(scene: Scene) -> None:
    for method, path in (("GET", "requests"), ("POST", "requests"), ("POST", "responses")):
        answer = await scene.client.request(
            method, f"/oid4vp/{path}/{'x' * 32}", data={"a": "b"} if method == "POST" else None
        )
        assert (answer.status, (await answer.json())["error"]) == (404, "invalid_request")
