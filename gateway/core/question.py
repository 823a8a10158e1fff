"""What a verifier wants to know of a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.core.policies import STRICT, Policy
from gateway.jsonld import Contexts
from gateway.records import quick

__all__ = ["Question"]


@quick
@dataclass(frozen=True, slots=True)
class Question:
    """The moment and the policy a document is judged by.

    ``anchors`` are certificates (DER) that a seal's chain must lead to; ``domain`` and ``challenge`` what
    a proof must have been made for; ``proof_only`` asks for structure, terms and proofs alone.
    """

    now: datetime
    policy: Policy = STRICT
    contexts: Contexts | None = None
    anchors: tuple[bytes, ...] = ()
    domain: str | None = None
    challenge: str | None = None
    proof_only: bool = False
