"""Whether a credential states what a micro-credential has to, with what its verification shows."""

from __future__ import annotations

from dataclasses import dataclass

from gateway import core
from gateway.core.completeness import Completeness, assess, check_profile, profile_named
from gateway.envelopes import write_json
from gateway.pipeline.gateway import Gateway
from gateway.report import Check

__all__ = ["complete", "complete_json"]


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
    return await gateway.compute.run(_assess, await _verified(gateway, data, profile))


async def complete_json(gateway: Gateway, data: bytes, profile: str) -> bytes:
    """The same as JSON, written where work is done."""
    return await gateway.compute.run(_assess_json, await _verified(gateway, data, profile))


async def _verified(gateway: Gateway, data: bytes, profile: str) -> AssessJob:
    check_profile(profile)
    return AssessJob(data, profile, (await gateway.verify(data)).checks)


def _assess(job: AssessJob) -> Completeness:
    return assess(core.understand(job.data), profile_named(job.profile), job.checks)


def _assess_json(job: AssessJob) -> bytes:
    return write_json(_assess(job).to_json())
