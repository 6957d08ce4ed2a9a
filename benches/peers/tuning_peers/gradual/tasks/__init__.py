"""All tasks with curves by name. What cannot be had here is said loudly and left out."""

from __future__ import annotations

import sys

from ..task import GradualTask
from . import networks, trainings


def all_tasks(surrogate_folder: str | None) -> dict[str, GradualTask]:
    """Every task that can be had here."""
    tasks: dict[str, GradualTask] = {}
    if surrogate_folder:
        tasks |= {task.name: task for task in networks.tasks(surrogate_folder)}
    else:
        print("WARNING: the LCBench surrogates are LEFT OUT: name their folder by --surrogates", file=sys.stderr)
    try:
        tasks |= {task.name: task for task in trainings.tasks()}
    except ImportError as error:
        print(f"WARNING: the trainings are LEFT OUT: {error}", file=sys.stderr)
    return tasks
