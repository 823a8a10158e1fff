"""Files for ``gateway bulk``: what is read from files and folders, and what is written into a folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from pathlib import Path

from gateway.cli.parts import write_file
from gateway.envelopes.limits import MAX_BYTES
from gateway.errors import GatewayFailed, InputRefused, NotFound, RequestRefused, TooLarge
from gateway.jobs import Batches
from gateway.jobs.reading import MAX_ROWS, Item, items
from gateway.jobs.tables import Issuer
from gateway.jobs.work import wanted_of
from gateway.store import Caller, Job, Rows
from gateway.store.credentials import credential, form_of, ids_after, original_of

__all__ = ["rows_of_paths", "write_forms"]

MANY = {
    ".zip": "application/zip",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
    ".csv": "text/csv",
}
"""Files that hold many credentials, by how their names end."""
ENDINGS = {"svg": ".svg", "xml": ".xml", "png": ".png", "jwt": ".jwt"}
"""How the names of files end, by what their media types hold; others are JSON."""
PAGE = 200


def rows_of_paths(names: Sequence[str], issuer: Issuer) -> Iterator[Item]:
    """The rows of files and of folders, whose files are taken in the order of their names.

    Raises ``InputRefused`` for a file that cannot be read, and what ``items`` does.
    """
    count = 0
    for name in names:
        for path in _files(Path(name)):
            for item in _rows(path, issuer):
                count += 1
                if count > MAX_ROWS:
                    raise TooLarge(f"more than the {MAX_ROWS} rows of one job", hint="Take them in in parts.")
                yield item
    if count == 0:
        raise RequestRefused("there is not one file in it")


def _files(path: Path) -> Iterator[Path]:
    """A file, or those of a folder and the folders in it; hidden ones are left out."""
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if found.is_file() and not any(part.startswith(".") for part in found.relative_to(path).parts):
            yield found


def _rows(path: Path, issuer: Issuer) -> Iterator[Item]:
    try:
        with path.open("rb") as file:
            media_type = MANY.get(path.suffix.lower())
            if media_type is not None:
                for item in items(file, media_type, issuer):
                    yield Item(f"{path.name}: {item.name}", item.data, item.problem)
                return
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputRefused(
            f"cannot read {path}: {error.strerror}", hint="Check the name and the rights."
        ) from None
    if len(data) > MAX_BYTES:
        yield Item(path.name, problem=TooLarge(f"more than the {MAX_BYTES} bytes that are read"))
    else:
        yield Item(path.name, data)


async def write_forms(batches: Batches, caller: Caller, job: Job | None, folder: Path) -> int:
    """Write what a job has made, or every original without one, into a folder; how many there are.

    A file that is there already with these bytes is left as it is, so that this can be done again.
    """
    count = 0
    async for identifier in _ids(batches, caller, job):
        content, media_type = await batches.archive.read(caller, partial(_content, identifier, job))
        await asyncio.to_thread(_write, folder, f"{identifier}{_ending(media_type)}", content)
        count += 1
    return count


async def _ids(batches: Batches, caller: Caller, job: Job | None) -> AsyncIterator[str]:
    """The credentials that are done in a job, or all that hold."""
    if job is None:
        after = ""
        while page := await batches.archive.read(caller, partial(ids_after, identifier=after, limit=PAGE)):
            for identifier in page:
                yield identifier
            after = page[-1]
        return
    number = 0
    while rows := await batches.rows(caller, job.id, state="done", after=number, limit=PAGE):
        for row in rows:
            if row.credential is not None:
                yield row.credential
        number = rows[-1].number


def _content(identifier: str, job: Job | None, rows: Rows) -> tuple[bytes, str]:
    """What is written of a credential, and what it is. Raises ``NotFound`` for a form that is gone."""
    if job is None:
        original = original_of(rows, credential(rows, identifier))
        return original.data, original.media_type
    form = form_of(rows, identifier, wanted_of(job.wish).name)
    if form is None:
        raise NotFound("the form was taken away meanwhile", hint="Convert once more.")
    return form.content, form.media_type


def _ending(media_type: str) -> str:
    return next((ending for part, ending in ENDINGS.items() if part in media_type), ".json")


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() == content:
            return
    except OSError as error:
        raise GatewayFailed(
            f"cannot write {folder}: {error.strerror}", hint="Check the folder and the rights."
        ) from None
    write_file(str(path), content)
