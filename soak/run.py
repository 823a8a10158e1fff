"""The long runs, one after the other, and what came of each.

python -m soak.run [--only pushing …]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

__all__ = ["RUNS", "main"]

RUNS = {
    "pushing": ("soak.pushing", "--cycles", "1000"),
    "failing-disk": ("soak.failing_disk", "--writes", "200"),
}
"""Each run with the module and the options it is run by."""


def main() -> int:
    """Run what is asked for; the exit code, 1 if one did not hold."""
    parser = argparse.ArgumentParser(prog="soak.run", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=tuple(RUNS), default=tuple(RUNS))
    failed = []
    for name in parser.parse_args().only:
        print(f"— {name}", flush=True)
        if subprocess.run([sys.executable, "-m", *RUNS[name]], check=False).returncode:
            failed.append(name)
    print(f"did not hold: {', '.join(failed)}" if failed else "all held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
