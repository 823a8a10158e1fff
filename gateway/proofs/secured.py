"""What one securing mechanism showed of a document, in the same terms for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gateway.records import quick
from gateway.report import VALID, Check, Verdict, overall

__all__ = ["Secured"]


@quick
@dataclass(frozen=True, slots=True)
class Secured:
    """The checks of one proof, token or seal, and what they establish.

    ``method`` is the absolute id of the verification method whose key verified the signature, empty when
    none did; ``signed_at`` the moment of signing where a timestamp proves it, ``claimed_at`` as the proof
    itself says; ``pointer`` where the proof is.

    Of a seal whose signature holds and whose chain was trusted: ``certificates`` (DER, the seal's own
    first) and ``organization``, the organizationIdentifier in the first of them. ``covers`` is the
    pointer of what the proof covers, empty for the whole document.
    """

    checks: tuple[Check, ...]
    method: str = ""
    signed_at: datetime | None = None
    claimed_at: datetime | None = None
    organization: str = ""
    pointer: str = ""
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    covers: str = ""

    @property
    def signed(self) -> bool:
        """Whether the signature holds, whoever made it."""
        return any(check.name == "proof.signature" and check.verdict is VALID for check in self.checks)

    @property
    def verdict(self) -> Verdict:
        """``valid`` when every check of the proof is, ``invalid`` when one is, else ``undetermined``.

        A timestamp beside a seal is reported and no part of the proof: anybody can add one.
        """
        return overall([c.verdict for c in self.checks if c.name == "proof" or c.name.startswith("proof.")])
