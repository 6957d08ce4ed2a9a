"""All tasks by name. What cannot be had (no tables, no surrogates) is said loudly and left out."""

from __future__ import annotations

import sys

from ..task import Task
from . import mixed, surrogates, synthetic, tables

# For a look within minutes: some of every kind.
QUICK_TASKS = ["branin", "hartmann6", "ellipsoid8r", "rastrigin5", "ackley10", "mixed-int5", "classifier", "optimizer"]
QUICK_TASKS += ["crashes", "train-ridge", "hpobench-vehicle", "nb201-cifar100"]


def all_tasks(surrogate_folder: str | None) -> dict[str, Task]:
    """Every task that can be had here."""
    tasks: dict[str, Task] = {}
    for make in (synthetic.tasks, mixed.tasks, tables.tasks):
        try:
            found = make()
        except (ImportError, OSError) as error:
            print(f"WARNING: the tasks of {make.__module__} are LEFT OUT: {error}", file=sys.stderr)
            continue
        tasks |= {task.name: task for task in found}
    if surrogate_folder:
        tasks |= {task.name: task for task in surrogates.tasks(surrogate_folder)}
    else:
        print("WARNING: the YAHPO surrogates are LEFT OUT: name their folder by --surrogates", file=sys.stderr)
    return tasks
