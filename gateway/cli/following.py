"""How far a job is, on the command line: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gateway.jobs import Batches, as_json
from gateway.store import Caller, Job

__all__ = ["follow", "job_line"]

EVERY = 0.25
"""Seconds between two looks at a job."""
LINES = 5.0
"""Seconds between two lines where there is no terminal."""
GOING_ON = ("receiving", "running")


async def follow(batches: Batches, caller: Caller, job: Job, stream: TextIO) -> Job:
    """Tell how far a job is until it does not go on; the job as it is then."""
    if not stream.isatty():
        return await _follow(batches, caller, job, lambda told: print(told, file=stream, flush=True), LINES)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        task = progress.add_task(job.kind, total=job.total, told="")

        def show(now: Job) -> None:
            progress.update(task, completed=now.done + now.failed, total=now.total, told=_pace(batches, now))

        ended = await _follow(batches, caller, job, show, EVERY)
    print(job_line(batches, ended), file=stream)
    return ended


async def _follow(batches: Batches, caller: Caller, job: Job, show: Callable[..., None], every: float) -> Job:
    """Call ``show`` now and then, and when the job has ended."""
    loop = asyncio.get_running_loop()
    shown = loop.time()
    while job.state in GOING_ON:
        await asyncio.sleep(EVERY)
        job = await batches.one(caller, job.id)
        if loop.time() - shown >= every or job.state not in GOING_ON:
            shown = loop.time()
            show(job_line(batches, job) if every == LINES else job)
    return job


def job_line(batches: Batches, job: Job) -> str:
    """A job in a line."""
    counts = f"{job.done:,} done, {job.failed:,} failed, {job.waiting:,} waiting of {job.total:,}"
    pace = _pace(batches, job)
    return f"{job.id}  {job.kind}  {job.state}  {counts}{f'  {pace}' if pace else ''}"


def _pace(batches: Batches, job: Job) -> str:
    told = as_json(job, batches.archive.gateway.clock())
    if "rate" not in told:
        return ""
    left = told.get("secondsLeft")
    return f"{told['rate']:,.1f}/s" + (f" · {left // 60}:{left % 60:02d} left" if left is not None else "")
