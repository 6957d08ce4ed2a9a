"""Small real trainings on data that scikit-learn ships, with an epoch in milliseconds. Their curves cross, step and turn up
again, as those of surrogates do not. Each is the same whenever it is run with the same parameters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...space import choice, integer, real
from ..task import GradualTask

_HELD: dict = {}


def tasks() -> list[GradualTask]:
    """A network, a linear classifier, boosted trees, and a factorisation of a matrix."""
    from sklearn import datasets  # noqa: F401  (told at once if it is not installed)

    return [_network(), _linear(), _boosting(), _factors()]


def _data(name):
    """Training and validation rows, standardised, in an order of their own."""
    if name not in _HELD:
        from sklearn import datasets

        x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        order = np.random.default_rng(20261129).permutation(len(x))
        x, y = x[order], y[order]
        half = len(x) // 2
        middle, width = x[:half].mean(axis=0), x[:half].std(axis=0) + 1e-9
        x = (x - middle) / width
        _HELD[name] = x[:half], y[:half], x[half:], y[half:]
    return _HELD[name]


def _batches(draw, rows, size):
    order = draw.permutation(rows)
    return [order[i : i + size] for i in range(0, rows, size)]


def _rate(schedule, part):
    """The share of the first learning rate at this part of the whole training."""
    match schedule:
        case "constant":
            return 1.0
        case "cosine":
            return 0.5 * (1 + np.cos(np.pi * part))
        case "steps":
            return 0.1 ** int(3 * part)
    raise ValueError(schedule)


def _network() -> GradualTask:
    """A network of one hidden layer on digits, by stochastic gradient descent with momentum. The loss is the share of wrong
    answers, so it has steps; what a falling learning rate is worth is seen late, so curves cross."""
    epochs = 40
    space = [
        real("lr", 1e-3, 3.0, log=True),
        real("momentum", 0.0, 0.99),
        integer("batch", 16, 256, log=True),
        integer("width", 4, 64, log=True),
        real("decay", 1e-6, 1e-1, log=True),
        real("dropout", 0.0, 0.8),
        choice("activation", ["tanh", "relu"]),
        choice("schedule", ["constant", "cosine", "steps"]),
    ]

    def curve(p) -> Iterator[float]:
        x, y, vx, vy = _data("digits")
        draw = np.random.default_rng(7)
        goal = np.eye(10)[y]
        w = draw.normal(size=(x.shape[1], p["width"])) / x.shape[1] ** 0.5
        v = draw.normal(size=(p["width"], 10)) / p["width"] ** 0.5
        b, c = np.zeros(p["width"]), np.zeros(10)
        held, moves = [w, v, b, c], [np.zeros_like(w), np.zeros_like(v), np.zeros_like(b), np.zeros_like(c)]
        relu, keep = p["activation"] == "relu", 1 - p["dropout"]
        act = (lambda t: np.maximum(t, 0)) if relu else np.tanh
        for epoch in range(epochs):
            lr = p["lr"] * _rate(p["schedule"], epoch / epochs)
            with np.errstate(all="ignore"):
                for rows in _batches(draw, len(x), p["batch"]):
                    mask = (draw.random(p["width"]) < keep) / keep
                    h = act(x[rows] @ w + b)
                    slope = (h > 0) * mask if relu else (1 - h * h) * mask
                    h = h * mask
                    e = (_softmax(h @ v + c) - goal[rows]) / len(rows)
                    back = (e @ v.T) * slope
                    slopes = [x[rows].T @ back + p["decay"] * w, h.T @ e + p["decay"] * v, back.sum(axis=0), e.sum(axis=0)]
                    for one, move, by in zip(held, moves, slopes):
                        move *= p["momentum"]
                        move -= lr * by
                        one += move
                wrong = np.argmax(act(vx @ w + b) @ v + c, axis=1) != vy
            yield float(wrong.mean())

    return GradualTask("train-network", "training", space, epochs, curve)


def _softmax(t):
    t = np.exp(t - t.max(axis=1, keepdims=True))
    return t / t.sum(axis=1, keepdims=True)


def _linear() -> GradualTask:
    """A linear classifier of tumours by stochastic gradient descent. The loss is the cross-entropy, which turns up again where
    weights grow without end; rates that are too large jump about."""
    epochs = 27
    space = [
        real("lr", 1e-5, 10.0, log=True),
        choice("fall", ["none", "root", "inverse"]),
        integer("batch", 1, 64, log=True),
        real("l2", 1e-7, 1.0, log=True),
        real("l1", 1e-7, 1e-1, log=True),
        real("momentum", 0.0, 0.95),
    ]
    power = {"none": 0.0, "root": 0.5, "inverse": 1.0}

    def curve(p) -> Iterator[float]:
        x, y, vx, vy = _data("breast_cancer")
        x, vx = np.hstack([x, np.ones((len(x), 1))]), np.hstack([vx, np.ones((len(vx), 1))])
        draw = np.random.default_rng(11)
        w, move = np.zeros(x.shape[1]), np.zeros(x.shape[1])
        step = 0
        for _ in range(epochs):
            for rows in _batches(draw, len(x), p["batch"]):
                lr = p["lr"] / (1 + step / 50) ** power[p["fall"]]
                e = 1 / (1 + np.exp(-np.clip(x[rows] @ w, -50, 50))) - y[rows]
                move = p["momentum"] * move - lr * (e @ x[rows] / len(rows) + p["l2"] * w)
                w = np.clip(w + move, -1e6, 1e6)
                w = np.sign(w) * np.maximum(np.abs(w) - lr * p["l1"], 0)
                step += 1
            t = np.clip(vx @ w, -50, 50)
            yield float(np.mean(np.logaddexp(0, np.where(vy == 1, -t, t))))

    return GradualTask("train-linear", "training", space, epochs, curve)


def _boosting() -> GradualTask:
    """Boosted trees on the progress of diabetes, four trees an epoch. The data are few and noisy: what learns fast is best
    early and overfits, what learns slowly is best at the end. The loss is the logarithm of the squared error."""
    epochs, each, bins = 50, 4, 16
    space = [
        real("shrinkage", 0.003, 1.0, log=True),
        integer("depth", 1, 5),
        real("rows", 0.2, 1.0),
        real("columns", 0.1, 1.0),
        integer("leaf", 1, 50, log=True),
        real("l2", 1e-2, 1e2, log=True),
    ]

    def curve(p) -> Iterator[float]:
        x, y, vx, vy = _data("diabetes")
        draw = np.random.default_rng(13)
        edges = np.quantile(x, np.arange(1, bins) / bins, axis=0)
        codes = [np.array([np.searchsorted(edges[:, j], t[:, j]) for j in range(x.shape[1])]) for t in (x, vx)]
        middle, width = y.mean(), y.std()
        y, vy = (y - middle) / width, (vy - middle) / width
        fit, guess = np.zeros(len(y)), np.zeros(len(vy))
        for _ in range(epochs):
            for _tree in range(each):
                rows = draw.random(len(y)) < p["rows"]
                columns = np.flatnonzero(draw.random(x.shape[1]) < p["columns"])
                if not len(columns):
                    columns = draw.integers(x.shape[1], size=1)
                parts = _tree_leaves(codes, y - fit, rows, columns, p["depth"], p["leaf"], p["l2"], bins)
                fit, guess = fit + p["shrinkage"] * parts[0], guess + p["shrinkage"] * parts[1]
            yield float(np.log(np.mean((guess - vy) ** 2)))

    return GradualTask("train-boosting", "training", space, epochs, curve)


def _tree_leaves(codes, rest, rows, columns, depth, leaf, l2, bins):
    """What a tree that is fitted to the rest says of the rows of each data set."""
    nodes = [np.zeros(c.shape[1], int) for c in codes]
    for level in range(depth):
        many = 2**level
        best, split = np.zeros(many), np.full((many, 2), -1)
        for j in columns:
            cell = (nodes[0] * bins + codes[0][j])[rows]
            count = np.bincount(cell, minlength=many * bins).reshape(many, bins).cumsum(axis=1)
            total = np.bincount(cell, rest[rows], minlength=many * bins).reshape(many, bins).cumsum(axis=1)
            n, s = count[:, -1:], total[:, -1:]
            gain = total**2 / (count + l2) + (s - total) ** 2 / (n - count + l2) - s**2 / (n + l2)
            gain[(count < leaf) | (n - count < leaf)] = -1.0
            at = gain.argmax(axis=1)
            better = gain[np.arange(many), at] > best + 1e-12
            best = np.where(better, gain[np.arange(many), at], best)
            split[better] = np.stack([np.full(many, j), at], axis=1)[better]
        for k, (node, code) in enumerate(zip(nodes, codes)):
            column, cut = split[node].T
            right = (column >= 0) & (code[np.maximum(column, 0), np.arange(len(node))] > cut)
            nodes[k] = 2 * node + right
    many = 2**depth
    n = np.bincount(nodes[0][rows], minlength=many)
    mean = np.bincount(nodes[0][rows], rest[rows], minlength=many) / (n + l2)
    return [mean[node] for node in nodes]


def _factors() -> GradualTask:
    """A table of pixels of digits with holes, filled in by a product of two thin matrices that gradient descent finds. The
    error falls, waits on a plateau, falls again and turns up; a larger rank starts slowly and ends better or worse."""
    epochs, steps = 40, 5
    space = [
        integer("rank", 1, 40, log=True),
        real("lr", 1e-2, 1e2, log=True),
        real("momentum", 0.0, 0.99),
        real("l2", 1e-6, 1e-1, log=True),
        real("init", 1e-3, 1.0, log=True),
        choice("sides", ["both", "in turn"]),
    ]

    def curve(p) -> Iterator[float]:
        table = _data("digits")[0][:300]
        draw = np.random.default_rng(17)
        fate = draw.random(table.shape)
        known, hidden = fate < 0.5, fate > 0.75
        a = p["init"] * draw.normal(size=(table.shape[0], p["rank"]))
        b = p["init"] * draw.normal(size=(table.shape[1], p["rank"]))
        ma, mb = np.zeros_like(a), np.zeros_like(b)
        worst, step = float(np.log(4 * np.mean(table[hidden] ** 2))), 0
        for _ in range(epochs):
            with np.errstate(all="ignore"):
                for _step in range(steps):
                    e = np.where(known, a @ b.T - table, 0.0)
                    ga, gb = e @ b / known.sum(axis=1, keepdims=True), e.T @ a / known.sum(axis=0)[:, None]
                    both = p["sides"] == "both"
                    ma = p["momentum"] * ma - p["lr"] * (ga + p["l2"] * a) * (both or step % 2 == 0)
                    mb = p["momentum"] * mb - p["lr"] * (gb + p["l2"] * b) * (both or step % 2 == 1)
                    a, b, step = a + ma, b + mb, step + 1
                loss = float(np.log(np.mean((a @ b.T - table)[hidden] ** 2)))
            yield loss if loss < worst else worst

    return GradualTask("train-factors", "training", space, epochs, curve)
