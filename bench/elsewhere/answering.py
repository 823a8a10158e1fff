"""The loop of a stack that is measured in an environment of its own: a line a question, a line an answer."""

import json
import sys
import time
from collections.abc import Awaitable, Callable


async def answer(run: Callable[[str, str], Awaitable[str]]) -> None:
    """Answer until there are no more questions: what ``run`` makes of a job and a document, microseconds of each
    further run within the seconds asked for, and processor time of one."""
    for line in sys.stdin:
        asked = json.loads(line)
        job, document = asked["job"], asked["document"]
        try:
            made = await run(job, document)
            times, cpu, end = [], time.process_time(), time.perf_counter() + asked["seconds"]
            while time.perf_counter() < end:
                start = time.perf_counter()
                await run(job, document)
                times.append((time.perf_counter() - start) * 1e6)
            used = (time.process_time() - cpu) * 1e6 / max(len(times), 1)
            said = {"output": made, "times": times, "cpu": used}
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}"[:500]}
        print(json.dumps(said), flush=True)
