"""scikit-optimize's Gaussian process. It knows no conditions: it sees all parameters."""

from __future__ import annotations

import math
import warnings

from skopt import Optimizer
from skopt.space import Categorical, Integer, Real


class SkoptGp:
    """One study with its defaults."""

    def __init__(self, space, trials, seed):
        warnings.filterwarnings("ignore")
        self._space, self._worst = space, 0.0
        self._optimizer = Optimizer([_dimension(p) for p in space], random_state=seed)

    def ask(self):
        """The parameters of the next trial."""
        self._point = self._optimizer.ask()
        params = {}
        for p, value in zip(self._space, self._point):
            if p.active(params):
                params[p.name] = p.choices[int(value)] if p.kind == "choice" else _plain(p, value)
        return params

    def tell(self, value):
        """The result of the trial asked for last; a failure is as bad as the worst so far."""
        if math.isfinite(value):
            self._worst = max(self._worst, value)
        self._optimizer.tell(self._point, value if math.isfinite(value) else self._worst)


def _plain(p, value):
    if p.kind == "int":
        return int(value)
    return float(min(max(p.low + round((value - p.low) / p.step) * p.step if p.step else value, p.low), p.high))


def _dimension(p):
    if p.kind == "choice":
        return Categorical(list(range(len(p.choices))))
    prior = "log-uniform" if p.log else "uniform"
    make = Integer if p.kind == "int" else Real
    return make(p.low, p.high, prior=prior)
