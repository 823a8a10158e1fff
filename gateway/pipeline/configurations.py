"""The forms in which wallets may fetch one and the same credential. CONFIGURATIONS is the menu.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html, appendix A
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.core import SECURINGS
from gateway.errors import RequestRefused, SignerFailed
from gateway.formats import format_named
from gateway.formats.reading import VCDM_1, VCDM_2
from gateway.signer import Signer

__all__ = ["CONFIGURATIONS", "Configuration", "available", "configurations_named"]

OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ELM = "http://data.europa.eu/snb/model/context/edc-ap"
BADGE = ("VerifiableCredential", "OpenBadgeCredential")
EUROPEAN = ("VerifiableCredential", "EuropeanDigitalCredential")
BINDINGS = ("did:key", "did:jwk", "jwk")
"""How a wallet may name the key that the credential is bound to."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One form: its ``format`` in OpenID4VCI, the gateway's ``form`` and how that is secured.

    ``vcdm`` is the version of the data model; ``contexts`` and ``types`` are those that every credential of the
    form has. ``name`` is what people read, as ``Open Badges 3.0``, and ``algorithm`` the JOSE or proof name.
    """

    id: str
    name: str
    format: str
    form: str
    securing: str
    algorithm: str
    vcdm: str
    contexts: tuple[str, ...]
    types: tuple[str, ...]
    key: str = "ed25519"

    @property
    def media_type(self) -> str:
        """What the credential is when it is fetched by itself."""
        if SECURINGS[self.securing].token:
            return "application/vc+jwt" if self.securing == "vc+jwt" else "application/jwt"
        return format_named(self.form).media_type

    @property
    def definition(self) -> dict[str, Any]:
        """The ``credential_definition`` of the form (appendix A.1)."""
        context = {"@context": [*self.contexts]} if self.format == "ldp_vc" else {}
        return {**context, "type": [*self.types]}


LDP, JWT = "ldp_vc", "jwt_vc_json"
RDFC, OLD = "eddsa-rdfc-2022", "Ed25519Signature2020"
UNDER_1, ELM_1 = (VCDM_1, ELM), "European Learning Model 3"
BADGES, OB3_1 = "Open Badges 3.0", (VCDM_1, OB3)
OLDER = f"{ELM_1}, for older wallets"

CONFIGURATIONS: dict[str, Configuration] = {
    one.id: one
    for one in (
        Configuration("ob3", BADGES, LDP, "ob3", RDFC, RDFC, "2.0", (VCDM_2, OB3), BADGE),
        Configuration("elm", ELM_1, LDP, "elm3", RDFC, RDFC, "1.1", UNDER_1, EUROPEAN),
        Configuration("vc", "Verifiable Credential 2.0", LDP, "vc", RDFC, RDFC, "2.0", (VCDM_2,), EUROPEAN),
        Configuration("ob3-jwt", f"{BADGES}, as JWT", JWT, "ob3", JWT, "EdDSA", "1.1", OB3_1, BADGE),
        Configuration("ob3-2020", f"{BADGES}, for older wallets", LDP, "ob3", OLD, OLD, "1.1", OB3_1, BADGE),
        Configuration("elm-jwt", f"{ELM_1}, as JWT", JWT, "elm3", JWT, "EdDSA", "1.1", UNDER_1, EUROPEAN),
        Configuration("elm-2020", OLDER, LDP, "elm3", OLD, OLD, "1.1", UNDER_1, EUROPEAN),
    )
}
"""Every form, the one that most wallets show best first."""


def available(signer: Signer) -> dict[str, Configuration]:
    """The forms for which the gateway has a key."""
    return {name: one for name, one in CONFIGURATIONS.items() if _has_key(signer, one.key)}


def _has_key(signer: Signer, kind: str) -> bool:
    try:
        signer.current(kind)
    except SignerFailed:
        return False
    return True


def configurations_named(names: Iterable[str], signer: Signer) -> tuple[str, ...]:
    """Forms that are wished for, in the order of the menu, all of them without a wish. Raises ``RequestRefused``."""
    known, wanted = available(signer), set(names)
    if unknown := sorted(wanted - known.keys()):
        raise RequestRefused(
            f"there is no configuration {unknown[0][:40]!r}", hint=f"Known: {', '.join(known)}.",
            pointer="/configurations",
        )  # fmt: skip
    return tuple(name for name in known if name in wanted or not wanted)
