"""The samples of 1EdTech's public validator under ``1edtech``, and forgeries under ``strict``.

Upstream's outcomes were read from its tests; docs/policies.md says why some differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import old_badges, status
from conformance.figures import Figure, all_of
from conformance.retrieved import World, verified
from gateway.errors import GatewayError
from gateway.report import Check, Verdict

__all__ = ["DEVIATIONS", "figures"]

PASSED = ("VALID", "WARNING")
REFUSED = ("ERROR", "FATAL", "INVALID")
DEVIATIONS = {
    "validator/ob30/simple-did-key-method.json": "a did:key signs for an issuer that is not it",
    "validator/clr20/complex.json": "a did:key signs for an issuer that is not it",
    "validator/clr20/simple.jwt": "a draft context at an address whose content nobody pinned",
}
"""Entries that the validator passes and ``1edtech`` does not, each with the reason."""

PROBES: dict[str, tuple[str, ...]] = {
    "AssertionRevocationListProbe": ("status",),
    "BitstringStatusListProbe": ("status",),
    "ContextPropertyProbe": ("structure", "terms", "schema", "proof"),
    "CredentialParseProbe": ("proof", "schema"),
    "CredentialSubjectProbe": ("schema", "semantics"),
    "EmbeddedProofProbe": ("proof", "issuer"),
    "EvidenceProbe": ("schema",),
    "ExpirationProbe": ("period",),
    "ExtensionProbe": ("schema",),
    "InlineJsonSchemaProbe": ("schema", "endorsement"),
    "IssuanceProbe": ("period",),
    "IssuerProbe": ("schema",),
    "JsonLDValidationProbe": ("terms", "proof_terms"),
    "JsonSchemaProbe": ("structure", "schema"),
    "RevocationListProbe": ("status",),
    "TypePropertyProbe": ("schema", "structure", "terms"),
    "ValidationImagePropertyProbe": ("schema",),
    "ValidationRdfTypePropertyProbe": ("schema",),
    "VerificationDependenciesProbe": ("issuer",),
}
"""The checks that ask what each probe of the validator asks."""

UPSTREAM = (
    "https://raw.githubusercontent.com/1EdTech/digital-credentials-public-validator/refs/heads/main"
    "/inspector-vc/src/test/resources/"
)
ADVERSARIAL: dict[str, tuple[Verdict, str, str]] = {
    # the file -> the verdict under strict, and the check and code it rests on
    "forged-fragment-key-https-issuer.json": (Verdict.INVALID, "issuer", "key_not_authorised"),
    "forged-fragment-key-didweb-issuer.json": (Verdict.INVALID, "issuer", "key_not_authorised"),
    "forged-bare-didkey-for-other-issuer.json": (Verdict.INVALID, "issuer", "issuer_not_controller"),
    "good-didkey-issuer.json": (Verdict.VALID, "issuer", ""),
    "unsigned-undefined-property.json": (Verdict.INVALID, "terms", "undefined_term"),
    "vcdm11-di-proof-options-not-in-context.json": (Verdict.INVALID, "proof.signature", "undefined_term"),
    "vcdm11-di-proof-purpose-tampered.json": (Verdict.INVALID, "proof.purpose", "proof_purpose_mismatch"),
    "vcdm2-with-ob-3.0.1-context.json": (Verdict.INVALID, "terms", "protected_term_redefinition"),
    "proof-array-unknown-first.json": (Verdict.VALID, "proof.structure", "cryptosuite_unknown"),
    "undefined-type-without-extensions-context.json": (Verdict.INVALID, "terms", "undefined_term"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """An entry, what upstream says of it, and what the gateway does."""

    name: str
    upstream: str
    probes: tuple[str, ...]
    verdict: Verdict
    checks: tuple[Check, ...]
    verified: bool

    @property
    def agrees(self) -> bool:
        """Whether both pass it, or both refuse it."""
        return (self.verdict is Verdict.VALID) == (self.upstream in PASSED)

    @property
    def named(self) -> bool:
        """Whether the gateway refuses it for what upstream refuses it for."""
        wanted = {name for probe in self.probes for name in PROBES[probe]}
        against = {c.name for c in self.checks if c.verdict is not Verdict.VALID}
        return bool(wanted & (against | {name.partition(".")[0] for name in against}))

    @property
    def remarked(self) -> bool:
        """Whether a check remarks on something while the document passes."""
        return any(
            check.code and check.name in ("schema", "issuer", "proof.signature") for check in self.checks
        )


def figures(corpora: Path) -> Iterator[Figure]:
    """All figures about badges."""
    outcomes = list(_outcomes(corpora / "ob"))
    known = [o for o in outcomes if o.upstream in (*PASSED, *REFUSED)]
    agreed = {o.name: o.agrees or o.name in DEVIATIONS for o in known}
    differ = [o.name for o in known if not o.agrees]
    yield all_of(
        "outcomes of the public validator under 1edtech, or a deviation with its rule", agreed,
        f"{len(known) - len(differ)} the same, {len(differ)} deviations; "
        f"{len(outcomes) - len(known)} entries have no recorded outcome",
    )  # fmt: skip
    refused = [o for o in known if o.upstream in REFUSED and o.probes]
    yield all_of("refusals that name what the validator names", {o.name: o.named for o in refused})
    warned = [o for o in known if o.upstream == "WARNING"]
    yield all_of(
        "warnings of the validator that are remarks of a check", {o.name: o.remarked for o in warned}
    )
    unproven = {o.name: _bound(o.checks) for o in outcomes if o.verified}
    yield all_of("samples called verified whose issuer is proven to have made them", unproven)
    yield all_of("entries without recorded outcome that are not verified", {
        o.name: not o.verified for o in outcomes if o not in known
    })  # fmt: skip
    yield from old_badges.figures(corpora)
    yield from status.figures(corpora)
    yield all_of("adversarial badges under strict, by check and code", dict(_adversarial(corpora / "ob")))


def _outcomes(folder: Path) -> Iterator[Outcome]:
    expected = json.loads((folder / "expected.json").read_text())
    folders = {start: folder / path for start, path in expected["ob20_local_domains"].items()}
    world = World({**folders, UPSTREAM: folder / "validator"}, _live(folder))
    for entry in expected["entries"]:
        probes = tuple(entry["failing_checks"])
        name, upstream = entry["file"], entry["upstream_outcome"]
        try:
            done = verified((folder / name).read_bytes(), "1edtech", world.answer)
        except GatewayError as error:
            refusal = Check("structure", Verdict.INVALID, error.code, error.detail, error.pointer)
            yield Outcome(name, upstream, probes, Verdict.INVALID, (refusal,), False)
            continue
        yield Outcome(name, upstream, probes, done.verdict, done.checks, done.verified)


def _live(folder: Path) -> dict[str, bytes]:
    """The one list upstream fetches from a live host is not among the samples: here is one that says the same."""
    tree: dict[str, Any] = json.loads((folder / "validator/ob30/credential-status-revoked.json").read_text())
    listed = {"revokedCredential": [{"id": tree["id"], "revoked": True}]}
    return {tree["credentialStatus"]["id"]: json.dumps(listed).encode()}


def _bound(checks: tuple[Check, ...]) -> bool:
    return any(check.name == "issuer" and check.verdict is Verdict.VALID for check in checks)


def _adversarial(folder: Path) -> Iterator[tuple[str, bool]]:
    """Each forgery, with claimed issuers that answer and publish another key than the one that signed."""
    listed = [
        entry["file"] for entry in json.loads((folder / "adversarial/expected.json").read_text())["entries"]
    ]
    for file in listed:
        data = (folder / file).read_bytes()
        issuer = json.loads(data)["issuer"]["id"]
        known = {} if issuer.startswith("did:key:") else {issuer: {"id": issuer, "assertionMethod": []}}
        done = verified(data, "strict", World(controllers=known).answer)
        verdict, name, code = ADVERSARIAL.get(Path(file).name, (Verdict.INVALID, "", ""))
        found = any(check.name == name and check.code == code for check in done.checks)
        yield file, done.verdict is verdict and found and done.verified is (verdict is Verdict.VALID)
