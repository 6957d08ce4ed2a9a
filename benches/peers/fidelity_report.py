#!/usr/bin/env python3
"""Writes the tables (Markdown) of what `fidelity.py` has measured.

    fidelity_report.py --runs fidelity.jsonl --surrogates FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).parent))

from tuning_peers import runs  # noqa: E402
from tuning_peers.gradual.methods import DEFAULT, FULL_BUDGET, METHODS  # noqa: E402
from tuning_peers.gradual.score import MARKS, GradualScores  # noqa: E402
from tuning_peers.gradual.task import Yardstick  # noqa: E402
from tuning_peers.gradual.tasks import all_tasks, chosen  # noqa: E402
from tuning_peers.markdown import table  # noqa: E402
from tuning_peers.score import duel  # noqa: E402
from tuning_peers.versions import installed  # noqa: E402

SOONER = 20  # whole trials of the full-budget default, and how soon others get where it is then
PACKAGES = ("optuna", "syne-tune", "hpbandster", "ray", "numpy", "onnxruntime")


def main():
    """The command line."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--runs", required=True)
    parse.add_argument("--surrogates")
    parse.add_argument("--methods")
    parse.add_argument("--tasks", help="names, groups or tags; a name with * at its end is a beginning")
    parse.add_argument("--half", choices=["tuned", "held-out"], help="nothing of the other half is even read")
    parse.add_argument("--ours", default=DEFAULT, help="the method that duels with all others")
    parse.add_argument("--by-task", action="store_true", help="a table of all tasks, too")
    parse.add_argument("--out", help="a file; without it the tables go to standard output")
    args = parse.parse_args()
    tasks = chosen(all_tasks(args.surrogates), args.half, args.tasks)
    known = json.loads(Path(args.runs).with_suffix(".yardsticks.json").read_text())
    yards = {name: Yardstick(**yard) for name, yard in known.items()}
    kinds = {}
    for run in runs.read(Path(args.runs)):
        if run["task"] in tasks:
            kinds.setdefault((run["noise"], run["spread"], run["workers"]), []).append(run)
    versions = installed(PACKAGES)
    lines = [f"{date.today()}; {versions}.", ""]
    for kind, found in sorted(kinds.items()):
        there = {run["method"] for run in found}
        methods = [m for m in (args.methods.split(",") if args.methods else METHODS) if m in there]
        lines += _kind(kind, GradualScores(found, tasks, yards), methods, args)
    text = "\n".join(lines)
    if args.out:
        Path(args.out).write_text(text + "\n")
    print(text)


def _kind(kind, scores, methods, args):
    noise, spread, workers = kind
    under = f"{workers} worker{'s' if workers > 1 else ''}"
    under += f", noise {noise:g}" * (noise > 0) + f", paces that spread by {spread:g}" * (spread > 0)
    lines = []
    for title, names in sections(scores.tasks).items():
        lines += [f"### {title}, {under} ({len(names)} tasks)", "", *_table(scores, methods, names), ""]
        lines += [*_duels(scores, methods, names, args.ours), ""]
        if sooner := _sooner(scores, methods, names):
            lines += [*sooner, ""]
    if args.by_task:
        lines += [f"### Each task, {under}", "", *_by_task(scores, methods), ""]
    return lines


def sections(tasks) -> dict[str, list[str]]:
    """Groups of tasks that are told apart: a kind of task, what is held out of it, and what has a tag."""
    found = {}
    for group in dict.fromkeys(t.group for t in tasks.values()):
        mine = {n: t for n, t in tasks.items() if t.group == group}
        found[group] = list(mine)
        for tag in dict.fromkeys(tag for t in mine.values() for tag in t.tags):
            found[f"{group}, {tag}"] = [n for n, t in mine.items() if tag in t.tags]
        found[f"{group}, held out"] = [n for n, t in mine.items() if t.held_out]
    distinct = {}
    for title, names in found.items():
        if names and names not in distinct.values():
            distinct[title] = names
    return distinct


def _table(scores, methods, names):
    """Means, standard errors and medians over tasks and seeds; methods that lack a task would not be comparable."""
    rows, lacking = [], []
    for m in methods:
        if len(scores.has(m, names)) < len(names):
            lacking.append(f"{m} ({len(scores.has(m, names))} tasks)")
            continue
        cells = []
        for mark in MARKS:
            if len(scores.has(m, names, mark)) < len(names):
                cells.append("")
                continue
            each = np.concatenate([scores.regrets(n, m, mark) for n in names])
            error = each.std(ddof=1) / len(each) ** 0.5 if len(each) > 1 else 0.0
            cells.append(f"{each.mean():.2f} ± {error:.2f} ({np.median(each):.2f})")
        seeds = [len(scores.runs(n, m)) for n in names]
        seconds = np.mean([run["seconds"] for n in names for run in scores.runs(n, m)])
        rows.append([m, *cells, f"{min(seeds)}" + f"–{max(seeds)}" * (max(seeds) > min(seeds)), f"{seconds:.1f}"])
    lines = table(["method", *(f"@{mark}" for mark in MARKS), "seeds", "s a study"], rows)
    return [*lines, "", f"Not on all of them: {', '.join(lacking)}."] if lacking else lines


def _duels(scores, methods, names, ours):
    if ours not in methods:
        return [f"{ours} has not run."]
    rows = []
    for m in methods:
        if m == ours:
            continue
        cells = []
        for mark in MARKS:
            both = scores.has(ours, scores.has(m, names, mark), mark)
            if not both:
                cells.append("")
                continue
            means = [[scores.regrets(n, who, mark).mean() for n in both] for who in (ours, m)]
            won, tied, lost, p = duel(*means)
            cells.append(f"{won}/{tied}/{lost}, {np.mean(means[0]) - np.mean(means[1]):+.2f}, p={p:.2g}")
        rows.append([m, *cells])
    return table([f"{ours} against", *(f"won/tied/lost, difference @{mark}" for mark in MARKS)], rows)


def _sooner(scores, methods, names):
    """How soon a method has what the full-budget default has after `SOONER` whole trials."""
    names = scores.has(FULL_BUDGET, names)
    if not names:
        return []
    goals = {n: scores.median_loss(n, FULL_BUDGET, SOONER) for n in names}
    own = {n: min(scores.epochs_to(n, FULL_BUDGET, goals[n]), SOONER) for n in names}
    rows = []
    for m in methods:
        if len(scores.has(m, names, SOONER)) < len(names):
            continue
        took = {n: scores.epochs_to(n, m, goals[n]) for n in names}
        never = sum(took[n] >= scores.runs(n, m)[0]["epochs"] / scores.tasks[n].epochs for n in names)
        of_twenty = stats.gmean([took[n] / SOONER for n in names])
        of_own = stats.gmean([took[n] / own[n] for n in names])
        rows.append([m, f"{of_twenty:.3f}", f"{of_own:.3f}", f"{never} of {len(names)}"])
    head = [f"to reach what {FULL_BUDGET} has @{SOONER}", f"epochs, of {SOONER} whole trials", "of those it took itself"]
    return table([*head, "never in the median"], rows)


def _by_task(scores, methods):
    rows = []
    for n, task in scores.tasks.items():
        for m in methods:
            if scores.runs(n, m):
                half = "held out" if task.held_out else "tuned on"
                rows.append([n, half, m, *(f"{scores.regrets(n, m, mark).mean():.2f}" for mark in MARKS)])
    return table(["task", "half", "method", *(f"@{mark}" for mark in MARKS)], rows)


if __name__ == "__main__":
    main()
