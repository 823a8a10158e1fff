"""What one securing mechanism showed of a document, in the same terms for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.report import Check, Verdict

__all__ = ["Secured"]


@dataclass(frozen=True, slots=True)
class Secured:
    """The checks of one proof, token or seal, and what they establish.

    ``method`` is the absolute id of the verification method whose key verified the signature, empty when
    none did; ``signed_at`` the moment of signing where a timestamp proves it, ``claimed_at`` as the proof
    itself says; ``organization`` the organizationIdentifier of a seal's certificate and ``certificates`` its
    chain (DER, the seal's own first), both only where the signature holds and the chain was trusted;
    ``pointer`` where the proof is.
    """

    checks: tuple[Check, ...]
    method: str = ""
    signed_at: datetime | None = None
    claimed_at: datetime | None = None
    organization: str = ""
    certificates: tuple[bytes, ...] = ()
    pointer: str = ""

    @property
    def signed(self) -> bool:
        """Whether the signature holds, whoever made it."""
        return any(
            check.name == "proof.signature" and check.verdict is Verdict.VALID for check in self.checks
        )

    @property
    def verdict(self) -> Verdict:
        """``valid`` when every check is, ``invalid`` when one is, else ``undetermined``."""
        verdicts = {check.verdict for check in self.checks}
        if Verdict.INVALID in verdicts:
            return Verdict.INVALID
        return Verdict.VALID if verdicts == {Verdict.VALID} else Verdict.UNDETERMINED
