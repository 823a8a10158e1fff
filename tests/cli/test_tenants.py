"""The command ``gateway tenants``: what it prints and refuses, on a database in an empty folder."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from gateway.settings import Settings
from gateway.store import Rows, open_store
from gateway.store.audit import check_chain, entries
from gateway.store.tables import SYSTEM
from gateway.store.tenants import authenticate
from tests.parts import NOW

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test in an empty folder, where the data folder will be."""
    monkeypatch.chdir(tmp_path)


def tenants(capsys: Capture, *arguments: str) -> Any:
    """What a command tells as JSON."""
    assert main(["tenants", *arguments, "--json"], clock=lambda: NOW) == 0
    return json.loads(capsys.readouterr().out)


def test_a_tenant_gets_a_key_that_opens(capsys: Capture) -> None:
    made = tenants(capsys, "add", "academy")
    assert (made["name"], made["state"]) == ("academy", "active")
    assert [row["name"] for row in tenants(capsys, "list")] == ["academy", "system"]
    key = tenants(
        capsys, "new-key", "academy", "--scopes", "push, read", "--label", "the LMS", "--days", "30"
    )
    assert key["scopes"] == "push,read"
    assert "key" not in tenants(capsys, "keys", "academy")[0]

    async def shown() -> tuple[str, frozenset[str]]:
        database = await open_store(Settings(), NOW)
        caller = await database.read(lambda connection: authenticate(connection, key["key"], NOW))
        log = await database.read(lambda c: [entry.action for entry in entries(Rows(c, made["id"]))])
        assert log == ["key_created"]
        assert (await database.read(lambda c: check_chain(Rows(c, SYSTEM))))[1] is None
        await database.close()
        return caller.tenant, caller.scopes

    assert asyncio.run(shown()) == (made["id"], {"push", "read"})


def test_a_tenant_is_suspended_and_resumed_and_a_key_revoked(capsys: Capture) -> None:
    tenants(capsys, "add", "academy")
    assert tenants(capsys, "suspend", "academy")["state"] == "suspended"
    assert tenants(capsys, "show", "academy")["state"] == "suspended"
    assert tenants(capsys, "resume", "academy")["state"] == "active"
    key = tenants(capsys, "new-key", "academy", "--scopes", "read")
    assert [row["state"] for row in tenants(capsys, "revoke-key", "academy", key["id"])] == ["revoked"]


def test_a_client_of_the_tenants_own_is_made_listed_and_revoked(capsys: Capture) -> None:
    tenants(capsys, "add", "academy")
    made = tenants(capsys, "new-client", "academy", "--name", "the LMS", "--scopes", "push,read")
    assert made["client_secret"].startswith("mcs_")
    row = {"id": made["client_id"], "state": "own", "scopes": "push,read", "name": "the LMS"}
    assert tenants(capsys, "clients", "academy") == [row]
    gone = tenants(capsys, "revoke-client", "academy", made["client_id"])
    assert gone == [row | {"state": "revoked"}]


def test_the_lines_for_people_name_what_is_there_and_a_new_key_is_all_that_is_printed(
    capsys: Capture,
) -> None:
    assert main(["tenants", "add", "academy"]) == 0
    assert "academy" in capsys.readouterr().out
    assert main(["tenants", "new-key", "academy", "--scopes", "read"]) == 0
    text = capsys.readouterr().out.strip()
    assert text.startswith("mcg_")
    assert main(["tenants", "keys", "academy"]) == 0
    listed = capsys.readouterr().out
    assert "holds" in listed
    assert text not in listed


@pytest.mark.parametrize("arguments", [
    ["show", "nobody"], ["add", "Not A Name"], ["add", "system"], ["suspend", "system"], ["suspend", "nobody"],
    ["new-key", "system", "--scopes", "all"], ["new-key", "system", "--scopes", "read", "--days", "0"],
    ["new-key", "nobody", "--scopes", "read"], ["revoke-key", "system", "nothing"],
    ["new-client", "system", "--name", "a", "--scopes", "admin"], ["revoke-client", "system", "nothing"],
])  # fmt: skip
def test_what_cannot_be_done_is_refused(arguments: list[str], capsys: Capture) -> None:
    assert main(["tenants", *arguments]) == 2
    assert capsys.readouterr().err
