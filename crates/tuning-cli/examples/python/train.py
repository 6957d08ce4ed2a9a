"""Trains a small network on two spirals: a script to tune that needs nothing but Python's standard library.

As a program (see study.yaml):  python3 train.py --rate 0.1 --hidden 6 --activation tanh
As a function (see tune_it.py): train({"rate": 0.1, "hidden": 6, "activation": "tanh"}, seed=0)
"""

import argparse
import json
import math
import os
import random

EPOCHS = 8


def spirals(n=60):
    """Points of two spirals and which of them each belongs to: the same in every trial."""
    points = []
    for k in range(n):
        angle = 0.4 + 3.0 * k / n
        for side in (0, 1):
            turn = angle + math.pi * side
            points.append(((angle * math.cos(turn), angle * math.sin(turn)), side))
    return points


def train(params, seed=0, report=lambda epoch, loss: True):
    """Returns the loss after the last epoch; ends early if `report` returns False."""
    chance = random.Random(seed)
    hidden, rate, momentum = params["hidden"], params["rate"], params.get("momentum", 0.0)
    act = {"tanh": math.tanh, "relu": lambda z: max(z, 0.0)}[params["activation"]]
    slope = {"tanh": lambda a: 1 - a * a, "relu": lambda a: float(a > 0)}[params["activation"]]
    weights = [chance.gauss(0.0, 0.7) for _ in range(4 * hidden + 1)]
    speed = [0.0] * len(weights)
    data = spirals()
    loss = math.inf
    for epoch in range(1, EPOCHS + 1):
        chance.shuffle(data)
        total = 0.0
        for (x, y), side in data:
            units = [act(weights[4 * h] * x + weights[4 * h + 1] * y + weights[4 * h + 2]) for h in range(hidden)]
            z = weights[-1] + sum(weights[4 * h + 3] * units[h] for h in range(hidden))
            p = 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
            total -= math.log(max(p if side else 1 - p, 1e-12))
            error = p - side
            gradient = []
            for h in range(hidden):
                back = error * weights[4 * h + 3] * slope(units[h])
                gradient += [back * x, back * y, back, error * units[h]]
            for k, g in enumerate([*gradient, error]):
                speed[k] = momentum * speed[k] - rate * g
                weights[k] += speed[k]
        loss = total / len(data)
        if not report(epoch, loss):
            break
    return loss


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rate", type=float, required=True)
    arguments.add_argument("--hidden", type=int, required=True)
    arguments.add_argument("--activation", required=True)
    arguments.add_argument("--momentum", type=float, default=0.0)
    seed = int(os.environ.get("TUNE_SEED", 0))

    def report(epoch, loss):
        print(json.dumps({"epoch": epoch, "loss": loss}), flush=True)
        return True

    print(json.dumps({"loss": train(vars(arguments.parse_args()), seed, report)}))
