"""Settings from a file and the environment: who wins, where each comes from, all that is wrong at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.configuration import Wrong, configured, unread_variables
from gateway.errors import SettingInvalid
from gateway.settings import EXPECTED, READERS, Settings

FILE = """
# a gateway
host = "0.0.0.0"
port = 9000
trust_required = true
fetch_ports = [443, 8443]
proxies = ["10.0.0.5", "2001:db8::/32"]
fetch_timeout = 2.5
data = "/var/lib/gateway"
"""


def test_a_file_says_what_the_variables_say() -> None:
    assert configured({}, {}, FILE, "g.toml").settings() == Settings(
        host="0.0.0.0", port=9000, trust_required=True, fetch_ports=(443, 8443),
        proxies=("10.0.0.5/32", "2001:db8::/32"), fetch_timeout=2.5, data=Path("/var/lib/gateway"),
    )  # fmt: skip


def test_an_option_wins_over_a_variable_and_that_over_the_file() -> None:
    found = configured({"GATEWAY_PORT": "1", "GATEWAY_HOST": "::1"}, {"port": 2}, FILE, "g.toml")
    settings = found.settings()
    assert (settings.port, settings.host, settings.fetch_timeout) == (2, "::1", 2.5)
    assert {name: found.origins[name] for name in ("port", "host", "fetch_timeout")} == {
        "port": "option", "host": "GATEWAY_HOST", "fetch_timeout": "g.toml:8",
    }  # fmt: skip


def test_without_a_file_it_is_as_the_environment_says() -> None:
    environ = {"GATEWAY_PORT": "9000", "AWS_SESSION_TOKEN": "t"}
    assert configured(environ, {}).settings() == Settings.from_environment(environ)


def test_all_that_is_wrong_is_said_at_once_with_its_line_and_what_to_write() -> None:
    text = 'prot = 1\nworkers = 0\nenvironment = "test"\nhost = ["a", 1.5]\n[log]\nx = 1\n'
    found = configured({"GATEWAY_FETCH_TIMEOUT": "soon"}, {}, text, "g.toml")
    assert found.faults == (
        Wrong("prot", "'prot' is no setting (line 1)", "Did you mean port?", 1),
        Wrong("host", "host is malformed (g.toml:4)", "Write a text that is not empty.", 4),
        Wrong("environment", "environment is malformed (g.toml:3)", "Write development or production.", 3),
        Wrong("workers", "workers is malformed (g.toml:2)", "Write a whole number from 1 on.", 2),
        Wrong("log", "log is malformed (g.toml:5)", "Write json or text.", 5),
        Wrong("fetch_timeout", "GATEWAY_FETCH_TIMEOUT is malformed", "Write a number of seconds above 0."),
    )
    with pytest.raises(SettingInvalid, match=r"'prot' is no setting .*; .*FETCH_TIMEOUT is malformed"):
        found.settings()


@pytest.mark.parametrize(
    ("text", "line"), [("host = \n", 1), ("a = 1\na = 2\n", 2), ("x", 1), ("[" * 5000, 1), ('host="a\n"', 1)]
)
def test_what_is_no_toml_is_refused_at_its_line(text: str, line: int) -> None:
    (fault,) = configured({}, {}, text, "g.toml").faults
    assert fault.line == line


def test_a_port_that_no_socket_has_is_told_with_its_line() -> None:
    (fault,) = configured({}, {}, "\nport = 70000", "g.toml").faults
    assert (fault.key, fault.line) == ("port", 2)


def test_a_secret_value_is_never_repeated() -> None:
    found = configured(
        {"GATEWAY_PKCS11_PIN": "1234-secret"}, {}, 'signing_key = ""\naws_session_token = 1', "g"
    )
    assert "secret" not in repr(found)
    assert [fault.key for fault in found.faults] == ["signing_key"]


def test_a_variable_that_is_misspelt_is_told_with_the_one_that_was_meant() -> None:
    environ = ["GATEWAY_PROT", "GATEWAY_PORT", "GATEWAY_CONFIG", "PATH", "GATEWAYS"]
    assert unread_variables(environ) == [
        Wrong("GATEWAY_PROT", "GATEWAY_PROT is no setting", "Did you mean GATEWAY_PORT?")
    ]


def test_every_value_that_can_be_malformed_says_how_it_is_written() -> None:
    silent = [name for name, read in READERS.items() if read not in EXPECTED]
    assert silent == ["pkcs11_pin", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"]


@given(st.text(max_size=60))
def test_no_file_makes_more_than_faults(text: str) -> None:
    configured({}, {}, text, "g.toml")


@given(
    st.sampled_from(sorted(READERS)),
    st.sampled_from(["1", "-1", '""', "true", "[]", "{}", "1979-05-27", "nan", '"a"']),
)
def test_no_value_makes_more_than_a_fault(name: str, value: str) -> None:
    assert all(fault.line == 1 for fault in configured({}, {}, f"{name} = {value}", "g.toml").faults)
