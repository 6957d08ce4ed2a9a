"""What a trial costs in Optuna when the objective costs nothing. Prints one line of JSON.

`figures` runs this in a venv of its own; by hand: `optuna_overhead.py memory --trials 2000`.
The space is that of `benches/src/workload.rs`.
"""

import argparse
import json
import os
import platform
import resource
import tempfile
import time

import optuna


def suggest(trial):
    for i in range(6):
        x = trial.suggest_float(f"x{i}", 0.0, 1.0)
    for i in range(2):
        trial.suggest_float(f"l{i}", 1e-5, 1.0, log=True)
    trial.suggest_int("i", 1, 10)
    trial.suggest_categorical("c", ["a", "b", "c"])
    return x


def sleepy(trial):
    x = suggest(trial)
    time.sleep(0.01)
    return x


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["memory", "sqlite", "sleep"])
    parser.add_argument("--trials", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--folder", help="where the database goes")
    args = parser.parse_args()

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        url = f"sqlite:///{os.path.join(folder, 'optuna.db')}"
        storage = optuna.storages.RDBStorage(url) if args.what == "sqlite" else None
        sampler = optuna.samplers.RandomSampler(seed=0)
        study = optuna.create_study(storage=storage, sampler=sampler)
        objective = sleepy if args.what == "sleep" else suggest

        wall, cpu = time.perf_counter(), time.process_time()
        study.optimize(objective, n_trials=args.trials, n_jobs=args.jobs)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert len(study.trials) == args.trials

    print(
        json.dumps(
            {
                "trials": args.trials,
                "wall": wall,
                "cpu": cpu,
                "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                "optuna": optuna.__version__,
                "python": platform.python_version(),
            }
        )
    )


main()
