"""What is said to people: every code has its sentence in every language, and the best language is chosen."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import errors
from gateway.core import POLICIES
from gateway.messages import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    check_title,
    chosen_language,
    localized,
    localized_problem,
    meaning,
    words,
)
from gateway.report import Check, Report, Verdict
from gateway.resources import message_text
from tests.codes import all_codes, check_names, unknown_codes

OTHERS = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]
OWN_SENTENCE = {getattr(errors, name).code for name in errors.__all__}
"""Codes whose English sentence stands with the error itself."""


def catalogue(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(message_text(language))


def test_it_can_be_told_which_codes_there_are() -> None:
    assert unknown_codes() == ()
    assert {"key_revoked", "proof_expired", "endorsement_undetermined", "certificate_expired"} <= all_codes()
    assert {"member_missing", "suspended", "federation_loop", "no_accreditation", "gone"} <= all_codes()
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code) for code in all_codes())


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_code_and_no_other(language: str) -> None:
    assert sorted(all_codes() - set(catalogue(language))) == [], f"not in messages/{language}.toml"
    assert sorted(set(catalogue(language)) - all_codes()) == [], (
        f"nobody says this of messages/{language}.toml"
    )


def test_in_english_a_code_is_explained_once_by_the_catalogue_or_its_error() -> None:
    listed = set(catalogue(DEFAULT_LANGUAGE))
    assert sorted(all_codes() - listed - OWN_SENTENCE) == [], "not in messages/en.toml"
    assert sorted(listed - (all_codes() - OWN_SENTENCE)) == [], "nobody says this, or an error says it itself"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_entry_is_a_sentence_and_what_to_do(language: str) -> None:
    for code, entry in catalogue(language).items():
        assert set(entry) <= {"message", "hint"}, code
        assert re.match(r"[\w`„«]", entry["message"]), code
        assert not entry["message"].endswith("."), code
        assert "hint" not in entry or entry["hint"].endswith((".", "?", "Z.")), code


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_says_what_to_do_where_english_does(language: str) -> None:
    translated = catalogue(language)
    for code, entry in catalogue(DEFAULT_LANGUAGE).items():
        assert ("hint" in entry) == ("hint" in translated[code]), code
    hints = {getattr(errors, name).code: getattr(errors, name).default_hint for name in errors.__all__}
    assert [code for code, hint in hints.items() if hint and "hint" not in translated[code]] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: str) -> None:
    english = catalogue(DEFAULT_LANGUAGE)
    same = [c for c, e in catalogue(language).items() if e["message"] == english.get(c, {}).get("message")]
    titles = {getattr(errors, name).code: getattr(errors, name).title for name in errors.__all__}
    assert same + [c for c, e in catalogue(language).items() if e["message"] == titles.get(c)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_there_in_every_language(language: str) -> None:
    english, said = words(DEFAULT_LANGUAGE), words(language)
    assert {group: set(entries) for group, entries in said.items()} == {
        group: set(entries) for group, entries in english.items()
    }
    assert set(said["policies"]) == set(POLICIES)
    assert set(said["verdicts"]) == {"verified", *(verdict.value for verdict in Verdict)}


def test_every_check_has_a_title() -> None:
    names = check_names()
    assert {"structure", "issuer", "proof.signature", "status"} <= names
    said = words(DEFAULT_LANGUAGE)
    assert {name.partition(".")[0] for name in names} - set(said["checks"]) == set()
    assert {name.partition(".")[2] for name in names} - set(said["parts"]) <= {""}
    assert check_title("proof.signature", "de") == "Signatur, Signaturwert"
    assert check_title("new.kind", "en") == "new, kind"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("de", "de"), ("fr-CH", "fr"), ("DE-at", "de"), ("it", "en"), ("", "en"), ("*", "en"),
        ("fr;q=0.2, de;q=0.9", "de"), ("en;q=0.1, fr;q=0.3", "fr"), ("it, de;q=0.5", "de"),
        ("fr;q=0, de;q=0.1", "de"), ("de;q=0", "en"), ("*;q=0.5, en;q=0", "de"), ("fr;q=0.5, *;q=0.1", "fr"),
        ("de;q=2", "en"), ("de;q=x, fr;q=0.1", "fr"), ("de;q=-1", "en"), ("de;q=NaN", "en"), ("fr, de", "fr"),
        ("de;q=0.5, en", "en"), ("de; q=0.5 , fr;q=0.6", "fr"), (",,;;=,", "en"), ("de;level=1", "en"),
    ],
)  # fmt: skip
def test_the_language_of_the_highest_quality_is_chosen(wanted: str, language: str) -> None:
    assert chosen_language(wanted) == language


@given(st.text(max_size=80))
def test_a_language_is_chosen_whatever_is_asked(wanted: str) -> None:
    assert chosen_language(wanted) in LANGUAGES


CHECK = Check(
    "issuer", Verdict.INVALID, "key_revoked", "the key was revoked on a Monday", "/proof/0", "Ask.", {"a": 1}
)


def test_a_check_keeps_code_place_and_what_was_said_of_it() -> None:
    told = localized(CHECK.to_json(), "de")
    assert told["message"] == "Der Aussteller hat den Schlüssel widerrufen"
    assert told["hint"].startswith("Bitten Sie")
    assert told["detail"] == CHECK.message
    assert (told["code"], told["pointer"], told["values"]) == (CHECK.code, CHECK.pointer, CHECK.values)
    assert localized(CHECK.to_json(), "en") == CHECK.to_json()


def test_in_english_a_check_without_words_has_those_of_its_code() -> None:
    told = localized(Check("proof", Verdict.INVALID, "proof_purpose_mismatch").to_json(), "en")
    assert told["message"] == "The proof was made for another purpose"
    assert told["hint"]


def test_a_code_without_a_sentence_and_a_check_without_a_code_stay_as_they_are() -> None:
    for check in (Check("x", Verdict.INVALID, "never_heard_of", "so"), Check("x", Verdict.VALID)):
        assert localized(check.to_json(), "fr") == check.to_json()


def test_what_each_list_said_is_told_in_the_language_too() -> None:
    said = {"list": "issuers.toml", "listed": False, "code": "not_listed", "message": "the list does not"}
    check = Check("trust", Verdict.INVALID, "issuer_not_listed", values={"statements": [said]})
    told = Report(checks=(check,)).to_json("fr")["checks"][0]["values"]["statements"][0]
    assert told["message"].startswith("La liste")
    assert told["detail"] == "the list does not"
    assert check.values["statements"] == [said]


def test_a_problem_keeps_code_and_detail() -> None:
    problem = errors.DuplicateKey("type stands twice", pointer="/type").problem()
    told = localized_problem(problem, "fr")
    assert told["title"] == meaning("duplicate_key", "fr")["message"]
    assert told["hint"].startswith("Gardez")
    assert {n: told[n] for n in ("code", "detail", "pointer", "status", "type")} == {
        n: problem[n] for n in ("code", "detail", "pointer", "status", "type")
    }
    own = errors.RequestRefused("no such policy", hint="Policies: strict.").problem()
    assert localized_problem(own, "de")["hint"] == "Policies: strict."
    assert localized_problem(own, "en") == own
