"""A file of runs, a line of JSON each, that grows as they are done in several processes and that a later call continues."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path


def read(path: Path) -> Iterator[dict]:
    """The runs that are there. A line that was cut off when its process was killed is left out."""
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue


def add(path: Path, one: Callable[..., dict], jobs: list[tuple], processes: int, minutes: float | None):
    """Appends `one(*job)` for each job. A job that fails is told and left out: the next call tries it again. Nothing new
    begins after so many minutes."""
    began, broken, count = time.time(), 0, 0
    with ProcessPoolExecutor(processes) as pool, path.open("a") as file:
        waiting, queue = {}, iter(jobs)

        def refill():
            while len(waiting) < 2 * processes:
                if minutes and time.time() - began > 60 * minutes:
                    return
                job = next(queue, None)
                if job is None:
                    return
                waiting[pool.submit(one, *job)] = job

        refill()
        while waiting:
            future = next(as_completed(waiting))
            job = waiting.pop(future)
            try:
                file.write(json.dumps(future.result()) + "\n")
                file.flush()
            except Exception as error:  # a peer that fails on a task is told, not hidden
                broken += 1
                print(f"WARNING: {job[1]} on {job[0]}, seed {job[2]}: {type(error).__name__}: {error}", file=sys.stderr)
            count += 1
            if count % 50 == 0:
                print(f"{count} of {len(jobs)} runs, {time.time() - began:.0f} s", file=sys.stderr)
            refill()
    print(f"{count} runs in {time.time() - began:.0f} s, {broken} failed", file=sys.stderr)
