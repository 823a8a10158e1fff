"""What a process that holds keys does for itself: its memory is nobody else's, on disk or in a debugger."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

__all__ = ["harden", "keep_files_to_itself"]

PR_SET_DUMPABLE = 4


def harden() -> None:
    """Leave no core behind, and be read by no other process of the same user, as far as the system knows how."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # imported here: not every system has it

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes  # imported here: no other part needs it

            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def keep_files_to_itself() -> None:
    """Files that are made from now on are this user's alone."""
    os.umask(0o077)
