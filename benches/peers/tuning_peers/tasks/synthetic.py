"""Continuous test functions whose optimum is neither at the centre nor on the diagonal nor parallel to the axes."""

from __future__ import annotations

import numpy as np

from ..space import real
from ..task import Task


def tasks() -> list[Task]:
    """Smooth, ill-conditioned and multimodal functions in 2 to 20 dimensions, and noisy ones."""
    made = [_branin(), _hartmann(3), _hartmann(6), _levy(4), _schwefel(5), _griewank(6), _step(6), _michalewicz(5)]
    made += [_moved("sphere", _sphere, d, rotate=False) for d in (3, 8, 20)]
    made += [_moved("ellipsoid", _ellipsoid, d, rotate=True) for d in (4, 8, 16)]
    made += [_moved("rosenbrock", _rosenbrock, d, rotate=False) for d in (3, 5, 10)]
    made += [_moved("rastrigin", _rastrigin, d, rotate=d > 5) for d in (3, 5, 10)]
    made += [_moved("ackley", _ackley, d, rotate=False) for d in (5, 10)]
    made += [_moved("valley", _valley, 6, rotate=True), _moved("active2of", _few, 12, rotate=False)]
    made += [_noisy("sphere", _sphere, 4, 0.3), _noisy("rosenbrock", _rosenbrock, 4, 3.0)]
    return made


def _draw(name: str) -> np.random.Generator:
    """A generator for a task's own constants: the same in every run."""
    return np.random.default_rng(list(name.encode()))


def _place(space, params):
    return np.array([params[p.name] for p in space])


def _moved(kind, function, d, rotate) -> Task:
    name = f"{kind}{d}{'r' if rotate else ''}"
    draw = _draw(name)
    space = [real(f"x{i}", -5.0, 5.0 + i % 3) for i in range(d)]
    centre = draw.uniform(-3.5, 3.5, d)
    turn = np.linalg.qr(draw.normal(size=(d, d)))[0] if rotate else np.eye(d)
    return Task(name, _GROUP[kind], space, lambda p, _: function(turn @ (_place(space, p) - centre)), 0.0)


def _noisy(kind, function, d, sigma) -> Task:
    name = f"noisy-{kind}{d}"
    space = [real(f"x{i}", -2.0, 2.0 + i % 3) for i in range(d)]
    centre = _draw(name).uniform(-1.5, 1.5, d)
    truth = lambda p: function(_place(space, p) - centre)  # noqa: E731
    return Task(name, "noisy", space, lambda p, draw: truth(p) + draw.gauss(0.0, sigma), 0.0, truth)


_GROUP = {
    "sphere": "smooth",
    "ellipsoid": "smooth",
    "rosenbrock": "smooth",
    "valley": "smooth",
    "active2of": "smooth",
    "rastrigin": "multimodal",
    "ackley": "multimodal",
}


def _sphere(z):
    return float(z @ z)


def _ellipsoid(z):
    return float((10.0 ** (4 * np.arange(len(z)) / (len(z) - 1)) * z * z).sum())


def _rosenbrock(z):
    z = z + 1.0
    return float((100 * (z[1:] - z[:-1] ** 2) ** 2 + (1 - z[:-1]) ** 2).sum())


def _rastrigin(z):
    return float((z * z - 10 * np.cos(2 * np.pi * z) + 10).sum())


def _ackley(z):
    return float(-20 * np.exp(-0.2 * np.sqrt((z * z).mean())) - np.exp(np.cos(2 * np.pi * z).mean()) + 20 + np.e)


def _valley(z):
    return float(abs(z[0]) ** 0.5 * 3 + np.abs(z[1:]).sum())


def _few(z):
    return float(z[3] ** 2 + 5 * (z[7] - 0.3 * z[3] ** 2) ** 2 + 0.01 * np.abs(z).sum())


def _branin() -> Task:
    space = [real("x", -5, 10), real("y", 0, 15)]

    def f(p, _):
        x, y = p["x"], p["y"]
        ridge = y - 5.1 / (4 * np.pi**2) * x * x + 5 / np.pi * x - 6
        return float(ridge**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10)

    return Task("branin", "smooth", space, f, 0.39788735772973816)


def _hartmann(d) -> Task:
    if d == 3:
        a = np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
        p = 1e-4 * np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]])
        best = -3.86278
    else:
        a = np.array(
            [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
        )
        p = 1e-4 * np.array(
            [
                [1312, 1696, 5569, 124, 8283, 5886],
                [2329, 4135, 8307, 3736, 1004, 9991],
                [2348, 1451, 3522, 2883, 3047, 6650],
                [4047, 8828, 8732, 5743, 1091, 381],
            ]
        )
        best = -3.32237
    weights = np.array([1, 1.2, 3, 3.2])
    space = [real(f"x{i}", 0, 1) for i in range(d)]
    f = lambda q, _: -float(weights @ np.exp(-(a * (_place(space, q) - p) ** 2).sum(1)))  # noqa: E731
    return Task(f"hartmann{d}", "smooth", space, f, best)


def _levy(d) -> Task:
    space = [real(f"x{i}", -8.0, 9.0) for i in range(d)]
    centre = _draw("levy").uniform(-5, 5, d)

    def f(p, _):
        w = 1 + (_place(space, p) - centre) / 4
        middle = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)).sum()
        return float(np.sin(np.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2))

    return Task(f"levy{d}", "multimodal", space, f, 0.0)


def _schwefel(d) -> Task:
    space = [real(f"x{i}", -500, 500) for i in range(d)]
    flip = np.where(np.arange(d) % 2 == 0, 1.0, -1.0)  # the optimum leaves the diagonal

    def f(p, _):
        x = flip * _place(space, p)
        return float(418.98288727 * d - (x * np.sin(np.sqrt(np.abs(x)))).sum())

    return Task(f"schwefel{d}", "multimodal", space, f, 0.0)


def _griewank(d) -> Task:
    space = [real(f"x{i}", -40, 60) for i in range(d)]
    centre = _draw("griewank").uniform(-25, 35, d)

    def f(p, _):
        z = _place(space, p) - centre
        return float((z * z).sum() / 400 - np.cos(z / np.sqrt(np.arange(1, d + 1))).prod() + 1)

    return Task(f"griewank{d}", "multimodal", space, f, 0.0)


def _step(d) -> Task:
    space = [real(f"x{i}", -5, 5) for i in range(d)]
    centre = _draw("step").uniform(-3, 3, d)
    f = lambda p, _: float((np.floor(np.abs(_place(space, p) - centre) * 1.5) ** 2).sum())  # noqa: E731
    return Task(f"step{d}", "multimodal", space, f, 0.0)


def _michalewicz(d) -> Task:
    space = [real(f"x{i}", 0, float(np.pi)) for i in range(d)]

    def f(p, _):
        x = _place(space, p)
        return -float((np.sin(x) * np.sin(np.arange(1, d + 1) * x * x / np.pi) ** 20).sum())

    return Task(f"michalewicz{d}", "multimodal", space, f, -4.687658)
