#!/usr/bin/env python3
"""Objectives that go wrong in a part of their space: the share of trials in that part, a table (Markdown).

    TUNE=target/release/tune wrong_regions.py --seeds 5 --trials 100
"""

from __future__ import annotations

import argparse
import math
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tuning_peers.drive import drive  # noqa: E402
from tuning_peers.markdown import table  # noqa: E402
from tuning_peers.methods import METHODS as ALL  # noqa: E402
from tuning_peers.methods.ours import Ours  # noqa: E402
from tuning_peers.space import choice, integer, real  # noqa: E402

import numpy as np  # noqa: E402, after `tuning_peers`, which gives it one thread

METHODS = {
    **{name: ALL[name] for name in ("random", "tuning-auto", "tuning-gp", "tuning-tpe", "tuning-cmaes")},
    "tuning-de": partial(Ours, "de"),
    "tuning-regularised_evolution": partial(Ours, "regularised_evolution"),
    **{name: ALL[name] for name in ("optuna-tpe", "rustuna-tpe")},
}
SPACE = [real("x", 0, 1), real("y", 0, 1), integer("n", 1, 20), choice("kind", ["a", "b", "c"])]


def bowl(p) -> float:
    """What is to be minimised where nothing is wrong: best at x 0.3, y 0.7, n 6, kind b."""
    return (p["x"] - 0.3) ** 2 + (p["y"] - 0.7) ** 2 + ((p["n"] - 6) / 20) ** 2 + (0.0 if p["kind"] == "b" else 0.1)


def _coarse(p) -> float:
    return round(3 * bowl(p)) / 3


# Its name, where it is bad, and its value.
OBJECTIVES = [
    ("NaN in half of the space", lambda p: p["x"] > 0.5, lambda p: math.nan if p["x"] > 0.5 else bowl(p)),
    ("fails for one of three choices", lambda p: p["kind"] == "c", lambda p: math.nan if p["kind"] == "c" else bowl(p)),
    ("1e308 in half of the space", lambda p: p["x"] > 0.5, lambda p: 1e308 if p["x"] > 0.5 else bowl(p)),
    ("scaled by 1e300 (bad: the worst 30 % of a float)", lambda p: p["x"] > 0.7, lambda p: 1e300 * bowl(p)),
    ("tied on a coarse grid (bad: over 0.6)", lambda p: _coarse(p) > 0.6, _coarse),
    ("constant (no region is bad: half of the space)", lambda p: p["x"] > 0.5, lambda _: 1.0),
]


def share(make, bad, objective, trials, seed) -> float:
    """How many of the trials are in the bad part."""
    method = make(SPACE, trials, seed)
    return sum(bad(params) for params, _ in drive(method, trials, lambda p: (objective(p),))) / trials


def main():
    """The command line."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--seeds", type=int, default=5)
    parse.add_argument("--trials", type=int, default=100)
    parse.add_argument("--methods", default=",".join(METHODS), help=f"of {', '.join(METHODS)}")
    args = parse.parse_args()
    methods = args.methods.split(",")
    rows = []
    for name, bad, objective in OBJECTIVES:
        cells = []
        for method in methods:
            try:
                shares = [share(METHODS[method], bad, objective, args.trials, seed) for seed in range(args.seeds)]
                cells.append(f"{np.mean(shares):.2f}")
            except Exception as error:  # a peer that breaks is told, not hidden
                print(f"WARNING: {method}, {name}: {type(error).__name__}: {error}", file=sys.stderr)
                cells.append("breaks")
        rows.append([name, *cells])
    print("\n".join(table(["objective", *methods], rows)))


if __name__ == "__main__":
    main()
