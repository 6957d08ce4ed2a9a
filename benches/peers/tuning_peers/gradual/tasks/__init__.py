"""All tasks with curves by name. What cannot be had here is said loudly and left out."""

from __future__ import annotations

import sys

from ...task import of_half
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


def chosen(tasks: dict[str, GradualTask], half: str | None, names: str | None) -> dict[str, GradualTask]:
    """The tasks of one half, if one is named, that have one of these names, if there are any."""
    tasks = of_half(tasks, half)
    if names:
        tasks = {n: t for n, t in tasks.items() if any(t.called(name) for name in names.split(","))}
    return tasks
