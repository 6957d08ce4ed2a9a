"""What the runs come to: best so far, normalised regret, ranks, and whether a difference is more than noise."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy import stats

from .runs import read as lines


def read(path: str) -> dict:
    """The runs by (task, method, seed); of several the longest. A line that was cut off is left out."""
    runs = {}
    for run in lines(Path(path)):
        key = (run["task"], run["method"], run["seed"])
        if key not in runs or run["trials"] > runs[key]["trials"]:
            runs[key] = run
    return runs


def so_far(run: dict) -> np.ndarray:
    """The best value after each trial (infinite before the first). A noisy task counts what the chosen trial is worth in
    truth. A study that ended before its budget (an exhausted space) keeps its best."""
    best, at = math.inf, None
    curve = []
    truths = run.get("truths")
    for place, value in enumerate(run["values"]):
        if value is not None and value < best:
            best, at = value, place
        curve.append(math.inf if at is None else truths[at] if truths else best)
    curve += [curve[-1] if curve else math.inf] * (run["trials"] - len(curve))
    return np.array(curve)


class Scores:
    """All methods on all tasks at some budgets."""

    def __init__(self, runs: dict, tasks: dict, methods: list[str]):
        self.methods, self.tasks = methods, {}
        by = defaultdict(dict)
        for (task, method, seed), run in runs.items():
            if task in tasks:
                by[task].setdefault(method, {})[seed] = so_far(run)
        self.best = {}
        for name, task in tasks.items():
            if any(m not in by[name] for m in [*methods, "random"]):
                continue
            self.tasks[name] = task
            seen = min(float(c.min()) for curves in by[name].values() for c in curves.values())
            self.best[name] = seen if task.best is None else min(task.best, seen)
        self.curves = by

    def values(self, task: str, method: str, budget: int) -> np.ndarray:
        """The best value of each seed after `budget` trials; nothing where the runs were shorter."""
        curves = self.curves[task][method]
        return np.array([curves[s][budget - 1] for s in sorted(curves) if len(curves[s]) >= budget])

    def regret(self, task: str, method: str, budget: int) -> np.ndarray:
        """For each seed: 0 is the best known value, 1 the median of random search with the same budget; at most 2."""
        yard = np.median(self.values(task, "random", budget))
        scale = yard - self.best[task]
        values = self.values(task, method, budget)
        if not scale > 0:
            return np.zeros_like(values)
        return np.clip((values - self.best[task]) / scale, 0.0, 2.0)

    def measured(self, method: str, budget: int) -> bool:
        """Whether its runs are long enough."""
        return all(len(self.values(t, method, budget)) for t in self.tasks)

    def table(self, budget: int, tasks: list[str]) -> list[dict]:
        """A row a method: mean regret over tasks (each the mean of its seeds) with a bootstrap interval, mean rank over
        tasks and seeds, and seconds nowhere: those are told apart."""
        methods = [m for m in self.methods if self.measured(m, budget)]
        if not methods:
            return []  # no run is that long
        regret = {m: np.array([self.regret(t, m, budget).mean() for t in tasks]) for m in methods}
        ranks = self._ranks(methods, budget, tasks)
        rows = []
        for m in methods:
            low, high = _bootstrap(regret[m])
            rows.append({"method": m, "regret": regret[m].mean(), "low": low, "high": high, "rank": ranks[m], "by": regret[m]})
        return sorted(rows, key=lambda row: row["regret"])

    def _ranks(self, methods, budget, tasks) -> dict:
        """The mean rank of medians over seeds would hide spread: seeds are ranked one by one, ties share. Of a method with
        fewer seeds they come again."""
        total = defaultdict(list)
        for task in tasks:
            values = {m: self.values(task, m, budget) for m in methods}
            seeds = max(len(v) for v in values.values())
            matrix = np.array([np.resize(values[m], seeds) for m in methods])
            ranks = stats.rankdata(matrix, axis=0).mean(axis=1)
            for m, rank in zip(methods, ranks):
                total[m].append(rank)
        return {m: float(np.mean(r)) for m, r in total.items()}

    def duel(self, ours: str, theirs: str, budget: int, tasks: list[str]) -> tuple[int, int, int, float]:
        """Tasks won, tied and lost by mean regret, and the p of Wilcoxon's signed-rank test over tasks (one-sided)."""
        return duel(*([self.regret(t, m, budget).mean() for t in tasks] for m in (ours, theirs)))

    def worse_than_random(self, method: str, budget: int, p: float) -> list[str]:
        """The tasks on which a method's best values are larger than random search's, beyond what seeds explain: by the rank
        test of Mann and Whitney, one-sided, for each task by itself."""
        found = []
        for task in self.tasks:
            ours, random = self.values(task, method, budget), self.values(task, "random", budget)
            if len(ours) and len(random) and stats.mannwhitneyu(ours, random, alternative="greater").pvalue < p:
                found.append(task)
        return found


def duel(ours: list[float], theirs: list[float]) -> tuple[int, int, int, float]:
    """Tasks won, tied and lost, less being better, and the p of Wilcoxon's signed-rank test over tasks (one-sided)."""
    a, b = np.array(ours), np.array(theirs)
    tie = np.abs(a - b) < 1e-9
    won, lost = int(((a < b) & ~tie).sum()), int(((a > b) & ~tie).sum())
    p = 1.0 if tie.all() else float(stats.wilcoxon(a, b, alternative="less").pvalue)
    return won, int(tie.sum()), lost, p


def _bootstrap(values, draws=2000):
    draw = np.random.default_rng(0)
    means = draw.choice(values, (draws, len(values))).mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)
