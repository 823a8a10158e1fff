"""Key proofs of wallets, of each kind there is, and the nonces they were made with.

https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html, appendix F
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.core.key_proofs import Expected, Holding, check_age, jwt_holding, key_of
from gateway.envelopes import write_json
from gateway.errors import GatewayError, KeyProofInvalid, NonceInvalid
from gateway.pipeline.offers import Offers
from gateway.pipeline.presentations import Presentations
from gateway.store import Rows
from gateway.store.offer_secrets import NONCE, use_secret

__all__ = ["BATCH_SIZE", "PROFILE", "PROOF_TYPES", "KeyProofs"]

log = logging.getLogger("gateway.wallets")

BATCH_SIZE = 10
"""Most key proofs, and so credentials, of one request."""
PROFILE = "digital-bazaar"
"""The compatibility profile that takes proofs without typ and iat, and with the holder as iss."""


@dataclass(frozen=True, slots=True)
class KeyProofs:
    """The key proofs that are shown to one issuer."""

    offers: Offers
    tenant: str
    expected: Expected

    async def holders(self, kind: str, proofs: list[Any]) -> list[str]:
        """The DIDs of the keys that the proofs show, their nonces used up with it.

        Raises ``KeyProofInvalid``, ``NonceInvalid``.
        """
        if kind not in PROOF_TYPES:
            raise KeyProofInvalid(f"proofs are of the types {', '.join(PROOF_TYPES)}")
        if not 1 <= len(proofs) <= BATCH_SIZE:
            raise KeyProofInvalid(f"a request has 1 to {BATCH_SIZE} proofs")
        shown = [await PROOF_TYPES[kind](self, proof) for proof in proofs]
        await self._use([holding.nonce for holding in shown])
        if any(holding.lenient for holding in shown):
            log.info("key proof taken under the profile %s", PROFILE)
        return [holding.holder for holding in shown]

    async def _use(self, nonces: list[str]) -> None:
        """Use nonces up, all or none; the proofs of one request may share theirs."""
        now = self.expected.now

        def work(rows: Rows) -> None:
            if not all(use_secret(rows, NONCE, nonce, now) for nonce in dict.fromkeys(nonces)):
                raise NonceInvalid("the nonce was not given out here, was used, or has run out")

        database = self.offers.archive.database
        await database.write(self.tenant, lambda connection: work(Rows(connection, self.tenant)))

    async def jwt(self, proof: Any) -> Holding:
        """What a token shows."""
        if not isinstance(proof, str):
            raise KeyProofInvalid("a proof of the type jwt is a text")
        return jwt_holding(proof, self.expected)

    async def di_vp(self, proof: Any) -> Holding:
        """What a presentation with a Data Integrity proof shows (appendix F.2)."""
        inner = proof.get("proof") if isinstance(proof, dict) else None
        one = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
        if not isinstance(one, dict) or not isinstance(one.get("challenge"), str) or not one["challenge"]:
            raise KeyProofInvalid(
                "a proof of the type di_vp is a presentation with one proof and a challenge"
            )
        holder, _ = _known_key(one.get("verificationMethod"))
        if "created" in one:
            check_age(_moment(one["created"]), self.expected.now)
        elif "expires" not in one:
            raise KeyProofInvalid("the proof has neither created nor expires")
        try:
            judged = await Presentations(self.offers.archive.gateway).judge(
                write_json(proof), self.expected.issuer, one["challenge"]
            )
        except GatewayError as error:
            raise KeyProofInvalid(f"the presentation cannot be read: {error.detail}") from None
        if not judged.verified or judged.holder != holder:
            raise KeyProofInvalid("the proof of the presentation does not hold for this issuer and challenge")
        return Holding(holder, one["challenge"])


def _known_key(method: Any) -> tuple[str, Any]:
    try:
        return key_of(method)
    except KeyProofInvalid:
        raise
    except GatewayError as error:
        raise KeyProofInvalid(f"the key of the proof is not known: {error.detail}") from None


def _moment(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise KeyProofInvalid("created is no moment") from None
    if found.tzinfo is None:
        raise KeyProofInvalid("created has no time zone")
    return found


PROOF_TYPES: dict[str, Callable[[KeyProofs, Any], Awaitable[Holding]]] = {
    "jwt": KeyProofs.jwt,
    "di_vp": KeyProofs.di_vp,
}
"""Every kind of key proof; each raises ``KeyProofInvalid``."""
