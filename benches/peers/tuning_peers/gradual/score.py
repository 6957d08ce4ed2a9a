"""What runs with curves come to: the regret after some whole trials' worth of epochs, and how soon a loss is reached."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from .task import FLOOR, GradualTask, Yardstick

MARKS = (3, 6, 10, 20, 30)  # whole trials


def loss(run: dict, epochs: float) -> float:
    """The best loss after so many epochs in all; infinite before the first."""
    return min((value for used, value in run["points"] if used <= epochs), default=math.inf)


def reached(run: dict, goal: float) -> float:
    """After how many epochs the best loss was no more than this; infinite if never."""
    return min((used for used, value in run["points"] if value <= goal), default=math.inf)


class GradualScores:
    """All runs with the same number of workers, noise and spread of paces."""

    def __init__(self, runs: list[dict], tasks: dict[str, GradualTask], yards: dict[str, Yardstick]):
        self._runs = defaultdict(list)
        least = defaultdict(lambda: math.inf)
        longest = {}
        for run in sorted(runs, key=lambda run: run["epochs"]):
            longest[run["task"], run["method"], run["seed"]] = run
        for run in sorted(longest.values(), key=lambda run: run["seed"]):
            if run["task"] in tasks and run["task"] in yards:
                self._runs[run["task"], run["method"]].append(run)
                least[run["task"]] = min([least[run["task"]], *(value for _, value in run["points"])])
        self.tasks = {name: task for name, task in tasks.items() if any(name == task for task, _ in self._runs)}
        self._yards = {}
        for name, task in self.tasks.items():
            yard = yards[name]
            # Where a yardstick's best is not as good as any, what anybody found is the best.
            best = yard.best if task.settled else min(yard.best, least[name])
            self._yards[name] = Yardstick(best, yard.scale + yard.best - best)

    def runs(self, task: str, method: str) -> list[dict]:
        """The runs of a method on a task, by seed."""
        return self._runs.get((task, method), [])

    def has(self, method: str, tasks: list[str], mark: float = 0.0) -> list[str]:
        """Those of the tasks on which the method has run, for the epochs of so many whole trials."""
        return [task for task in tasks if self._long(task, method, mark * self.tasks[task].epochs)]

    def _long(self, task, method, epochs) -> list[dict]:
        return [run for run in self.runs(task, method) if run["epochs"] >= epochs]

    def regrets(self, task: str, method: str, mark: float) -> np.ndarray:
        """For each seed whose run was that long the common logarithm of the regret after as many epochs as `mark` whole trials take: 0 is the median
        best of ten random whole trials, the floor a thousandth of that."""
        yard, epochs = self._yards[task], mark * self.tasks[task].epochs
        parts = [(loss(run, epochs) - yard.best) / yard.scale for run in self._long(task, method, epochs)]
        return np.log10(np.maximum(parts, FLOOR))

    def epochs_to(self, task: str, method: str, goal: float) -> float:
        """After how many epochs the median run has reached the loss, as a share of a whole trial's; a run that never did
        counts with all that it had."""
        goal = max(goal, self._yards[task].floor)
        took = [min(reached(run, goal), run["epochs"]) for run in self.runs(task, method)]
        return float(np.median(took)) / self.tasks[task].epochs

    def median_loss(self, task: str, method: str, mark: float) -> float:
        """The median over seeds of the best loss after so many whole trials' epochs."""
        return float(np.median([loss(run, mark * self.tasks[task].epochs) for run in self.runs(task, method)]))
