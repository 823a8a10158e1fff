"""Run official suites that are installed somewhere before a gateway that is served for it.

    python -m conformance.suites PATH [--write docs/suites.md]

PATH is the folder of one suite, or of several, each with its packages installed. Exits 1 when a test fails for
which there is no reason in ``REASONS``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.running import certificate_in
from conformance.vc_api import Served, serving
from gateway.pipeline import utc_now

__all__ = ["Outcome", "main", "suites_in"]

Json = dict[str, Any]

HERE = Path(__file__).resolve().parent
SECONDS = 300
"""How long a suite may take."""
ENVIRONMENT = {"vc-di-ed25519signature2020-test-suite": {"TAG": "Ed25519Signature2020"}}
"""What a suite wants in its environment besides."""
REASONS = {
    ("vc-api-issuer-test-suite", "MUST successfully issue a credential."): (
        "`proof` is a list of one, as the schemas of Open Badges 3.0 want it; this suite takes an object only"
    ),
}
"""Why a test of a suite, by a part of its title, is not passed and need not be."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a suite found: how many tests passed, were left out by it, and failed, by their full titles."""

    suite: str
    passed: int
    pending: int
    failed: tuple[str, ...]

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The failures without a reason."""
        return tuple(title for title in self.failed if not self.reason(title))

    def reason(self, title: str) -> str:
        """Why a test need not be passed; empty where it must be."""
        known = (why for (suite, part), why in REASONS.items() if suite == self.suite and part in title)
        return next(known, "")


def suites_in(path: Path) -> list[Path]:
    """The installed suites at a path: it is one, or holds some."""
    found = [path, *sorted(path.iterdir())] if path.is_dir() else []
    return [one.resolve() for one in found if (one / "node_modules/mocha/bin/mocha.js").is_file()]


async def _run(suite: Path, served: Served, base: str, folder: Path) -> Outcome:
    out = folder / f"{suite.name}.json"
    did = served.gateway.signer.current
    environment = {
        **os.environ, **ENVIRONMENT.get(suite.name, {}), "APP_ROOT_PATH": str(HERE), "BASE_URL": base,
        "ED_DID": did("ed25519").did, "P256_DID": did("p256").did,
        "GATEWAY_KEY": served.headers["Authorization"].partition(" ")[2], "NODE_TLS_REJECT_UNAUTHORIZED": "0",
        "NODE_NO_WARNINGS": "1",
    }  # fmt: skip
    command = [
        "node_modules/mocha/bin/mocha.js", "tests/", "--reporter", "json", "--reporter-option", f"output={out}",
        "--timeout", "15000", "--preserve-symlinks",
    ]  # fmt: skip
    node = await asyncio.create_subprocess_exec(
        "node", *command, cwd=suite, env=environment, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await asyncio.wait_for(node.communicate(), SECONDS)
    if not out.is_file():
        raise RuntimeError(f"{suite.name} gave no results: {said.decode(errors='replace')[-400:]}")
    return _outcome(suite.name, json.loads(out.read_text()))


def _outcome(suite: str, told: Json) -> Outcome:
    failed = tuple(test["fullTitle"] for test in told["failures"])
    return Outcome(suite, len(told["passes"]), len(told["pending"]), failed)


async def _all(suites: list[Path]) -> list[Outcome]:
    with TemporaryDirectory(prefix="gateway-suites-") as name:
        folder, port = Path(name), _free_port()
        base = f"https://localhost:{port}"
        async with serving(folder, utc_now, base, port=port, ssl=certificate_in(folder)[1]) as served:
            return [await _run(suite, served, base, folder) for suite in suites]


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def main() -> int:
    """Run every suite; the exit code."""
    parser = argparse.ArgumentParser(prog="conformance.suites", description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--write", type=Path, metavar="FILE")
    asked = parser.parse_args()
    suites = suites_in(asked.path)
    if not suites:
        print(f"no installed suite at {asked.path}: see conformance/suites/README.md")
        return 2
    outcomes = asyncio.run(_all(suites))
    page = list(_page(outcomes))
    print("\n".join(page))
    if asked.write:
        asked.write.write_text("\n".join(page) + "\n")
    return 1 if any(outcome.unexplained for outcome in outcomes) else 0


def _page(outcomes: list[Outcome]) -> Iterator[str]:
    yield "# Suites of the W3C"
    yield ""
    yield "Made by `make conformance SUITES=…`; not to be edited by hand."
    yield "How: [README](../conformance/suites/README.md)."
    yield ""
    yield "| suite | passed | failed | left out by the suite |"
    yield "|---|---|---|---|"
    for one in outcomes:
        yield f"| {one.suite} | {one.passed} | {len(one.failed)} | {one.pending} |"
    for one in outcomes:
        for title in one.failed:
            yield ""
            yield f"- **{one.suite}**: {title}: {one.reason(title) or 'no reason is known'}"


if __name__ == "__main__":
    sys.exit(main())
