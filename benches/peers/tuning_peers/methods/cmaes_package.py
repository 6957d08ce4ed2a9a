"""The `cmaes` package on the unit cube, started as Optuna starts it. Choices are equal cells: it knows no others."""

from __future__ import annotations

import math

import numpy as np
from cmaes import CMA

from ..space import at


class CmaesPackage:
    """One run, started anew where it has converged."""

    def __init__(self, space, trials, seed):
        self._space, self._seed, self._told = space, seed, []
        self._d = max(len(space), 2)  # it refuses one dimension
        self._start(0.5 * np.ones(self._d))

    def _start(self, mean):
        bounds = np.tile([0.0, 1.0], (self._d, 1))
        self._cma = CMA(mean=mean, sigma=1 / 6, bounds=bounds, seed=self._seed)

    def ask(self):
        """The parameters of the next trial."""
        self._point = self._cma.ask()
        return at(self._space, self._point)

    def tell(self, value):
        """The result of the trial asked for last."""
        self._told.append((self._point, value if math.isfinite(value) else 1e30))
        if len(self._told) == self._cma.population_size:
            self._cma.tell(self._told)
            self._told = []
            if self._cma.should_stop():
                self._seed += 1000
                self._start(np.random.default_rng(self._seed).random(self._d))
