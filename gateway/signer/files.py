"""A folder of files that only their owner reads: each written whole or not at all, changed under a lock."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway.errors import SignerFailed

__all__ = ["PrivateFolder", "Stamp", "read_private"]

MAX_FILE = 65_536
LOCK_SECONDS = 10.0
PART = ".part-"

Stamp = tuple[tuple[str, int, int, int], ...]
"""What tells one state of a folder from another: name, inode, time of change and size of each file."""


def read_private(path: Path) -> bytes:
    """The content of a small regular file that nobody but its owner may read.

    Raises ``SignerFailed`` when others may, or when it cannot be read.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(found):
                raise SignerFailed(f"{path.name} is no file")
            if stat.S_IMODE(found) & 0o077:
                raise SignerFailed(f"others may read {path.name}", hint=f"chmod 600 {path.name}.")
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise SignerFailed(f"{path.name} cannot be read: {error.strerror}") from None
    if len(content) > MAX_FILE:
        raise SignerFailed(f"{path.name} is too large")
    return content


class PrivateFolder:
    """The files of one folder. Every method raises ``SignerFailed`` and nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Make the folder for its owner alone; refuse one that others could put files into."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = stat.S_IMODE(self._path.stat().st_mode)
        except OSError as error:
            raise _unkept(error) from None
        if mode & 0o022:
            raise SignerFailed("others may write into the keys folder", hint="chmod 700 the keys folder.")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder: another process that wants to change it waits.

        What an interrupted change left behind is wiped and removed first.
        """
        self.prepare()
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise _unkept(error) from None
        try:
            _take(handle)
            self._sweep()
            yield
        except OSError as error:
            raise _unkept(error) from None
        finally:
            os.close(handle)

    def names(self) -> list[str]:
        """The names of what is in the folder; none when there is no folder."""
        return [entry[0] for entry in self.stamp()]

    def stamp(self) -> Stamp:
        """The state of the folder, cheap to compare."""
        found = []
        try:
            with os.scandir(self._path) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):
                        about = entry.stat()
                        found.append((entry.name, about.st_ino, about.st_ctime_ns, about.st_size))
        except FileNotFoundError:
            return ()
        except NotADirectoryError as error:
            raise _unkept(error) from None
        except OSError as error:
            raise SignerFailed(f"the keys folder cannot be read: {error.strerror}") from None
        return tuple(sorted(found))

    def read(self, name: str) -> bytes:
        """The content of a file that nobody but its owner may read."""
        return read_private(self._path / name)

    def add(self, name: str, content: bytes) -> None:
        """Write a new file; never over another. Call it with the folder ``locked``."""
        part = self._part(content)
        try:
            os.link(part, self._path / name)
            self._settle()
        except OSError as error:
            raise _unkept(error) from None
        finally:
            part.unlink(missing_ok=True)

    def replace(self, name: str, content: bytes) -> None:
        """Put new content in the place of a file, whose old bytes are wiped. With the folder ``locked``.

        Copy-on-write file systems, journals and backups may keep the old bytes nevertheless.
        """
        path = self._path / name
        try:
            old = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise _unkept(error) from None
        try:
            self._part(content).replace(path)
            self._settle()
            with suppress(OSError):
                _wipe(old)
        except OSError as error:
            raise _unkept(error) from None
        finally:
            os.close(old)

    def _part(self, content: bytes) -> Path:
        """A file under a passing name that holds the content for good."""
        part = self._path / f"{PART}{os.urandom(8).hex()}"
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _unkept(error) from None
        return part

    def _settle(self) -> None:
        """Make what the folder lists outlast a loss of power."""
        handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _sweep(self) -> None:
        for path in self._path.glob(f"{PART}*"):
            with suppress(OSError):
                handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    _wipe(handle)
                finally:
                    os.close(handle)
            path.unlink(missing_ok=True)


def _wipe(handle: int) -> None:
    os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
    os.fsync(handle)


def _take(handle: int) -> None:
    """The lock on an open folder, waited for a while."""
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise SignerFailed(
                    "another process is changing the keys", hint="Wait for it to end and try again."
                ) from None
            time.sleep(0.02)


def _unkept(error: OSError) -> SignerFailed:
    return SignerFailed(f"the key cannot be kept: {error.strerror}")
