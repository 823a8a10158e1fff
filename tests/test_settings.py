"""Settings: read once, checked at the door, and never shown when secret."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dids.web import url_of
from gateway.errors import SettingInvalid
from gateway.settings import Settings, did_web_of


def test_without_variables_the_gateway_listens_on_this_machine_alone() -> None:
    settings = Settings.from_environment({})
    assert (settings.host, settings.port, settings.data) == ("127.0.0.1", 8080, Path("data"))
    assert settings.public_url is None
    assert settings.signing_key is None
    assert settings.allow_private_addresses is False


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "GATEWAY_HOST": "0.0.0.0",
            "GATEWAY_PORT": "9000",
            "GATEWAY_DATA": "elsewhere",
            "GATEWAY_PUBLIC_URL": "https://gateway.example.org/",
            "GATEWAY_SIGNING_KEY": "z3u2",
            "GATEWAY_ISSUER_NAME": "Example",
            "GATEWAY_WORKERS": "3",
            "GATEWAY_MAX_QUEUE": "4",
            "GATEWAY_FETCH_TIMEOUT": "1.5",
            "GATEWAY_FETCH_MAX_BYTES": "100",
        }
    )
    assert settings == Settings(
        host="0.0.0.0", port=9000, data=Path("elsewhere"), public_url="https://gateway.example.org",
        signing_key="z3u2", issuer_name="Example", workers=3, max_queue=4, fetch_timeout=1.5,
        fetch_max_bytes=100,
    )  # fmt: skip


def test_what_is_given_directly_wins_over_a_variable() -> None:
    assert Settings.from_environment({"GATEWAY_PORT": "not read"}, port=1).port == 1


def test_no_variable_opens_the_inside_of_the_network() -> None:
    environ = {"GATEWAY_ALLOW_PRIVATE_ADDRESSES": "true"}
    assert Settings.from_environment(environ).allow_private_addresses is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HOST", " "), ("DATA", ""), ("ISSUER_NAME", ""), ("SIGNING_KEY", ""),
        ("PORT", "http"), ("WORKERS", "0"), ("WORKERS", "-1"), ("MAX_QUEUE", "1.5"),
        ("FETCH_MAX_BYTES", "many"), ("FETCH_TIMEOUT", "nan"), ("FETCH_TIMEOUT", "inf"),
        ("FETCH_TIMEOUT", "0"), ("FETCH_TIMEOUT", "-1"), ("FETCH_TIMEOUT", "soon"),
        ("PUBLIC_URL", ""), ("PUBLIC_URL", "http://a.example"), ("PUBLIC_URL", "a.example"),
        ("PUBLIC_URL", "https://"), ("PUBLIC_URL", "https://a.example:99999"),
        ("PUBLIC_URL", "https://a.example:0"), ("PUBLIC_URL", "https://a.example:x"),
        ("PUBLIC_URL", "https://u:p@a.example"), ("PUBLIC_URL", "https://@a.example"),
        ("PUBLIC_URL", "https://a.example?q"), ("PUBLIC_URL", "https://a.example#f"),
        ("PUBLIC_URL", "https://a.example/?"), ("PUBLIC_URL", "https://192.0.2.1"),
        ("PUBLIC_URL", "https://[2001:db8::1]"), ("PUBLIC_URL", "https://["),
        ("PUBLIC_URL", "https://a.example/../b"), ("PUBLIC_URL", "https://a.example/%2e%2e/b"),
        ("PUBLIC_URL", "https://a.example/b c"), ("PUBLIC_URL", "https://a.example/%zz"),
        ("PUBLIC_URL", "https://a.example/%2f"), ("PUBLIC_URL", "https://a.example/x%3Fy"),
        ("PUBLIC_URL", "https://a.example/%23"), ("PUBLIC_URL", "https://a.example/%5C"),
        ("PUBLIC_URL", "https://a.example/%0A"), ("PUBLIC_URL", "https://a.example/b%20c"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_by_the_name_of_its_setting(name: str, text: str) -> None:
    with pytest.raises(SettingInvalid, match=f"GATEWAY_{name}"):
        Settings.from_environment({f"GATEWAY_{name}": text})


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_no_socket_has_is_refused(port: int) -> None:
    with pytest.raises(SettingInvalid, match="port"):
        Settings.from_environment({"GATEWAY_PORT": str(port)})
    with pytest.raises(SettingInvalid, match="port"):
        Settings.from_environment({}, port=port)


def test_settings_do_not_change_and_do_not_show_the_key() -> None:
    settings = Settings(signing_key="z3u2-very-secret")
    assert "secret" not in repr(settings)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://example.org", "did:web:example.org"),
        ("https://Example.ORG/", "did:web:example.org"),
        ("https://example.org:443", "did:web:example.org"),
        ("https://example.org:3000", "did:web:example.org%3A3000"),
        ("https://example.org:3000/user/one", "did:web:example.org%3A3000:user:one"),
        ("https://example.org/%C3%A9/~c", "did:web:example.org:%C3%A9:%7Ec"),
        ("https://localhost:8443", "did:web:localhost%3A8443"),
    ],
)
def test_a_public_address_gives_a_did_web(url: str, did: str) -> None:
    assert did_web_of(url) == did


@pytest.mark.parametrize("url", ["", "http://a.example", "https://a.example:99999", "https://["])
def test_only_a_public_address_gives_a_did_web(url: str) -> None:
    with pytest.raises(SettingInvalid):
        did_web_of(url)


STEPS = st.lists(st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,8}", fullmatch=True), max_size=4)


@given(
    host=st.from_regex(r"[a-z][a-z0-9]{0,8}\.example", fullmatch=True),
    steps=STEPS,
    port=st.integers(1, 65535),
)
def test_the_did_of_an_address_is_resolved_at_that_address(host: str, steps: list[str], port: int) -> None:
    url = "/".join([f"https://{host}" + ("" if port == 443 else f":{port}"), *steps])
    expected = f"{url}/did.json" if steps else f"{url}/.well-known/did.json"
    assert url_of(did_web_of(url)) == expected
