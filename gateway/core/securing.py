"""Securing a credential in two steps: prepare, sign elsewhere, attach. SECURINGS is the menu.

Several proofs may stand beside each other, each by itself; a token stands alone.

Data Integrity 1.0 section 4.2, VC-JOSE-COSE section 3.1, VC-JWT 1.1 section 6.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.core.expressing import Converted
from gateway.core.period import order_checks
from gateway.core.related_resources import related_resource_checks
from gateway.core.structure import presentation_checks, structure_checks
from gateway.envelopes import write_json
from gateway.errors import FormatUnwritable, ProofGenerationError, RequestRefused
from gateway.formats.reading import VCDM_2
from gateway.jsonld import Contexts, LinkedData, bundled
from gateway.proofs import CRYPTOSUITES, Prepared, unsecured, with_context
from gateway.proofs import attach as attach_proof
from gateway.proofs import prepare as prepare_proof
from gateway.proofs.jose_creation import FORMS, PreparedJwt, attach_jwt, prepare_jwt
from gateway.proofs.sd_jwt_creation import Disclosing, prepare_sd_jwt
from gateway.report import Check, Verdict

__all__ = [
    "DEFAULT_SECURING",
    "SECURINGS",
    "SD_JWT",
    "Disclosing",
    "Key",
    "Making",
    "Securing",
    "Way",
    "attach",
    "out_of_order",
    "prepare",
    "prepare_as_it_stands",
    "prepare_presentation",
    "securings_named",
    "to_sign",
]

Json = dict[str, Any]
Making = Prepared | PreparedJwt
"""A proof or token that lacks nothing but its signature."""
JOSE = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}
"""The algorithm of a token by the kind of the key that signs it."""


SD_JWT = "dc+sd-jwt"
"""The way in which sets of claims are secured, and nothing else is."""


@dataclass(frozen=True, slots=True)
class Securing:
    """A way to secure: its name, the kinds of keys it takes, and whether the result is a token.

    ``vcdm`` is the version of the data model it is for, empty where it takes any.
    """

    name: str
    kinds: tuple[str, ...]
    token: bool = False
    vcdm: str = ""

    @property
    def expands(self) -> bool:
        """Whether the bytes signed come of expansion, which refuses what nobody could tell the meaning of."""
        return not self.token and not CRYPTOSUITES[self.name].transformation.keep_context

    def options(self, method: str, created: datetime) -> Json:
        """The members of a proof made this way, without the signature."""
        kind = CRYPTOSUITES[self.name].proof_type
        suite = {"cryptosuite": self.name} if kind == "DataIntegrityProof" else {}
        stamp = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"type": kind, **suite, "created": stamp, "verificationMethod": method}


SECURINGS: dict[str, Securing] = {
    **{name: Securing(name, suite.kinds) for name, suite in CRYPTOSUITES.items() if suite.created},
    **{
        name: Securing(name, ("ed25519", "p256"), token=True, vcdm="2.0" if context == VCDM_2 else "1.1")
        for name, context in FORMS.items()
    },
    SD_JWT: Securing(SD_JWT, ("ed25519", "p256"), token=True),
}
DEFAULT_SECURING = "eddsa-rdfc-2022"
"""What every deployed verifier reads; anything else is made when it is asked for."""


def securings_named(names: str) -> tuple[Securing, ...]:
    """Ways to secure by their names, with commas between. Raises ``RequestRefused`` with the names there are."""
    wanted = names.split(",")
    if unknown := [name for name in wanted if name not in SECURINGS]:
        raise RequestRefused(
            f"nothing is secured by {unknown[0][:40]!r}", hint=f"Known: {', '.join(SECURINGS)}."
        )
    if len(wanted) > 1 and (len(set(wanted)) < len(wanted) or any(SECURINGS[name].token for name in wanted)):
        raise RequestRefused(
            "several proofs stand beside each other, each once; a token stands alone",
            hint="Ask for a token and for proofs one after the other.",
        )
    return tuple(SECURINGS[name] for name in wanted)


@dataclass(frozen=True, slots=True)
class Key:
    """Who signs: the verification method and the kind of its key."""

    method: str
    kind: str


@dataclass(frozen=True, slots=True)
class Way:
    """One proof or token to make: of which kind, and with which key; for claims, how they are disclosed."""

    securing: Securing
    key: Key
    disclosing: Disclosing | None = None


def prepare(
    converted: Converted, ways: Sequence[Way], now: datetime, *, contexts: Contexts | None = None
) -> tuple[Making, ...]:
    """What has to be signed of a converted credential, for each way it is secured in.

    Raises ``FormatUnwritable`` for a format that is not signed here, ``ProofGenerationError`` for a key
    or a document the way of securing does not take, or what canonicalization refuses.
    """
    if not converted.form.signable:
        raise FormatUnwritable(
            f"{converted.form.name} is not signed by the gateway", hint="Ask for it with --unsigned."
        )
    if converted.form.claims:
        return tuple(_of_claims(converted, way, now) for way in ways)
    read = converted.read
    # What was found under the bundled contexts is found alike in any set that has them all.
    known = read is not None and read.document is converted.tree and _has_bundled(contexts)
    return _prepared(converted.tree, ways, now, contexts, read if known else None)


def _of_claims(converted: Converted, way: Way, now: datetime) -> PreparedJwt:
    """A set of claims, which has one way to be secured."""
    form, wanted = converted.form, way.securing.name
    if wanted != form.secured_by or way.disclosing is None:
        raise ProofGenerationError(f"{form.name} is secured by {form.secured_by}, not by {wanted}")
    return prepare_sd_jwt(
        converted.tree, shown=form.shown, disclosing=way.disclosing, algorithm=_algorithm(way), method=way.key.method,
        now=now,
    )  # fmt: skip


def _algorithm(way: Way) -> str:
    if way.key.kind not in way.securing.kinds:
        raise ProofGenerationError(
            f"{way.securing.name} is not made with a {way.key.kind} key",
            hint=f"Keys: {', '.join(way.securing.kinds)}.",
        )
    return JOSE[way.key.kind]


def prepare_as_it_stands(
    document: Json, ways: Sequence[Way], now: datetime, *, contexts: Contexts | None = None
) -> tuple[Making, ...]:
    """The same for a document handed in to be signed: nothing in it is changed, and it must be in order.

    Raises ``ProofGenerationError`` with the first thing that is not, ``UnsafeJsonLd`` for terms that do
    not mean what their names say.
    """
    if (remark := out_of_order(document, contexts)) is not None:
        raise ProofGenerationError(remark.message, pointer=remark.pointer, hint=remark.hint)
    read = unsecured(document, contexts)
    read.check_names()
    return _prepared(document, ways, now, contexts, read)


def prepare_presentation(
    document: Json, way: Way, now: datetime, said: Mapping[str, str], *, contexts: Contexts | None = None
) -> Prepared:
    """What has to be signed of a presentation that the signer makes; ``said`` are ``domain`` and ``challenge``.

    Raises ``ProofGenerationError`` for one that is not in order, or that would be a token.
    """
    remark = next((one for one in presentation_checks(document) if one.verdict is Verdict.INVALID), None)
    if remark is not None:
        raise ProofGenerationError(remark.message, pointer=remark.pointer, hint=remark.hint)
    if way.securing.token or way.key.kind not in way.securing.kinds:
        raise ProofGenerationError(f"presentations are not secured by {way.securing.name} with such a key")
    outline = {name: value for name, value in document.items() if name != "verifiableCredential"}
    unsecured(outline, contexts).check_names()
    document = with_context(document, CRYPTOSUITES[way.securing.name])
    options = {**way.securing.options(way.key.method, now), "proofPurpose": "authentication", **said}
    return prepare_proof(document, options, kind=way.key.kind, contexts=contexts)


def out_of_order(document: Json, contexts: Contexts | None = None) -> Check | None:
    """The first thing that keeps a document from being signed, terms and their meanings apart."""
    checks = (
        *structure_checks(document), *order_checks(document), *related_resource_checks(document, contexts),
    )  # fmt: skip
    return next((check for check in checks if check.verdict is Verdict.INVALID), None)


def _prepared(
    given: Json, ways: Sequence[Way], now: datetime, contexts: Contexts | None, read: LinkedData | None = None
) -> tuple[Making, ...]:
    """Each way over the same document, which has the contexts that all of them need.

    ``read`` is ``unsecured`` of what is given, where it is at hand.
    """
    document = given
    for way in ways:
        if not way.securing.token:
            document = with_context(document, CRYPTOSUITES[way.securing.name])
    if read is None or document is not given:
        read = unsecured(document, contexts)
    return tuple(_making(document, read, way, now) for way in ways)


def _has_bundled(contexts: Contexts | None) -> bool:
    """Whether every context that comes with the gateway is in a set, and none is another's."""
    if contexts is None:
        return True
    return contexts.versions == bundled().versions and contexts.extra.keys().isdisjoint(bundled().urls())


def _making(document: Json, read: LinkedData, way: Way, now: datetime) -> Making:
    securing, key = way.securing, way.key
    if securing.name == SD_JWT:
        raise ProofGenerationError(
            f"{SD_JWT} is for sets of claims", hint="Ask for a format that is one, as eudi-learning."
        )
    algorithm = _algorithm(way)
    if not securing.expands:
        read.statements()
    if securing.token:
        return prepare_jwt(document, form=securing.name, algorithm=algorithm, method=key.method, now=now)
    options = securing.options(key.method, now)
    return prepare_proof(document, options, kind=key.kind, contexts=read.contexts, read=read)


def to_sign(prepared: Making) -> bytes:
    """The bytes that the key has to sign."""
    return prepared.signing_input if isinstance(prepared, PreparedJwt) else prepared.hash_data


def attach(prepared: Sequence[Making], signatures: Sequence[bytes]) -> tuple[bytes, Json]:
    """The secured document as bytes, and its tree; a token has none."""
    tree: Json = {}
    for making, signature in zip(prepared, signatures, strict=True):
        if isinstance(making, PreparedJwt):
            return attach_jwt(making, signature).encode(), {}
        secured = attach_proof(making, signature)
        tree = {**tree, "proof": [*tree["proof"], secured["proof"][-1]]} if tree else secured
    return write_json(tree), tree
