"""What a securing mechanism shows of a document: its proofs, and whether they are the issuer's."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.proofs.secured import Secured
from gateway.records import quick
from gateway.report import Check, Verdict

__all__ = ["NO_PROOF", "Shown"]

NO_PROOF = Check(
    "proof", Verdict.UNDETERMINED, "no_proof", "nothing secures the document",
    hint="Anybody can have written it: ask the issuer for a signed credential.",
)  # fmt: skip


@quick
@dataclass(frozen=True, slots=True)
class Shown:
    """``secured`` is one entry for each proof; ``issuer`` the binding of their keys to the issuer."""

    secured: tuple[Secured, ...]
    issuer: Check | None = None

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks; one that says so when there is no proof at all."""
        if not self.secured:
            return (NO_PROOF,)
        binding = (self.issuer,) if self.issuer is not None else ()
        return (*(check for item in self.secured for check in item.checks), *binding)
