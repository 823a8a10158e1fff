"""The settings of the signing key: read from their variables, checked, and never shown when secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import SettingInvalid
from gateway.settings import Settings

GIVEN = {
    "GATEWAY_ENVIRONMENT": "production",
    "GATEWAY_PKCS11_MODULE": "/usr/lib/module.so",
    "GATEWAY_PKCS11_TOKEN": "a token",
    "GATEWAY_PKCS11_LABEL": "a key",
    "GATEWAY_PKCS11_PIN": "hidden-1",
    "GATEWAY_PKCS11_PIN_FILE": "/run/pin",
    "GATEWAY_KMS_KEY": "arn:aws:kms:eu-example-1:111122223333:key/1234-abcd",
    "GATEWAY_KMS_REGION": "eu-example-1",
    "GATEWAY_KMS_ENDPOINT": "https://kms.example.org:8443/",
    "AWS_ACCESS_KEY_ID": "hidden-2",
    "AWS_SECRET_ACCESS_KEY": "hidden-3",
    "AWS_SESSION_TOKEN": "hidden-4",
}


def test_every_variable_is_read_and_no_secret_is_shown() -> None:
    settings = Settings.from_environment(GIVEN)
    assert settings == Settings(
        environment="production", pkcs11_module="/usr/lib/module.so", pkcs11_token="a token",
        pkcs11_label="a key", pkcs11_pin="hidden-1", pkcs11_pin_file=Path("/run/pin"),
        kms_key=GIVEN["GATEWAY_KMS_KEY"], kms_region="eu-example-1",
        kms_endpoint="https://kms.example.org:8443", aws_access_key_id="hidden-2",
        aws_secret_access_key="hidden-3", aws_session_token="hidden-4",
    )  # fmt: skip
    assert "hidden" not in repr(settings)


def test_empty_credentials_are_none_at_all() -> None:
    blank = {name: " " for name in GIVEN if name.startswith("AWS_") or name.endswith("PIN")}
    assert Settings.from_environment(blank) == Settings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ENVIRONMENT", ""), ("ENVIRONMENT", "Production"), ("ENVIRONMENT", "test"), ("PKCS11_MODULE", ""),
        ("PKCS11_TOKEN", " "), ("PKCS11_LABEL", ""), ("PKCS11_PIN_FILE", ""), ("KMS_KEY", ""),
        ("KMS_KEY", "a key"), ("KMS_REGION", "EU"), ("KMS_REGION", "a.example/"), ("KMS_ENDPOINT", ""),
        ("KMS_ENDPOINT", "http://kms.example.org"), ("KMS_ENDPOINT", "https://kms.example.org/path"),
        ("KMS_ENDPOINT", "https://u:p@kms.example.org"), ("KMS_ENDPOINT", "https://kms.example.org:0"),
        ("KMS_ENDPOINT", "https://kms.example.org:99999"), ("KMS_ENDPOINT", "https://kms.example.org?a=b"),
        ("KMS_ENDPOINT", "https://"), ("KMS_ENDPOINT", "https://["), ("KMS_ENDPOINT", "https://a\\b"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_by_the_name_of_its_setting(name: str, text: str) -> None:
    with pytest.raises(SettingInvalid, match=f"GATEWAY_{name}"):
        Settings.from_environment({f"GATEWAY_{name}": text})
