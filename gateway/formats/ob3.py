"""Open Badges 3.0, under VCDM 1.1 or 2.0; written with context 3.0.3, under 1.1 only where it is asked for.

https://www.imsglobal.org/spec/ob/v3p0/
"""

from __future__ import annotations

from typing import Any

from gateway.codecs import LANGUAGE_TAG, UNDETERMINED, CodecContext
from gateway.envelopes import Envelope
from gateway.formats.badge_extensions import with_extensions
from gateway.formats.format import Format, Native, Tree, WriteOptions, Written
from gateway.formats.language import language_for
from gateway.formats.ob3_display import supply
from gateway.formats.ob3_ties import take_out_endorsements, untie_lists
from gateway.formats.originals import supply_original
from gateway.formats.reading import VCDM_1, VCDM_2, check_subject, contexts_of, run_table, types_of
from gateway.formats.vc import attach_carried, choose_policy, detach_carried
from gateway.formats.vocabulary import CARRIED, carrier_context
from gateway.mapping import load_table, writer_of
from gateway.model import Credential
from gateway.pointers import resolve

__all__ = ["OB3"]

BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
PERIOD_2 = ("validFrom", "validUntil")
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
EXTENSION_TYPES = frozenset(
    ("1EdTechJsonSchemaValidator2019", "1EdTechRevocationList", "1EdTechCredentialRefresh")
)
KINDS = frozenset({"OpenBadgeCredential", "AchievementCredential"})

DEMANDED: dict[str, tuple[str, ...]] = {
    "Alignment": ("target_name", "target_url"),
    "SkillAlignment": ("pref_label", "id"),
    "EqfAlignment": ("pref_label", "id"),
    "NqfAlignment": ("pref_label", "id"),
    "FieldAlignment": ("pref_label", "id"),
    "EscoAlignment": ("pref_label", "id"),
    "IdentifierEntry": ("notation", "identifier_type"),
    "IdentityObject": ("hashed", "identity_hash", "identity_type"),
    "Image": ("content_url",),
    "OutcomeDescription": ("id", "title"),
    "ResultDescription": ("id", "name", "result_type"),
    "RubricCriterionLevel": ("id", "name"),
    "Related": ("id",),
    "GeoCoordinates": ("latitude", "longitude"),
    "Profile": ("id",),
    "PersonProfile": ("id",),
    "TermsOfUse": ("type",),
}
"""Fields without which the schema refuses a node: such a node is carried instead."""


def _sniff(envelope: Envelope) -> bool:
    return bool(types_of(envelope.tree) & KINDS)


def _read(tree: Tree, supplied: frozenset[str]) -> Native:
    check_subject(tree)
    language = _language_of(tree)
    native = run_table(
        "ob3_vcdm1" if contexts_of(tree)[:1] == (VCDM_1,) else "ob3",
        tree,
        ignore=supplied,
        language=language,
        choose=_choose_reading,
    )
    return with_extensions(native, language)


def _language_of(tree: Tree) -> str:
    """The language of the badge's texts: what the achievement says it is in."""
    for pointer in (
        "/credentialSubject/achievement/inLanguage",
        "/credentialSubject/0/achievement/inLanguage",
    ):
        given = resolve(tree, pointer)
        if isinstance(given, str) and LANGUAGE_TAG.match(given):
            return given
    return UNDETERMINED


def _choose_reading(item: Any, names: tuple[str, ...]) -> str | None:
    if "QualificationAchievement" in names:
        return "QualificationAchievement" if _has_level(item) else "Achievement"
    if "PersonProfile" in names and isinstance(item, dict):
        return "PersonProfile" if {"givenName", "familyName", "dateOfBirth"} & set(item) else "Profile"
    return None


def _has_level(achievement: Any) -> bool:
    given = achievement.get("alignment", []) if isinstance(achievement, dict) else []
    items = given if isinstance(given, list) else [given]
    return any(isinstance(item, dict) and item.get("targetType") in ("ext:EQF", "ext:NQF") for item in items)


def _write(hub: Credential, options: WriteOptions) -> Written:
    language = language_for(hub, options)
    context = CodecContext(language=language, languages=options.languages)
    older = options.vcdm == "1.1"
    writer = writer_of(load_table("ob3_vcdm1" if older else "ob3"), context, choose=_choose_writing)
    tree = writer.write(hub, "Credential")
    if older:
        tree = {name: value for name, value in tree.items() if name not in PERIOD_2} | {"@context": [VCDM_1]}
    untied = untie_lists(tree)
    if options.untie:
        untied += take_out_endorsements(tree)
    supplied = (*supply(tree, hub, context, options), *supply_original(tree, options))
    gone = untied + (tuple(f"/{name}" for name in PERIOD_2) if older else ())
    steps = tuple(step for step in writer.steps if not step.here.startswith(gone))
    return Written(tree, steps, supplied, language)


def _choose_writing(item: Any, names: tuple[str, ...]) -> str | None:
    """No section, hence no native place, for a node that lacks what the schema demands."""
    for name in names:
        if any(
            getattr(item, field, ()) in ((), None) for field in DEMANDED.get(name, ()) if hasattr(item, field)
        ):
            return ""
    return choose_policy(item, names)


def _finish(tree: Tree, options: WriteOptions) -> Tree:
    body = {name: value for name, value in tree.items() if name != "@context"}
    native = {name: value for name, value in body.items() if name != CARRIED}
    more: list[Any] = [EXTENSIONS] if _uses_extensions(native) else []
    if CARRIED in body:
        more.append(carrier_context())
    first = contexts_of(tree)[:1] or (VCDM_2,)
    return {"@context": [*first, BADGES, *more], **body}


def _uses_extensions(value: Any) -> bool:
    """Whether a node below has a type that only the extensions context of 1EdTech defines."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if ("type" in node or "@type" in node) and types_of(node) & EXTENSION_TYPES:
                return True
            stack += node.values()
        elif isinstance(node, list):
            stack += node
    return False


OB3 = Format(
    name="ob3",
    title="Open Badges 3.0",
    media_type="application/vc+ld+json",
    kind="json",
    table="ob3",
    sniff=_sniff,
    read=_read,
    write=_write,
    detach=detach_carried,
    attach=attach_carried,
    finish=_finish,
    vcdm=("2.0", "1.1"),
)
