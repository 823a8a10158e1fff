"""The extensions of a certificate that say what its key may do (RFC 5280 section 4.2.1).

Each is read by itself: certificates of real authorities carry others that are malformed, which
``cryptography`` refuses all together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asn1crypto import core, x509

__all__ = ["Extensions", "read_extensions"]

READ = {"key_usage", "basic_constraints", "extended_key_usage"}
UNDERSTOOD = READ | {"certificate_policies"}
"""Extensions that may be critical: what they restrict is looked at, or (policies) asks nothing of a verifier."""
NOT_FOR_SEALS = frozenset(("server_auth", "code_signing", "time_stamping", "ocsp_signing"))
"""Purposes that leave none for a document: a certificate with these alone signs no credential."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """``usage`` and ``purposes`` are None where the certificate does not limit them; ``critical`` what it
    calls critical and is not read here.
    """

    usage: frozenset[str] | None = None
    purposes: tuple[str, ...] | None = None
    authority: bool = False
    path_length: int | None = None
    critical: frozenset[str] = frozenset()

    @property
    def signs(self) -> bool:
        """Whether the key may sign documents."""
        usage = self.usage is None or bool(self.usage & {"digital_signature", "non_repudiation"})
        return usage and (self.purposes is None or not NOT_FOR_SEALS.issuperset(self.purposes))

    @property
    def issues(self) -> bool:
        """Whether the key may sign certificates."""
        return self.authority and (self.usage is None or "key_cert_sign" in self.usage)

    def only_for(self, purpose: str) -> bool:
        """Whether the certificate is there for one purpose and no other."""
        return self.purposes == (purpose,)


def read_extensions(der: bytes) -> Extensions:
    """The extensions of a certificate in DER. Raises ``ValueError`` or ``TypeError`` when they are malformed."""
    found: dict[str, Any] = {}
    critical: set[str] = set()
    for name, is_critical, value in _entries(der):
        if name in READ:
            if name in found:
                raise ValueError("an extension stands twice")
            found[name] = value.parsed.native
        if is_critical and name not in UNDERSTOOD:
            critical.add(name)
    usage, purposes, basic = (
        found.get(name) for name in ("key_usage", "extended_key_usage", "basic_constraints")
    )
    return Extensions(
        usage=None if usage is None else frozenset(usage),
        purposes=None if purposes is None else tuple(purposes),
        authority=basic is not None and bool(basic["ca"]),
        path_length=basic["path_len_constraint"] if basic is not None else None,
        critical=frozenset(critical),
    )


def _entries(der: bytes) -> Iterator[tuple[str, bool, Any]]:
    listed = x509.Certificate.load(der)["tbs_certificate"]["extensions"]
    for entry in () if isinstance(listed, core.Void) else listed:
        yield entry["extn_id"].native, bool(entry["critical"].native), entry["extn_value"]
