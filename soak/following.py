"""A follower of the feed goes through thousands of changes, falls now and then, and ends with the gateway's state.

The way itself is that of ``tests/pulling/test_feed.py``, gone longer.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from soak.result import Result

__all__ = ["run"]

ROOT = Path(__file__).parents[1]
WAY = ("tests/pulling/test_feed.py", "-k", "many_changes")


def run(folder: Path, database: str, *, turns: int = 1200) -> Result:
    """Go the way for so many turns, of some eight changes each; what came of it."""
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", *WAY, "--basetemp", str(folder / "test")],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "GATEWAY_TEST_TURNS": str(turns)},
    )  # fmt: skip
    found = re.search(r"(\d+) changes", told.stdout)
    done = f"{int(found[1]):,} changes followed" if found else "not followed to the end"
    wrong = () if told.returncode == 0 else (told.stdout.strip().splitlines()[-1],)
    return Result(f"{done}, the follower falling in every third of {turns:,} turns", wrong)
