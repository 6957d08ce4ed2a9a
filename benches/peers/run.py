#!/usr/bin/env python3
"""Runs every method on every task with every seed, and keeps each run as a line: what is there is not run again.

    run.py --out runs.jsonl --seeds 20 --trials 200 --surrogates FOLDER --methods optuna-tpe,tuning-auto
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tuning_peers import runs  # noqa: E402
from tuning_peers.methods import METHODS, QUICK_METHODS, SLOW  # noqa: E402
from tuning_peers.task import of_half  # noqa: E402
from tuning_peers.tasks import QUICK_TASKS, all_tasks  # noqa: E402

_TASKS = None


def one(task_name, method_name, seed, trials, surrogates):
    """One study: its values in their order, and the seconds that the method took for each trial."""
    global _TASKS
    if _TASKS is None:
        _TASKS = all_tasks(surrogates)
    task = _TASKS[task_name]
    draw = random.Random(f"{task_name} {seed}")
    # Seeds mean nothing across methods; what is drawn for noise is the same for all.
    method = METHODS[method_name](task.space, trials, seed)
    values, truths, seconds = [], [], []
    for _ in range(trials):
        began = time.perf_counter()
        params = method.ask()
        took = time.perf_counter() - began
        if params is None:
            break
        value = task.objective(params, draw)
        began = time.perf_counter()
        method.tell(value)
        seconds.append(round(took + time.perf_counter() - began, 7))
        values.append(value if math.isfinite(value) else None)
        if task.truth:
            truths.append(task.truth(params))
    if hasattr(method, "close"):
        method.close()
    seconds.sort()
    run = {"task": task_name, "method": method_name, "seed": seed, "trials": trials, "values": values}
    if truths:
        run["truths"] = truths
    if seconds:
        run["p50"], run["p99"] = seconds[len(seconds) // 2], seconds[min(len(seconds) - 1, int(len(seconds) * 0.99))]
        run["seconds"] = round(sum(seconds), 6)
    return run


def main():
    """The command line."""
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--out", required=True, help="the file of runs; it is continued")
    parse.add_argument("--seeds", type=int, default=20)
    parse.add_argument("--trials", type=int, default=200)
    parse.add_argument("--slow-seeds", type=int, default=5, help="seeds of methods that take over 0.1 s a trial")
    parse.add_argument("--slow-trials", type=int, default=100)
    parse.add_argument("--methods", help=f"of {', '.join(METHODS)}")
    parse.add_argument("--tasks", help="names or groups; a name with * at its end is a beginning")
    parse.add_argument("--half", choices=["tuned", "held-out"], help="only the tasks that were tuned on, or the others")
    parse.add_argument("--surrogates", help="the folder of the YAHPO surrogates")
    parse.add_argument("--jobs", type=int, default=os.cpu_count())
    parse.add_argument("--minutes", type=float, help="begin nothing new after this long")
    parse.add_argument("--quick", action="store_true", help="a part of the tasks and peers, within ten minutes on two cores")
    args = parse.parse_args()
    if args.quick:
        args.seeds, args.trials, args.minutes = min(args.seeds, 3), min(args.trials, 100), 8
        args.methods = args.methods or ",".join(QUICK_METHODS)
        args.tasks = args.tasks or ",".join(QUICK_TASKS)

    tasks = all_tasks(args.surrogates)
    tasks = of_half(tasks, args.half)
    if args.tasks:
        wanted = args.tasks.split(",")
        hit = lambda t: any(w in (t.name, t.group) or (w[-1] == "*" and t.name.startswith(w[:-1])) for w in wanted)  # noqa: E731
        tasks = {n: t for n, t in tasks.items() if hit(t)}
    methods = args.methods.split(",") if args.methods else list(METHODS)
    unknown = [m for m in methods if m not in METHODS]
    if unknown or not tasks:
        parse.error(f"there is no method {unknown}" if unknown else f"there is no task {args.tasks}")
    out = Path(args.out)
    done = {(run["task"], run["method"], run["seed"], run["trials"]) for run in runs.read(out)}
    jobs = []
    for seed in range(max(args.seeds, args.slow_seeds)):  # all methods with a seed before the next seed
        for task in tasks:
            for method in methods:
                slow = method in SLOW
                trials = min(args.trials, args.slow_trials) if slow else args.trials
                if seed < (min(args.seeds, args.slow_seeds) if slow else args.seeds):
                    if (task, method, seed, trials) not in done:
                        jobs.append((task, method, seed, trials, args.surrogates))
    print(f"{len(jobs)} runs to go, {len(done)} are there", file=sys.stderr)
    runs.add(out, one, jobs, args.jobs, args.minutes)


if __name__ == "__main__":
    main()
