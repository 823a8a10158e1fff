"""Odd requests by the service's own description: schemathesis asks what `/openapi.json` allows, and what it forbids.

https://schemathesis.readthedocs.io/. It is no dependency of the gateway: `make soak` installs it, pinned.
"""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from pathlib import Path

from soak.result import Progress, Result
from soak.serving import Served

__all__ = ["run"]

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
)  # fmt: skip
"""What must hold of every answer. That a request the description forbids is refused is the tests' matter: they know
which of two wrongs is told first."""
LEFT_OUT = r"^/v1/(tenants/\{tenant\}(/suspend)?|batches/\{id\}/retry)$"
"""Paths by which the one who asks would shut itself out; and one whose body, NDJSON, schemathesis cannot write."""
COUNTS = re.compile(r"(\d[\d,]*) generated")
FAILURES = re.compile(r"^\s+❌ (\S+ .+: \d+)$", re.MULTILINE)
MANY = "1000000"
LOG = "schemathesis.log"
"""What it said, with each request that failed, in the folder of the run."""


def run(folder: Path, database: str, *, examples: int = 100, seed: int = 1, minutes: float = 20.0) -> Result:
    """Ask every operation ``examples`` times, and in every way its description covers."""
    return asyncio.run(_run(folder, database, examples, seed, minutes))


async def _run(folder: Path, database: str, examples: int, seed: int, minutes: float) -> Result:
    served = Served(folder, database=database, GATEWAY_REQUESTS_PER_MINUTE=MANY)
    try:
        await served.start()
        Progress(1, minutes, "runs").at(0)
        return await asyncio.to_thread(_asked, served, folder, examples, seed, minutes)
    finally:
        await served.end(signal.SIGTERM)
        await served.close()


def _asked(served: Served, folder: Path, examples: int, seed: int, minutes: float) -> Result:
    """What schemathesis says, in a process of its own."""
    command = [
        str(Path(sys.executable).with_name("st")), "run", f"{served.url}/openapi.json",
        "--header", f"Authorization: Bearer {served.key}", "--phases", "coverage,fuzzing",
        "--checks", ",".join(CHECKS), "--exclude-path-regex", LEFT_OUT, "--continue-on-failure",
        "--max-examples", str(examples), "--seed", str(seed), "--suppress-health-check", "all", "--no-color",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=minutes * 60, check=False
        )
    except FileNotFoundError:
        return Result("not run", ("schemathesis is not installed: `make soak` does",))
    except subprocess.TimeoutExpired:
        return Result("broken off", (f"not done in {minutes:g} minutes",))
    (folder / LOG).write_text(done.stdout, encoding="utf-8")
    asked = COUNTS.search(done.stdout)
    wrong = tuple(FAILURES.findall(done.stdout)) or (
        (f"exit code {done.returncode}",) if done.returncode else ()
    )
    said = f"{asked[1]} requests asked" if asked else "nothing was asked"
    return Result(said, wrong if asked else (*wrong, "it did not come to its end"))
