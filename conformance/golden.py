"""The golden triple of 1EdTech's ELM bootcamp: its Open Badge beside ours, every difference explained.

python -m conformance.golden CORPORA --write docs/golden-triple.md
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from gateway.core import ConvertOptions, express, understand
from gateway.mapping import leaves_of

__all__ = ["compare", "main"]

FOLDER = "ob/dc-bootcamp-elm/01_separated"
REASONS: tuple[tuple[str, str], ...] = (
    ("/issuer", "the source has no such issuer: theirs was typed in; the gateway puts itself there when it signs"),
    ("/credentialSubject/type/1", "an AchievementSubject is no Profile; the learner is carried whole"),
    ("/credentialSubject/name", "no term of AchievementSubject: shown as identifier ext:fullName, carried whole"),
    ("/credentialSubject/givenName", "no term of AchievementSubject: carried"),
    ("/credentialSubject/familyName", "no term of AchievementSubject: carried"),
    ("/credentialSubject/dateOfBirth", "personal, and no term of AchievementSubject: carried"),
    ("/credentialSubject/address", "personal, and no term of AchievementSubject: carried"),
    ("/credentialSubject/email", "no term of AchievementSubject: shown as identifier emailAddress"),
    ("/credentialSubject/identifier", "name and address are shown; student and national number are carried only"),
    ("/credentialSubject/achievement/id", "theirs is that of the claim; ours that of what it is specified by"),
    ("/credentialSubject/achievement/achievementType", "the source does not say Course: not invented"),
    ("/credentialSubject/achievement/criteria", "theirs is the assessment's text; ours lists the learning outcomes"),
    ("/credentialSubject/achievement/description", "theirs is the activity's; ours the credential's own description"),
    ("/credentialSubject/achievement/alignment", "theirs is empty; ours shows EQF and NQF level and the fields of study"),
    ("/credentialSubject/achievement/creator/address", "ELM has one full address: the country is shown, the rest carried"),
    ("/credentialSubject/achievement/creator/image", "the logo is carried, not repeated"),
    ("/credentialSubject/achievement/resultDescription",
     "theirs merges outcome and assessment in one description; ours has one for each, with types as arrays"),
    ("/credentialSubject/result", "ours is an array, with an identifier so that nothing ties"),
    ("/credentialSubject/source", "theirs repeats the creator; the source names no other"),
    ("/credentialSubject/creditsEarned", "the source has credits of the qualification, none received: not invented"),
    ("/credentialSchema", "ours names no schema it does not need"),
    ("/credentialStatus", "the source has none: theirs was typed in"),
    ("/refreshService", "the source has none: theirs was typed in"),
    ("/image", "a page of the diploma: carried, as it is no image of the achievement"),
)  # fmt: skip


def compare(corpora: Path) -> tuple[int, list[tuple[str, str, str]], list[str]]:
    """How many of their leaves ours has alike; the others with reason; those nobody has explained."""
    folder = corpora / FOLDER
    source = understand((folder / "AA-Annex1-MC-unsigned-PROD.json").read_bytes())
    ours = _leaves(express(source, ConvertOptions("ob3", original="none", provenance=False)).tree)
    theirs = _leaves(json.loads((folder / "MC-unsigned-OB.1ob").read_text()))
    explained: list[tuple[str, str, str]] = []
    open_questions: list[str] = []
    alike = 0
    for pointer, value in theirs.items():
        if ours.get(pointer) == value:
            alike += 1
            continue
        reason = next((why for prefix, why in REASONS if pointer.startswith(prefix)), "")
        how = "another value" if pointer in ours else "not at this place"
        explained.append((pointer, how, reason))
        if not reason:
            open_questions.append(pointer)
    return alike, explained, open_questions


def _leaves(tree: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in tree.items() if name not in ("@context", "carried")}
    return dict(leaves_of(own))


def main() -> int:
    """Print or write the comparison; 1 when a difference is not explained."""
    parser = argparse.ArgumentParser(prog="conformance.golden", description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--write", type=Path, metavar="FILE")
    asked = parser.parse_args()
    alike, explained, open_questions = compare(asked.corpora)
    groups: dict[str, list[str]] = {}
    for pointer, how, reason in explained:
        groups.setdefault(reason or "NOT EXPLAINED", []).append(f"`{pointer}` ({how})")
    lines = [
        "# The golden triple", "",
        "1EdTech's bootcamp made an Open Badge by hand from an ELM micro-credential. Made by",
        "`python -m conformance.golden`; not to be edited by hand.", "",
        f"Of its {alike + len(explained)} leaves ours has {alike} alike; {len(explained)} differ, each for a reason:",
    ]  # fmt: skip
    for reason, pointers in groups.items():
        lines += ["", f"**{reason}**", "", *(f"- {pointer}" for pointer in pointers)]
    text = "\n".join(lines) + "\n"
    if asked.write:
        asked.write.write_text(text)
    else:
        print(text)
    return 1 if open_questions else 0


if __name__ == "__main__":
    sys.exit(main())
