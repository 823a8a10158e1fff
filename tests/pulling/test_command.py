"""The command ``gateway pull``: what it prints, its exit codes, and that nobody is shown a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.cli import pull as cli_pull
from gateway.errors import FetchFailed
from gateway.fetch import OutgoingRequest, ReceivedAnswer
from tests.parts import NOW
from tests.pulling.parts import badge

Capture = pytest.CaptureFixture[str]

PAGE = {"content-type": "application/json"}
ADDRESS = "https://host.example/ims/ob/v3p0"


class Door:
    """Answers in their order, then nothing; ``asked`` are the requests."""

    def __init__(self) -> None:
        self.answers: list[ReceivedAnswer] = []
        self.asked: list[OutgoingRequest] = []

    async def exchange(self, request: OutgoingRequest) -> ReceivedAnswer:
        self.asked.append(request)
        if not self.answers:
            raise FetchFailed("nobody answers")
        return self.answers.pop(0)

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """An empty folder with a tenant and a key, and a door behind which answers stand ready."""
    monkeypatch.chdir(tmp_path)
    made = Door()

    async def does_not_wait(seconds: float) -> None:
        assert seconds <= 8

    def host(exchange: Door, access: object) -> object:
        return real(exchange, access, does_not_wait)

    real = cli_pull.Host
    monkeypatch.setattr(cli_pull, "Fetcher", lambda settings: made)
    monkeypatch.setattr(cli_pull, "Host", host)
    assert run("tenants", "add", "registry") == 0
    Path("key").write_text("the-key\n")
    return made


def run(*arguments: str) -> int:
    return main(list(arguments), clock=lambda: NOW)


def read(*more: str) -> int:
    return run("pull", "open-badges", ADDRESS, "--tenant", "registry", "--key-file", "key", *more)


def page(*credentials: str) -> ReceivedAnswer:
    return ReceivedAnswer(200, PAGE, ('{"credential": [' + ",".join(credentials) + "]}").encode())


def test_what_became_of_a_round_is_told_and_sources_are_listed(outside: Door, capsys: Capture) -> None:
    outside.answers = [page(badge(1).decode(), badge(2).decode())]
    assert read() == 0
    assert capsys.readouterr().out.endswith("2 taken in, 0 known, 0 followed, 0 refused\n")
    outside.answers = [page(badge(1).decode(), "{}")]
    assert read("--json", "--again") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["taken"], told["known"], told["refused"]) == (0, 1, 1)
    assert sum(told["problems"].values()) == 1
    assert outside.asked[0].headers["Authorization"] == "Bearer the-key"
    assert outside.asked[0].url == f"{ADDRESS}/credentials?limit=100&offset=0"
    assert run("pull", "list", "--tenant", "registry", "--json") == 0
    shown = capsys.readouterr().out
    assert "the-key" not in shown
    assert [(one["held"], one["refused"], one["source"]) for one in json.loads(shown)] == [(2, 1, ADDRESS)]


def test_a_source_that_fails_ends_the_command_with_3_and_is_listed_so(outside: Door, capsys: Capture) -> None:
    assert read() == 3
    assert "nobody answers" in capsys.readouterr().err
    assert run("pull", "list", "--tenant", "registry") == 0
    assert capsys.readouterr().out.rstrip().endswith("fetch_failed")


def test_client_credentials_come_from_a_file(outside: Door) -> None:
    told = {"token_url": "https://host.example/token", "client_id": "c", "client_secret": "s", "scope": "x y"}
    Path("client").write_text(json.dumps(told))
    outside.answers = [ReceivedAnswer(200, PAGE, b'{"access_token": "t"}'), page()]
    assert run("pull", "open-badges", ADDRESS, "--tenant", "registry", "--client-file", "client") == 0
    assert [request.method for request in outside.asked] == ["POST", "GET"]
    assert outside.asked[0].body == b"grant_type=client_credentials&scope=x+y"
    assert outside.asked[1].headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--tenant", "nobody", "--key-file", "key"], 2),
        (["--tenant", "registry", "--key-file", "missing"], 2),
        (["--tenant", "registry", "--key-file", "empty"], 2),
        (["--tenant", "registry", "--client-file", "key"], 2),
        (["--tenant", "registry", "--client-file", "list"], 2),
        (["--tenant", "registry", "--key-file", "key", "--every", "0"], 2),
        (["--tenant", "registry", "--key-file", "key", "--limit", "0"], 2),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(outside: Door, arguments: list[str], code: int) -> None:
    Path("empty").write_text("")
    Path("list").write_text("[]")
    assert run("pull", "open-badges", ADDRESS, *arguments) == code
    assert outside.asked == []


def test_a_suspended_tenant_takes_nothing_in(outside: Door) -> None:
    assert run("tenants", "suspend", "registry") == 0
    assert read() == 2


def test_a_source_is_followed_on_past_a_round_that_fails(
    outside: Door, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = [
        lambda: outside.answers.append(page(badge(1).decode())),
        lambda: None,
        lambda: outside.answers.append(page(badge(1).decode(), badge(2).decode())),
    ]

    async def next_round(seconds: float) -> None:
        assert seconds == 60
        if not rounds:
            raise KeyboardInterrupt
        rounds.pop(0)()

    monkeypatch.setattr(cli_pull.asyncio, "sleep", next_round)
    assert read("--every", "60") == 130
    told = capsys.readouterr()
    assert [row.partition(" taken")[0] for row in told.out.splitlines()][-2:] == ["1", "1"]
    assert told.err.count("nobody answers") == 2
