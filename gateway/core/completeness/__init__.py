"""Whether a micro-credential states what it has to, by whose profile, and what a document shows of its quality."""

from gateway.core.completeness.assessing import Completeness, State, Stated, assess
from gateway.core.completeness.tables import PROFILES, Obligation, Profile, check_profile, profile_named

__all__ = [
    "PROFILES", "Completeness", "Obligation", "Profile", "State", "Stated", "assess", "check_profile", "profile_named",
]  # fmt: skip
