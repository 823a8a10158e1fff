"""Whether a credential states what a micro-credential has to, with what its verification shows."""

from __future__ import annotations

from dataclasses import dataclass

from gateway import core
from gateway.core.completeness import Completeness, assess, profile_named
from gateway.pipeline.gateway import Gateway
from gateway.report import Check

__all__ = ["complete"]


@dataclass(frozen=True, slots=True)
class AssessJob:
    """A document to assess by a profile, and the checks of its verification."""

    data: bytes
    profile: str
    checks: tuple[Check, ...]


async def complete(gateway: Gateway, data: bytes, profile: str) -> Completeness:
    """What a credential of any format states of a profile's elements, and what it shows of its quality.

    Raises ``RequestRefused`` for an unknown profile and an ``InputRefused`` for what is no credential.
    """
    profile_named(profile)
    verified = await gateway.verify(data)
    return await gateway.compute.run(_assess, AssessJob(data, profile, verified.checks))


def _assess(job: AssessJob) -> Completeness:
    return assess(core.understand(job.data), profile_named(job.profile), job.checks)
