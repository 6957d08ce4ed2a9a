#!/usr/bin/env python3
"""Two objectives: how much of the best front's hypervolume is found. Prints a table (Markdown) for each task.

    TUNE=target/release/tune fronts.py --seeds 5 --trials 200
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tuning_peers.drive import drive  # noqa: E402
from tuning_peers.markdown import table  # noqa: E402
from tuning_peers.methods.optuna_study import OptunaStudy  # noqa: E402
from tuning_peers.methods.ours import Ours  # noqa: E402
from tuning_peers.methods.plain import Random  # noqa: E402
from tuning_peers.space import choice, integer, real  # noqa: E402

import numpy as np  # noqa: E402, after `tuning_peers`, which gives it one thread

BUDGETS = (50, 100, 200)
OBJECTIVES = ("first", "second")
METHODS = {
    "tuning-auto": partial(Ours, "auto"),
    "tuning-gp": partial(Ours, "gp"),
    "tuning-tpe": partial(Ours, "tpe"),
    "tuning-nsga2": partial(Ours, "nsga2"),
    "optuna-tpe": partial(OptunaStudy, "tpe"),
    "optuna-nsga2": partial(OptunaStudy, "nsga2"),
    "optuna-gp": partial(OptunaStudy, "gp"),
    "random": lambda space, trials, seed, objectives: Random(space, trials, seed),
}


def zdt(bend):
    """ZDT1 (bend 0.5) and ZDT2 (bend 2) of Zitzler, Deb & Thiele 2000, in six parameters; the best front has zeros but for
    the first of them."""
    space = [real(f"x{i}", 0, 1) for i in range(6)]

    def f(p):
        first, *rest = (p[q.name] for q in space)
        g = 1 + 9 * np.mean(rest)
        return first, g * (1 - (first / g) ** bend)

    return space, f, (1.1, 6.0)


def bowls():
    """Two bowls of five parameters, away from the centre and of different widths: the front is a curve between them."""
    space = [real(f"x{i}", -2, 3) for i in range(5)]
    one, two, width = np.array([-0.9, 0.4, 1.7, 1.1, 2.2]), np.array([1.4, 1.1, -0.3, 2.6, 0.2]), np.array([1, 3, 0.5, 2, 0.2])

    def f(p):
        x = np.array([p[q.name] for q in space])
        return float((width * (x - one) ** 2).sum()), float(((x - two) ** 2).sum())

    return space, f, (25.0, 25.0)


def model_and_cost():
    """What everybody has: an error and what it costs, over mixed and conditional parameters."""
    space = [
        real("lr", 1e-5, 1.0, log=True),
        choice("optimizer", ["sgd", "adam"]),
        real("momentum", 0.0, 0.99, when=("optimizer", ("sgd",))),
        integer("layers", 1, 12),
        integer("width", 8, 1024, log=True),
    ]

    def f(p):
        size = p["layers"] * p["width"] ** 1.2
        good = -3.1 if p["optimizer"] == "adam" else -1.3 - 0.8 * np.log10(1 / (1 - p["momentum"]))
        error = 0.05 + 0.03 * (np.log10(p["lr"]) - good) ** 2 + 0.6 * size**-0.25 + 0.0015 * (p["layers"] - 5) ** 2
        return float(error), float(np.log10(size * (1.3 if p["optimizer"] == "adam" else 1.0)))

    return space, f, (1.0, 4.5)


TASKS = {"zdt1": zdt(0.5), "zdt2": zdt(2.0), "bowls": bowls(), "model-and-cost": model_and_cost()}


def hypervolume(points, reference) -> float:
    """The area that the points dominate, up to the reference point."""
    area, lowest = 0.0, reference[1]
    for first, second in sorted(p for p in points if p[0] < reference[0]):
        if second < lowest:
            area += (reference[0] - first) * (lowest - second)
            lowest = second
    return area


def main():
    """The command line."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--seeds", type=int, default=5)
    parse.add_argument("--trials", type=int, default=200)
    parse.add_argument("--methods", default=",".join(m for m in METHODS if m != "optuna-gp"), help=f"of {', '.join(METHODS)}")
    parse.add_argument("--tasks", default=",".join(TASKS))
    args = parse.parse_args()
    budgets = [b for b in BUDGETS if b <= args.trials]
    for task in args.tasks.split(","):
        space, f, reference = TASKS[task]
        found = {}
        for method in args.methods.split(","):
            for seed in range(args.seeds):
                made = METHODS[method](space, args.trials, seed, objectives=OBJECTIVES)
                points = [values for _, values in drive(made, args.trials, f)]
                found.setdefault(method, []).append([hypervolume(points[:b], reference) for b in budgets])
        best = max(run[-1] for runs in found.values() for run in runs)
        print(f"\n{task}; hypervolume as a share of the largest that was found, median (least–most) of {args.seeds} seeds\n")
        rows = []
        for method, runs in found.items():
            shares = np.array(runs) / best
            rows.append([method, *(f"{np.median(c):.3f} ({c.min():.3f}–{c.max():.3f})" for c in shares.T)])
        print("\n".join(table(["method"] + [f"after {b} trials" for b in budgets], rows)), flush=True)


if __name__ == "__main__":
    main()
