"""Seconds that a TPE of a peer takes for this many trials of ten mixed parameters. Prints one line of JSON.

`figures` runs this in a venv of its own; by hand: `tpe_overhead.py rustuna --trials 1000`.
The space and the objective are those of `benches/src/figures/models.rs`.
"""

import argparse
import json
import math
import time


def value(trial):
    loss = 0.0
    for i in range(6):
        loss += (trial.suggest_float(f"x{i}", 0.0, 1.0) - 0.3) ** 2
    for i in range(2):
        loss += (math.log10(trial.suggest_float(f"l{i}", 1e-5, 1.0, log=True)) + 3.0) ** 2 / 25.0
    loss += (trial.suggest_int("i", 1, 10) - 7) ** 2 / 100.0
    return loss + {"a": 0.0, "b": 0.1, "c": 0.2}[trial.suggest_categorical("c", ["a", "b", "c"])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["optuna", "rustuna"])
    parser.add_argument("--trials", type=int, required=True)
    args = parser.parse_args()

    if args.peer == "optuna":
        import optuna as peer

        peer.logging.set_verbosity(peer.logging.ERROR)
        sampler = peer.samplers.TPESampler(seed=0, multivariate=True)
    else:
        import rustuna as peer

        sampler = peer.samplers.TPESampler(seed=0, multivariate=True)
    study = peer.create_study(sampler=sampler)
    began = time.perf_counter()
    for _ in range(args.trials):
        trial = study.ask()
        study.tell(trial.number, value(trial))
    print(json.dumps({"seconds": time.perf_counter() - began}))


main()
