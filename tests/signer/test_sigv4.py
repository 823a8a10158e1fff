"""AWS Signature Version 4, by the example its documentation works through (user listing, 30 August 2015)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from gateway.signer.sigv4 import Credentials, Request, signed_headers

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime(2015, 8, 30, 12, 36, 0, tzinfo=UTC)
LISTING = Request(
    "GET",
    "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
    {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
)
EXPECTED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
)


def test_the_documented_example_is_signed_as_documented() -> None:
    credentials = Credentials("AKIDEXAMPLE", SECRET, "us-east-1", "iam")
    headers = signed_headers(LISTING, credentials, NOW)
    assert headers["Authorization"] == EXPECTED
    assert headers["X-Amz-Date"] == "20150830T123600Z"
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert signed_headers(LISTING, credentials, elsewhere) == headers


def test_a_session_token_is_sent_and_signed() -> None:
    credentials = Credentials("AKIDEXAMPLE", SECRET, "us-east-1", "iam", "passing-token")
    headers = signed_headers(LISTING, credentials, NOW)
    assert headers["X-Amz-Security-Token"] == "passing-token"
    assert "host;x-amz-date;x-amz-security-token" in headers["Authorization"]
    assert EXPECTED.rpartition("=")[2] not in headers["Authorization"]


def test_credentials_are_not_shown() -> None:
    shown = repr(Credentials("AKIDEXAMPLE", SECRET, "us-east-1", "iam", "passing-token"))
    assert SECRET not in shown
    assert "AKIDEXAMPLE" not in shown
    assert "passing-token" not in shown
