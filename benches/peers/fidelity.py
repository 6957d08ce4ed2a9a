#!/usr/bin/env python3
"""Runs every method that judges trials before they are whole, on every task with curves, in virtual time, and keeps each
run as a line: what is there is not run again.

    fidelity.py --out fidelity.jsonl --surrogates FOLDER --seeds 4 --workers 1,8 --methods tuning-auto,optuna-tpe-sha
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tuning_peers import runs  # noqa: E402
from tuning_peers.gradual import clock  # noqa: E402
from tuning_peers.gradual.methods import METHODS, SLOW, missing  # noqa: E402
from tuning_peers.gradual.task import Yardstick  # noqa: E402
from tuning_peers.gradual.tasks import all_tasks, chosen  # noqa: E402

_TASKS = None


def _task(name, surrogates):
    global _TASKS
    if _TASKS is None:
        _TASKS = all_tasks(surrogates)
    return _TASKS[name]


def one(task_name, method_name, seed, workers, noise, spread, whole, yard, surrogates):
    """One study, of the epochs of so many whole trials."""
    task = _task(task_name, surrogates)
    epochs = whole * task.epochs
    # Seeds mean nothing across methods. With the same seed a method would begin with the same points on every task of a
    # family, and seeds would be worth less than they seem.
    mixed = int.from_bytes(task_name.encode(), "little") % 99991 * 100 + seed
    method = METHODS[method_name](task.space, task.epochs, mixed, workers)
    began = time.perf_counter()
    try:
        found = clock.run(task, method, Yardstick(**yard), epochs, workers, spread, noise, seed)
    finally:
        if hasattr(method, "close"):
            method.close()
    return {
        "task": task_name, "method": method_name, "seed": seed, "workers": workers, "noise": noise, "spread": spread,
        "epochs": epochs, "used": found.used, "solved": found.solved, "trials": found.trials, "whole": found.whole,
        "seconds": round(time.perf_counter() - began, 3), "points": found.points,
    }  # fmt: skip


def yardstick(name, draws, surrogates):
    """What a task is measured by."""
    return vars(_task(name, surrogates).yardstick(draws))


def yardsticks(path, tasks, draws, processes, surrogates):
    """That of each task, from a file where it is known."""
    known = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in tasks if name not in known]
    if missing:
        print(f"{len(missing)} tasks are measured by random configurations", file=sys.stderr)
    with ProcessPoolExecutor(processes) as pool:
        found = {name: pool.submit(yardstick, name, draws, surrogates) for name in missing}
        for name, future in found.items():
            known[name] = future.result()
            path.write_text(json.dumps(known, indent=1))
    return known


def main():
    """The command line."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--out", required=True, help="the file of runs; it is continued")
    parse.add_argument("--seeds", type=int, default=8)
    parse.add_argument("--slow-seeds", type=int, default=2, help=f"seeds of {', '.join(sorted(SLOW)) or 'slow methods'}")
    parse.add_argument("--whole", type=int, default=30, help="a study has the epochs of so many whole trials")
    parse.add_argument("--slow-whole", type=int, default=10, help="the same of slow methods")
    parse.add_argument("--workers", default="1,8", help="numbers of workers, each for itself")
    parse.add_argument("--methods", help=f"of {', '.join(METHODS)}")
    parse.add_argument("--tasks", help="names, groups or tags (ten, others); a name with * at its end is a beginning")
    parse.add_argument("--half", choices=["tuned", "held-out"], help="only the tasks that were tuned on, or the others")
    parse.add_argument("--surrogates", help="the folder of the YAHPO surrogates")
    parse.add_argument("--noise", type=float, default=0.0, help="the spread of reported losses, as a share of them")
    parse.add_argument("--spread", type=float, default=0.0, help="sigma of the log-normal time that a trial's epoch takes")
    parse.add_argument("--draws", type=int, help="random configurations that a task is measured by, for a quick look")
    parse.add_argument("--jobs", type=int, default=os.cpu_count())
    parse.add_argument("--minutes", type=float, help="begin nothing new after this long")
    args = parse.parse_args()

    tasks = chosen(all_tasks(args.surrogates), args.half, args.tasks)
    methods = args.methods.split(",") if args.methods else list(METHODS)
    unknown = [m for m in methods if m not in METHODS]
    if unknown or not tasks:
        parse.error(f"there is no method {unknown}" if unknown else f"there is no task {args.tasks}")
    for name, package in [(m, missing(m)) for m in methods]:
        if package:
            print(f"WARNING: {name} is LEFT OUT: this environment has no {package}", file=sys.stderr)
    methods = [m for m in methods if not missing(m)]
    out = Path(args.out)
    yards = yardsticks(out.with_suffix(".yardsticks.json"), tasks, args.draws, args.jobs, args.surrogates)
    kind = ("task", "method", "seed", "workers", "noise", "spread")
    done = {tuple(run[key] for key in kind): run["epochs"] for run in runs.read(out)}
    jobs = []
    for seed in range(args.seeds):  # all methods with a seed before the next seed
        for workers in map(int, args.workers.split(",")):
            for task in tasks:
                for method in methods:
                    slow = method in SLOW
                    whole = min(args.whole, args.slow_whole) if slow else args.whole
                    job = (task, method, seed, workers, args.noise, args.spread)
                    there = done.get(job, 0) >= whole * tasks[task].epochs
                    if seed < (min(args.seeds, args.slow_seeds) if slow else args.seeds) and not there:
                        jobs.append((*job, whole, yards[task], args.surrogates))
    print(f"{len(jobs)} runs to go, {len(done)} are there", file=sys.stderr)
    runs.add(out, one, jobs, args.jobs, args.minutes)


if __name__ == "__main__":
    main()
