"""The densities that `src/model/density.rs` is tested against: straight from the definitions, with scipy.

python3 oracle.py
"""

import numpy as np
from scipy.stats import norm, truncnorm

NAN = float("nan")
POINTS = [
    [0.1, 0, 1, 0.4],
    [0.15, 3, 0, NAN],
    [0.9, 4, 1, 0.45],
    [0.5, 4, 2, NAN],
]
WEIGHTS = [1.0, 2.0, 3.0, 4.0]
LEVELS, CHOICES = 5, 3
PRIOR, NARROWEST = 1.0, 0.01


def widths(places, narrowest):
    order = np.argsort(places, kind="stable")
    sorted_, n = np.array(places)[order], len(places)
    least = max(narrowest, 1 / (n + 2))
    out = np.zeros(n)
    for k in range(n):
        gaps = [sorted_[k] - sorted_[k - 1]] if k else []
        gaps += [sorted_[k + 1] - sorted_[k]] if k + 1 < n else []
        gap = max(gaps) if gaps else max(sorted_[0], 1 - sorted_[0])
        out[order[k]] = np.clip(gap, least, 1)
    return out


def kernel(kind, centre, width, x):
    if kind == "x":
        return truncnorm.pdf(x, -centre / width, (1 - centre) / width, centre, width)
    edges = np.arange(LEVELS + 1) / LEVELS
    mass = norm.cdf((edges[1:] - centre) / width) - norm.cdf((edges[:-1] - centre) / width)
    return mass[int(x)] / mass.sum()


def log_density(point):
    columns = []
    for d, kind in enumerate(["x", "n", "c", "x"]):
        if np.isnan(point[d]):
            continue
        active = [k for k, p in enumerate(POINTS) if not np.isnan(p[d])]
        if kind == "c":
            n = len(active) + 1
            shared = min(20 / 1, 16) / n  # one parameter has choices
            row = lambda k: (shared / CHOICES + (POINTS[k][d] == point[d])) / (1 + shared)
            column = [row(k) if k in active else 1 / CHOICES for k in range(len(POINTS))]
            prior = 1 / CHOICES
        else:
            place = lambda v: (v + 0.5) / LEVELS if kind == "n" else v
            narrowest = max(NARROWEST, 0.5 / LEVELS) if kind == "n" else NARROWEST
            wide = dict(zip(active, widths([place(POINTS[k][d]) for k in active], narrowest)))
            prior = kernel(kind, 0.5, 1.0, point[d])
            column = [
                kernel(kind, place(POINTS[k][d]), wide[k], point[d]) if k in active else prior
                for k in range(len(POINTS))
            ]
        columns.append([prior] + column)
    weights = np.array([PRIOR * np.mean(WEIGHTS)] + WEIGHTS)
    return np.log((weights / weights.sum()) @ np.prod(columns, axis=0))


for point in ([0.12, 0, 1, 0.41], [0.5, 2, 0, NAN], [0.99, 4, 2, NAN], [0.0, 4, 1, 1.0]):
    print(repr(float(log_density(point))))
