"""``gateway sign --batch``: a file with one credential a line, signed into another, and gone on with when interrupted.

What was done is told by the two files written: every whole line of the output is the next row that was not refused, and
every line of the failures names its row. Failures of a chunk are written before its credentials.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from gateway.cli.parts import with_gateway
from gateway.cli.progress import Progress
from gateway.envelopes import read_json, write_json_line
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import GatewayError, GatewayFailed, InputRefused, RequestRefused
from gateway.pipeline import Gateway, Row

__all__ = ["sign_batch"]

DONE, SOME_REFUSED = 0, 1
READ_BACK = 65_536
FAILURE = b'{"row": '
"""How a line of the failures begins."""


def sign_batch(parsed: argparse.Namespace) -> int:
    """Sign every row; the exit code."""
    if parsed.out == "-" and not parsed.failures:
        raise RequestRefused(
            "no place is named for rows that are refused", hint="Name it with --failures FILE."
        )

    async def job(gateway: Gateway) -> int:
        with ExitStack() as stack:
            files = Files.open(parsed.file, parsed.out, parsed.failures or f"{parsed.out}.failures", stack)
            rows = gateway.secure_many(
                files.rows(), securing=parsed.securing, key=parsed.key, ahead=2 * parsed.processes
            )
            progress = Progress(sys.stderr, files.length)
            async with aclosing(rows):
                async for chunk in rows:
                    files.write(chunk)
                    progress.note(chunk, files.position())
            progress.end(files.signed, files.refused, files.failures_name)
            return SOME_REFUSED if files.refused else DONE

    return with_gateway(parsed, job, signs=True, processes=parsed.processes)


@dataclass(slots=True)
class Files:
    """The files of a batch. ``signed`` and ``refused`` count what is in them, from earlier runs too.

    Of those ``last`` is the last line, ``torn`` what follows it, ``ends`` where the whole lines of each file end,
    and ``earlier`` the numbers of rows that were refused.
    """

    source: BinaryIO
    out: BinaryIO
    failures: BinaryIO
    failures_name: str
    length: int
    last: bytes = b""
    torn: bytes = b""
    ends: tuple[tuple[BinaryIO, int], ...] = ()
    signed: int = 0
    refused: int = 0
    earlier: Iterator[int] = field(default_factory=lambda: iter(()))

    @classmethod
    def open(cls, source: str, out: str, failures: str, stack: ExitStack) -> Files:
        """The files, opened, and what is in them. Raises ``InputRefused``, ``GatewayFailed``, ``RequestRefused``."""
        given = _opened(source, "rb", stack) if source != "-" else sys.stdin.buffer
        if out == "-":
            made = cls(given, sys.stdout.buffer, _written(failures, stack), failures, _length(given))
            made.failures.seek(0)
            start = made.failures.read(len(FAILURE))
            if start != FAILURE[: len(start)]:
                raise _of_another()
            made.failures.truncate(0)
            return made
        files = _written(out, stack), _written(failures, stack)
        if given is not sys.stdin.buffer and os.path.sameopenfile(given.fileno(), files[0].fileno()):
            raise RequestRefused(
                "a batch is not written over its input", hint="Name another file with --out."
            )
        made = cls(given, *files, failures, _length(given))
        made.signed, end, made.last, made.torn = _whole(made.out)
        made.refused, told, _, torn = _whole(made.failures)
        if not made.refused and torn[: len(FAILURE)] != FAILURE[: len(torn)]:
            raise _of_another()
        made.ends = ((made.out, end), (made.failures, told))
        made.earlier = _numbers(_opened(failures, "rb", stack), made.refused)
        return made

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """The rows that are still to be signed, with their numbers: those of the lines of the file."""
        left, refused = self.signed, next(self.earlier, 0)
        for number, row in enumerate(_lines(self.source), start=1):
            if number == refused:
                refused = next(self.earlier, 0)
            elif left and row.strip():
                left -= 1
                if not left and not _is_made_of(self.last, row):
                    raise _of_another()
            elif row.strip():
                self._go_on(row)
                yield number, row
        if left or refused or self.torn:
            raise _of_another()

    def _go_on(self, row: bytes) -> None:
        """Cut off what an interrupted run left of a line, now that the files are known to be of this input."""
        if self.torn and not self.signed and not _begins_as(self.torn, row):
            raise _of_another()
        for file, end in self.ends:
            file.truncate(end)
        self.torn, self.ends = b"", ()

    def write(self, chunk: tuple[Row, ...]) -> None:
        """Put a chunk into the files, on the disk where they are files."""
        told = [_failure(row.number, row.refusal) for row in chunk if row.refusal is not None]
        contents = [row.content for row in chunk if row.refusal is None]
        try:
            for file, lines in ((self.failures, told), (self.out, contents)):
                if lines:
                    file.write(b"".join(lines))
                    file.flush()
                    if file.seekable():
                        os.fsync(file.fileno())
        except BrokenPipeError:
            raise
        except OSError as error:
            raise GatewayFailed(
                f"cannot write: {error.strerror}",
                hint="Make room and start it again: it goes on where it stopped.",
            ) from None
        self.signed += len(contents)
        self.refused += len(told)

    def position(self) -> int:
        """How many bytes of the source were read; 0 where that is not known."""
        return self.source.tell() if self.length else 0


# --- reading -----------------------------------------------------------------------------------------


def _opened(name: str, mode: str, stack: ExitStack) -> BinaryIO:
    try:
        file: Any = stack.enter_context(Path(name).open(mode))  # noqa: SIM115
    except OSError as error:
        raise InputRefused(
            f"cannot read {name}: {error.strerror}", hint="Check the name and the rights."
        ) from None
    opened: BinaryIO = file
    return opened


def _length(source: IO[bytes]) -> int:
    return os.fstat(source.fileno()).st_size if source is not sys.stdin.buffer and source.seekable() else 0


def _lines(source: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, of each no more than what shows that it is too long."""
    while row := source.readline(MAX_BYTES + 2):
        whole = row
        while not whole.endswith(b"\n") and (whole := source.readline(MAX_BYTES)):
            pass
        yield row.removesuffix(b"\n").removesuffix(b"\r")


def _numbers(failures: BinaryIO, count: int) -> Iterator[int]:
    """The rows that the first lines of the failures name."""
    for _ in range(count):
        try:
            yield int(json.loads(failures.readline())["row"])
        except (ValueError, KeyError, TypeError):
            raise _of_another() from None


def _is_made_of(line: bytes, row: bytes) -> bool:
    """Whether a secured credential is what a row was secured to: proofs, and contexts for them, are added."""
    try:
        made, given = read_json(line), read_json(row)
    except GatewayError:
        return False
    if not isinstance(made, dict) or not isinstance(given, dict) or "proof" not in made:
        return False
    apart = ("proof", "@context")
    return {k: v for k, v in made.items() if k not in apart} == {
        k: v for k, v in given.items() if k not in apart
    }


def _begins_as(torn: bytes, row: bytes) -> bool:
    """Whether the beginning of a line is that of a row, secured."""
    try:
        line = write_json_line(read_json(row))[:-2]
    except GatewayError:
        return False
    return torn[: len(line)] == line[: len(torn)]


def _of_another() -> RequestRefused:
    return RequestRefused(
        "what stands in --out or --failures is not of this input",
        hint="Give the input it was made of, or name files that are not there yet.",
    )


# --- writing -----------------------------------------------------------------------------------------


def _written(name: str, stack: ExitStack) -> BinaryIO:
    """A file to add lines to, which no other run has. Raises ``GatewayFailed``, ``RequestRefused``."""
    try:
        file: Any = stack.enter_context(Path(name).open("a+b"))  # noqa: SIM115
        if file.seekable():
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RequestRefused(
            f"another run writes {name}", hint="Wait for it to end, or name another file."
        ) from None
    except OSError as error:
        raise GatewayFailed(
            f"cannot write {name}: {error.strerror}", hint="Check the folder and the rights."
        ) from None
    opened: BinaryIO = file
    return opened


def _whole(file: BinaryIO) -> tuple[int, int, bytes, bytes]:
    """How many whole lines a file has and where they end, the last of them, and the beginning of what follows."""
    if not file.seekable():
        return 0, 0, b"", b""
    file.seek(0)
    count = end = before = 0
    while block := file.read(READ_BACK):
        start = file.tell() - len(block)
        if found := block.count(b"\n"):
            count += found
            newline = block.rfind(b"\n")
            inside = block.rfind(b"\n", 0, newline)
            before = start + inside + 1 if inside >= 0 else end
            end = start + newline + 1
    file.seek(before)
    last, torn = file.read(end - before), file.read(READ_BACK)
    file.seek(0, os.SEEK_END)
    return count, end, last, torn


def _failure(number: int, refusal: GatewayError) -> bytes:
    """A line that says why a row is not signed."""
    told = {"row": number, "code": refusal.code, "title": refusal.title, "detail": refusal.detail}
    told |= {"pointer": refusal.pointer, "hint": refusal.hint}
    return (json.dumps(told, ensure_ascii=False) + "\n").encode()
