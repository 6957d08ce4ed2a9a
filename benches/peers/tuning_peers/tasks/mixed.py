"""Mixed, stepped and conditional spaces, as pipelines of learning have them; and small real trainings."""

from __future__ import annotations

import numpy as np

from ..space import at, choice, integer, real
from ..task import Task
from .synthetic import _draw


def tasks() -> list[Task]:
    """Mixed-integer, categorical and conditional functions, and trainings of small models on data made here."""
    made = [_mixed_int(5), _mixed_int(10), _categories(8), _classifier(), _pipeline(), _optimizer(), _crashes()]
    made += [_ridge(), _kernel(), _network()]
    return made


def _mixed_int(d) -> Task:
    name = f"mixed-int{d}"
    draw = _draw(name)
    space = [integer(f"k{i}", 0, 4 + 5 * i) if i % 2 else real(f"x{i}", -3, 4) for i in range(d)]
    goal = at(space, draw.uniform(0.1, 0.9, d))
    turn = np.linalg.qr(draw.normal(size=(d, d)))[0]

    def f(p, _):
        z = turn @ np.array([6 * (p[q.name] - goal[q.name]) / (q.high - q.low) for q in space])
        return float((10.0 ** (2 * np.arange(d) / (d - 1)) * z * z).sum())

    return Task(name, "mixed", space, f, 0.0)


def _categories(d) -> Task:
    draw = _draw("categories")
    space = [choice(f"c{i}", "abcde") for i in range(d)]
    single, pair = draw.uniform(0, 1, (d, 5)), draw.uniform(0, 1, (d, 5, 5))

    def f(p, _):
        c = ["abcde".index(p[q.name]) for q in space]
        return float(sum(single[i, c[i]] + pair[i, c[i], c[(i + 1) % d]] for i in range(d)))

    return Task(f"categories{d}", "mixed", space, f)


def _classifier() -> Task:
    """A choice of three models, each with parameters of its own, the best one hard to find."""
    space = [
        choice("model", ["forest", "svm", "boosting"]),
        integer("trees", 10, 1000, log=True, when=("model", ("forest", "boosting"))),
        integer("depth", 1, 20, when=("model", ("forest", "boosting"))),
        real("shrinkage", 1e-3, 1.0, log=True, when=("model", ("boosting",))),
        real("c", 1e-3, 1e3, log=True, when=("model", ("svm",))),
        choice("kernel", ["linear", "rbf", "poly"], when=("model", ("svm",))),
        real("gamma", 1e-4, 1e1, log=True, when=("kernel", ("rbf", "poly"))),
        real("subsample", 0.1, 1.0),
    ]

    def f(p, _):
        loss = 0.05 * (p["subsample"] - 0.72) ** 2
        if p["model"] == "svm":
            far = 0.01 * (np.log10(p["c"]) - 1.4) ** 2
            if p["kernel"] == "linear":
                return float(loss + 0.22 + far)
            bend = (np.log10(p["gamma"]) + 1.9 + 0.4 * (np.log10(p["c"]) - 1.4)) ** 2
            return float(loss + (0.13 if p["kernel"] == "rbf" else 0.17) + far + 0.02 * bend)
        depth = 0.001 * (p["depth"] - (13 if p["model"] == "forest" else 4)) ** 2
        if p["model"] == "forest":
            return float(loss + 0.15 + depth + 0.02 * (3 - np.log10(p["trees"])))
        speed = np.log10(p["shrinkage"]) + np.log10(p["trees"])
        return float(loss + 0.10 + depth + 0.06 * (speed - 1.3) ** 2 + 0.004 * (np.log10(p["trees"]) - 2.7) ** 2)

    return Task("classifier", "conditional", space, f, 0.10)


def _pipeline() -> Task:
    """Preprocessing and a model in a row; what is best behind one step is not behind another."""
    draw = _draw("pipeline")
    space = [choice("scale", ["none", "standard", "quantile"]), choice("reduce", ["none", "pca", "select"])]
    space += [integer("components", 2, 64, log=True, when=("reduce", ("pca", "select")))]
    space += [choice("learner", ["a", "b", "c", "d"])]
    for learner in "abcd":
        space += [real(f"{learner}{i}", 1e-4, 1.0, log=True, when=("learner", (learner,))) for i in range(3)]
    offset, goal = draw.uniform(0, 0.5, (3, 3, 4)), draw.uniform(0.15, 0.85, (4, 3, 3))
    width = draw.uniform(0.2, 0.9, 3)

    def f(p, _):
        s = ["none", "standard", "quantile"].index(p["scale"])
        r = ["none", "pca", "select"].index(p["reduce"])
        m = "abcd".index(p["learner"])
        loss = offset[s, r, m]
        for i in range(3):
            u = (np.log10(p[f"{p['learner']}{i}"]) + 4) / 4
            loss += 2 * (u - goal[m, i, s]) ** 2
        if r:
            loss += (np.log2(p["components"]) / 6 - width[r]) ** 2
        return float(loss)

    return Task("pipeline", "conditional", space, f)


def _optimizer() -> Task:
    """The example of every manual: an optimiser with momentum only where there is one."""
    space = [
        real("lr", 1e-5, 1.0, log=True),
        choice("optimizer", ["sgd", "adam", "rmsprop"]),
        real("momentum", 0.0, 0.99, when=("optimizer", ("sgd", "rmsprop"))),
        real("beta2", 0.9, 0.9999, when=("optimizer", ("adam",))),
        integer("layers", 1, 6),
        integer("width", 16, 1024, log=True),
        real("dropout", 0.0, 0.8, step=0.1),
        real("decay", 1e-6, 1e-1, log=True),
    ]

    def f(p, _):
        lr = np.log10(p["lr"])
        if p["optimizer"] == "adam":
            loss = 0.30 + 0.12 * (lr + 3.3) ** 2 + 2 * (1 - p["beta2"]) * 3
        elif p["optimizer"] == "sgd":
            loss = 0.27 + 0.15 * (lr + 1.2 + np.log10(1 / (1 - p["momentum"])) * 0.8) ** 2 + 0.2 * (p["momentum"] - 0.85) ** 2
        else:
            loss = 0.36 + 0.20 * (lr + 2.7) ** 2 + 0.1 * (p["momentum"] - 0.3) ** 2
        size = p["layers"] * np.log2(p["width"])
        loss += 0.0015 * (size - 26) ** 2 + 0.8 * (p["dropout"] - 0.3) ** 2 * (size / 26)
        return float(loss + 0.02 * (np.log10(p["decay"]) + 3.6) ** 2)

    return Task("optimizer", "conditional", space, f)


def _crashes() -> Task:
    """A good region beside one that fails: the answer there is no number."""
    space = [real("x", 0, 1), real("y", 0, 1), choice("solver", ["fast", "exact", "hybrid"]), integer("n", 1, 40)]

    def f(p, _):
        if p["solver"] == "fast" or p["x"] + p["y"] > 1.3:
            return float("nan")
        rough = 0.2 if p["solver"] == "hybrid" else 0.0
        return float((p["x"] - 0.78) ** 2 + 3 * (p["y"] - 0.41) ** 2 + rough + 0.002 * (p["n"] - 29) ** 2)

    return Task("crashes", "mixed", space, f, 0.0)


def _data(name, rows, columns):
    draw = _draw(name)
    x = draw.normal(size=(rows, columns))
    y = np.sin(x[:, 0] * 1.7) + 0.5 * x[:, 1] * x[:, 2] + 0.3 * np.abs(x[:, 3]) + 0.15 * draw.normal(size=rows)
    half = rows // 2
    return x[:half], y[:half], x[half:], y[half:]


def _ridge() -> Task:
    """Ridge regression on random features: a real training, rough because it is."""
    x, y, vx, vy = _data("ridge", 240, 6)
    base = _draw("ridge-features").normal(size=(6, 200))
    space = [
        real("alpha", 1e-6, 1e3, log=True),
        real("scale", 1e-2, 1e1, log=True),
        integer("features", 5, 200, log=True),
        choice("activation", ["cos", "relu", "tanh"]),
        real("shift", 0.0, 6.0),
    ]
    bend = {"cos": np.cos, "relu": lambda t: np.maximum(t, 0), "tanh": np.tanh}

    def f(p, _):
        make = lambda t: bend[p["activation"]](t @ (p["scale"] * base[:, : p["features"]]) + p["shift"])  # noqa: E731
        a, b = make(x), make(vx)
        w = np.linalg.solve(a.T @ a + p["alpha"] * np.eye(a.shape[1]), a.T @ y)
        return float(((b @ w - vy) ** 2).mean())

    return Task("train-ridge", "training", space, f)


def _kernel() -> Task:
    """Kernel regression with a length for each input."""
    x, y, vx, vy = _data("kernel", 200, 5)
    space = [real(f"length{i}", 0.05, 50.0, log=True) for i in range(5)]
    space += [real("noise", 1e-5, 1.0, log=True), choice("kernel", ["rbf", "matern", "linear"])]

    def f(p, _):
        s = np.array([p[f"length{i}"] for i in range(5)])
        def k(a, b):
            if p["kernel"] == "linear":
                return (a / s) @ (b / s).T
            d = np.sqrt(np.maximum((((a / s)[:, None] - (b / s)[None]) ** 2).sum(-1), 0))
            return np.exp(-(d**2) / 2) if p["kernel"] == "rbf" else (1 + 3**0.5 * d) * np.exp(-(3**0.5) * d)
        w = np.linalg.solve(k(x, x) + p["noise"] * np.eye(len(x)), y)
        return float(np.log(((k(vx, x) @ w - vy) ** 2).mean()))

    return Task("train-kernel", "training", space, f)


def _network() -> Task:
    """A network of one hidden layer, trained by gradient descent for 40 steps; it diverges where the rate is too large."""
    x, y, vx, vy = _data("network", 160, 5)
    space = [
        real("lr", 1e-4, 10.0, log=True),
        real("momentum", 0.0, 0.99),
        integer("width", 2, 64, log=True),
        real("init", 1e-2, 1e1, log=True),
        real("decay", 1e-6, 1.0, log=True),
        choice("activation", ["tanh", "relu"]),
    ]

    def f(p, _):
        draw = np.random.default_rng(7)
        w, v = p["init"] * draw.normal(size=(5, p["width"])) / 5**0.5, draw.normal(size=p["width"]) / p["width"] ** 0.5
        mw, mv = np.zeros_like(w), np.zeros_like(v)
        act = np.tanh if p["activation"] == "tanh" else (lambda t: np.maximum(t, 0))
        slope = (lambda t: 1 - np.tanh(t) ** 2) if p["activation"] == "tanh" else (lambda t: (t > 0) * 1.0)
        with np.errstate(all="ignore"):
            for _step in range(40):
                t = x @ w
                h = act(t)
                e = (h @ v - y) / len(y)
                gv, gw = h.T @ e + p["decay"] * v, x.T @ (np.outer(e, v) * slope(t)) + p["decay"] * w
                mv, mw = p["momentum"] * mv - p["lr"] * gv, p["momentum"] * mw - p["lr"] * gw
                v, w = v + mv, w + mw
            return float(((act(vx @ w) @ v - vy) ** 2).mean())

    return Task("train-network", "training", space, f)
