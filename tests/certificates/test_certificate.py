"""Certificates as authorities really issue them: read without a word to whoever runs the gateway."""

from __future__ import annotations

import warnings

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.certificates import read_certificate
from tests.pki import YEARS, elliptic


def test_a_name_longer_than_it_should_be_is_read_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority " * 9, _validate=False)])
        made = (
            x509.CertificateBuilder(name, name).public_key(elliptic(77).public_key()).serial_number(1)
            .not_valid_before(YEARS[0]).not_valid_after(YEARS[1]).sign(elliptic(77), SHA256())
        )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read_certificate(made.public_bytes(Encoding.DER))
    assert found.common_name == "authority " * 9
