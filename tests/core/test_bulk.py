"""Many credentials at once: each row ends as it would alone, whatever the rows before it taught."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.documents import document
from conformance.documents import IRIS, TEXTS
from conformance.templated import OTHERS, strings_of
from gateway.core import Key, Way, attach, inspect, prepare_as_it_stands, securings_named, to_sign
from gateway.core.bulk import Order, Unsigned, attach_signatures, check_issuer, prepare_rows
from gateway.core.templates import MAX_OUTLINES, MAX_SHAPES, Templates
from gateway.envelopes.outline import outline_of
from gateway.errors import GatewayError, GatewayFailed, InputRefused, NotACredential, RequestRefused
from gateway.jsonld import bundled
from gateway.jsonld.compiled import put
from gateway.keys import SecretKey, did_key, public_key_of, sign, verification_method_of
from gateway.resources import data_path

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECRET = SecretKey("ed25519", bytes(range(32)))
DID = did_key(public_key_of(SECRET))
METHOD = verification_method_of(DID)
HOSTILE = (*TEXTS, *IRIS, *OTHERS, DID, "2026-02-30T00:00:00Z", "2026-01-01", "2025-01-01T00:00:00Z", "Badge")


def order(
    securing: str = "eddsa-rdfc-2022", now: datetime = NOW, issuer: str = DID, *, method: str = METHOD
) -> Order:
    """How rows are secured; under a method of its own, by templates that no other test has taught."""
    ways = tuple(Way(way, Key(method, "ed25519")) for way in securings_named(securing))
    return Order(ways, now, bundled(), issuer)


def alone(row: bytes, how: Order) -> tuple[Any, ...]:
    """What becomes of a document by itself: the bytes to sign and the tree it is signed as, or the refusal."""
    try:
        inspected = inspect(row)
        check_issuer(inspected.envelope.tree, how.issuer)
        if not inspected.linked_data:
            raise NotACredential("only verifiable credentials in JSON are signed as they stand")
        makings = prepare_as_it_stands(inspected.envelope.tree, how.ways, how.now, contexts=how.contexts)
    except InputRefused as refusal:
        return refusal.code, refusal.pointer, refusal.detail, refusal.hint
    signed = attach(makings, [sign(SECRET, to_sign(making)) for making in makings])[1]
    return tuple(map(to_sign, makings)), signed, all(making.simple for making in makings)


def among(row: Unsigned | InputRefused) -> tuple[Any, ...]:
    """The same of a row among many."""
    if isinstance(row, InputRefused):
        return row.code, row.pointer, row.detail, row.hint
    line = attach_signatures(row, [sign(SECRET, data) for data in row.to_sign])
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    return row.to_sign, json.loads(line), row.simple


def written(tree: Any, random: Random) -> bytes:
    """A tree as one of the writers of the field would write it."""
    return json.dumps(tree, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def badge(number: int) -> dict[str, Any]:
    """One of many badges of a shape, for learners of all kinds."""
    made = document("mid", DID)
    subject = made["credentialSubject"]
    made["id"], subject["id"] = f"urn:uuid:{number:08d}-0000-4000-8000-000000000000", f"did:example:{number}"
    subject["narrative"] = f'{number} “passages” \\ é 日本 "quoted" \n'
    subject["identifier"][0]["identityHash"] = f"learner{number}@mail.example"
    subject["result"][0]["value"] = str(number % 100)
    made["validFrom"] = f"2026-01-{number % 28 + 1:02d}T00:00:00Z"
    return made


def test_rows_of_one_shape_are_signed_as_each_would_be_alone() -> None:
    random, how = Random(1), order()
    rows = [written(badge(number), random) for number in range(60)]
    made = prepare_rows(rows, how)
    for row, outcome in zip(rows, made, strict=True):
        assert among(outcome) == alone(row, how)
    assert sum(row.templated for row in made if isinstance(row, Unsigned)) > 40


def bases() -> list[dict[str, Any]]:
    """Documents of several shapes, the gateway's own where they are signed by it."""
    found = [document(name, DID) for name in ("small", "mid", "clr1")]
    for path in sorted(data_path("examples").glob("*.json")):
        tree = json.loads(path.read_text(encoding="utf-8"))
        if "@context" in tree and len(json.dumps(tree)) < 40_000:
            issuer = tree.get("issuer")
            found.append({**tree, "issuer": {**issuer, "id": DID} if isinstance(issuer, dict) else DID})
    dated = document("small", DID)
    found.append({**dated, "validUntil": "2027-01-01T00:00:00Z", "credentialStatus": {
        "id": "https://harbour.example/status/1#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "7", "statusListCredential": "https://harbour.example/status/1"}})  # fmt: skip
    own = {"t": "https://example.org/t#", "note": {"@id": "t:note", "@container": "@language"}}
    found.append({**dated, "@context": [*dated["@context"], own], "note": {"en": "a", "de": "b"}})
    found.append({**dated, "name": {"@value": "Knots", "@language": "en"}, "relatedResource": [
        {"id": "https://harbour.example/r", "digestSRI": "sha256-" + "A" * 43 + "="}]})  # fmt: skip
    return found


@pytest.mark.parametrize(
    "securing", ["eddsa-rdfc-2022", "Ed25519Signature2020", "eddsa-rdfc-2022,eddsa-jcs-2022"]
)
def test_whatever_differs_each_row_ends_as_it_would_alone(securing: str) -> None:
    random, how = Random(2), order(securing)
    shapes = bases() if securing == "eddsa-rdfc-2022" else bases()[:3]
    rows = []
    for base in shapes:
        strings = [path for path, _ in strings_of(base)]
        own = [text for _, text in strings_of(base)]
        learnt = random.sample(strings, min(6, len(strings)))
        for number in range(40):
            tree = base
            for path in learnt:
                if path[0] not in ("@context", "issuer", "type") and path[-1] != "type":
                    old = next(text for place, text in strings_of(base) if place == path)
                    tree = put(tree, path, f"{old[:-1]}{number}" if random.random() < 0.8 else old)
            if number % 3 == 2:
                tree = put(tree, random.choice(strings), random.choice((*HOSTILE, *own)))
            rows.append(written(tree, random))
    made = prepare_rows(rows, how)
    for row, outcome in zip(rows, made, strict=True):
        assert among(outcome) == alone(row, how), row[:200]
    templated = sum(row.templated for row in made if isinstance(row, Unsigned))
    assert templated > (len(rows) / 6 if "jcs" not in securing else -1)


@pytest.mark.parametrize(
    "change",
    [
        (("validFrom",), "2026-13-01T00:00:00Z"), (("validFrom",), "2026-02-30T00:00:00Z"), (("id",), "not an iri"),
        (("issuer", "id"), "did:example:other"), (("credentialSubject", "id"), "relative"),
        (("credentialSubject", "achievement", "type", 0), "Undefined"), (("type", 1), "Undefined"),
        (("@context", 1), "https://example.org/unknown"), (("credentialSubject", "id"), "did:example:\ud800"),
        (("id",), "did:example:3"), (("validUntil",), "2025-01-01T00:00:00Z"),
    ],
    ids=lambda change: f"{change[0][-1]} {change[1]!a}",
)  # fmt: skip
def test_a_bad_row_of_a_known_shape_is_refused_as_it_would_be_alone(change: tuple[Any, ...]) -> None:
    how, random = order(), Random(3)
    good = [{**badge(number), "validUntil": f"2030-01-{number + 1:02d}T00:00:00Z"} for number in range(9)]
    bad = put(good[3], *change)
    rows = [written(tree, random) for tree in (*good, bad, *good)]
    made = prepare_rows(rows, how)
    assert among(made[9]) == alone(rows[9], how)
    assert all(isinstance(row, Unsigned) for position, row in enumerate(made) if position != 9)
    if change != (("id",), "did:example:3"):
        assert isinstance(made[9], InputRefused)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"null", b"[]", b"{}", b'{"a":1,"a":2}', b"\xff", b"<a/>", b'{"id":"\\ud800"}', b"x" * 100,
     b'{"type":["VerifiableCredential"]}', b"[" * 2000],
    ids=lambda data: repr(data[:20]),
)  # fmt: skip
def test_a_row_that_is_no_credential_is_refused_and_the_others_go_on(data: bytes) -> None:
    how = order()
    rows = [json.dumps(badge(1)).encode(), data, json.dumps(badge(2)).encode()]
    first, bad, last = prepare_rows(rows, how)
    assert isinstance(first, Unsigned)
    assert isinstance(last, Unsigned)
    assert among(bad) == alone(data, how)
    assert isinstance(bad, InputRefused)


def test_another_moment_gives_another_proof_and_a_row_of_anybody_s_is_signed_when_asked() -> None:
    rows = [json.dumps(badge(number)).encode() for number in range(4)]
    for how in (order(), order(now=NOW.replace(hour=1)), order(issuer="")):
        for row, outcome in zip(rows, prepare_rows(rows, how), strict=True):
            assert among(outcome) == alone(row, how)
    foreign = [json.dumps(put(badge(n), ("issuer", "id"), "did:example:x")).encode() for n in range(4)]
    assert all(isinstance(row, Unsigned) for row in prepare_rows(foreign, order(issuer="")))
    assert all(isinstance(row, InputRefused) for row in prepare_rows(foreign, order()))


def test_tokens_are_made_one_by_one() -> None:
    with pytest.raises(RequestRefused):
        prepare_rows([b"{}"], order("vc+jwt"))


@pytest.mark.parametrize("signatures", [[], [b"x" * 64, b"x" * 64], [b"x" * 63]])
def test_signatures_that_do_not_fit_are_not_attached(signatures: list[bytes]) -> None:
    (row,) = prepare_rows([json.dumps(badge(1)).encode()], order())
    assert isinstance(row, Unsigned)
    with pytest.raises(GatewayFailed):
        attach_signatures(row, signatures)


def test_what_is_learnt_has_bounds() -> None:
    how, templates = order(), Templates(bundled())
    for number in range(MAX_OUTLINES + 10):
        tree = {**badge(1), "x" * (number + 1): number}
        outline = outline_of(json.dumps({**tree, "n": list(range(number))}).encode())
        assert outline is not None
        templates.learn(outline, {**tree, "n": list(range(number))}, tree, how)
    assert len(templates._shapes) == MAX_OUTLINES
    for number in range(MAX_SHAPES + 5):
        tree = put(badge(1), ("type", 1), f"Kind{number}")
        outline = outline_of(json.dumps(tree).encode())
        assert outline is not None
        templates.learn(outline, tree, tree, how)
        assert len(templates._shapes[outline.marks]) <= MAX_SHAPES


def test_documents_that_differ_in_too_much_teach_nothing_about_each_other() -> None:
    how, rows = order(method="did:example:much#1"), []
    for number in range(12):
        tree = document("complete", DID)
        for path, text in strings_of(tree):
            if path[-1] in ("name", "narrative", "targetName", "targetDescription", "value", "requiredValue"):
                tree = put(tree, path, f"{text} {number // 6}" + (f" {number}" if path == ("name",) else ""))
        rows.append(json.dumps(tree).encode())
    made = prepare_rows(rows, how)
    for row, outcome in zip(rows, made, strict=True):
        assert among(outcome) == alone(row, how)
    assert [row.templated for row in made if isinstance(row, Unsigned)] == ([False] * 2 + [True] * 4) * 2


def test_a_shape_with_one_text_more_each_time_is_learnt_only_so_often() -> None:
    how, rows, tree = order(method="did:example:more#1"), [], document("complete", DID)
    paths = [path for path, _ in strings_of(tree) if path[-1] in ("narrative", "targetName", "audience")][:24]
    for number in range(24):
        tree = put(tree, paths[number], f"changed {number}")
        rows.append(json.dumps(tree).encode())
    made = prepare_rows([*rows, *rows], how)
    for row, outcome in zip([*rows, *rows], made, strict=True):
        assert among(outcome) == alone(row, how)


def test_texts_that_were_equal_so_far_may_differ_in_the_end() -> None:
    how, rows = order(method="did:example:equal#1"), []
    for number in range(12):
        tree = badge(number)
        tree["awardedDate"] = tree["validFrom"] if number < 6 else f"2025-01-{number + 1:02d}T00:00:00Z"
        rows.append(json.dumps(tree).encode())
    made = prepare_rows(rows, how)
    for row, outcome in zip(rows, made, strict=True):
        assert among(outcome) == alone(row, how)
    assert [row.templated for row in made[-3:] if isinstance(row, Unsigned)] == [True] * 3


def test_a_node_inside_that_comes_to_have_the_document_s_own_id_is_looked_at() -> None:
    how, rows = order(method="did:example:inside#1"), []
    for number in range(8):
        tree = badge(number)
        tree["credentialSubject"]["result"][0]["id"] = tree["id"] if number == 6 else f"urn:x:{number}"
        rows.append(json.dumps(put(tree, ("id",), "urn:x:4") if number == 5 else tree).encode())
    rows[7] = json.dumps(put(json.loads(rows[4]), ("id",), "urn:x:4")).encode()
    made = prepare_rows(rows, how)
    for row, outcome in zip(rows, made, strict=True):
        assert among(outcome) == alone(row, how)
    assert [isinstance(row, InputRefused) for row in made] == [False] * 6 + [True] * 2


def test_rows_that_have_a_proof_already_get_another() -> None:
    random = Random(6)
    first = prepare_rows([written(badge(number), random) for number in range(6)], order())
    rows = [
        attach_signatures(row, [sign(SECRET, row.to_sign[0])]) for row in first if isinstance(row, Unsigned)
    ]  # fmt: skip
    later = order(now=NOW.replace(hour=13))
    for row, outcome in zip(rows, prepare_rows(rows, later), strict=True):
        assert among(outcome) == alone(row, later)
        assert len(among(outcome)[1]["proof"]) == 2


def test_samples_end_as_they_would_alone(corpora: Path) -> None:
    how, random, rows = order(issuer=""), Random(4), []
    for path in sorted(corpora.glob("ob/**/*.json"))[::3]:
        try:
            tree = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(tree, dict) and path.stat().st_size < 50_000:
            tree.pop("proof", None)
            strings = [
                place for place, text in strings_of(tree) if place[0] != "@context" and len(text) < 200
            ]
            for number in range(4):
                for place in random.sample(strings, min(3, len(strings))):
                    tree = put(tree, place, random.choice((f"urn:x:{number}", f"text {number}")))
                rows.append(written(tree, random))
    for row, outcome in zip(rows, prepare_rows(rows, how), strict=True):
        assert among(outcome) == alone(row, how), row[:200]
    assert len(rows) > 200


def test_no_refusal_leaves_as_another_kind_of_error() -> None:
    random = Random(5)
    base = json.dumps(badge(1))
    rows = [base.encode()]
    for _ in range(150):
        at = random.randrange(len(base))
        rows.append(
            (
                base[:at] + random.choice(["", '"', "\\", "{", "}", "\0", "é", ",", "1"]) + base[at + 1 :]
            ).encode()
        )
    for row, outcome in zip(rows, prepare_rows(rows, order()), strict=True):
        assert isinstance(outcome, Unsigned | GatewayError)
        assert among(outcome) == alone(row, order())
