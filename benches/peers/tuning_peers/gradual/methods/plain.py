"""Random search by whole trials, the yardstick."""

from __future__ import annotations

import numpy as np

from ...space import at
from ..clock import Work


class Random:
    """Uniform points of the unit cube."""

    def __init__(self, space, epochs, seed, workers):
        self._space, self._epochs, self._draw, self._trial = space, epochs, np.random.default_rng([seed, 12345]), -1

    def ask(self):
        """The next point, a whole trial."""
        self._trial += 1
        return Work(self._trial, at(self._space, self._draw.random(len(self._space))), 0, self._epochs)

    def report(self, trial, at, loss):
        """It stops nothing."""
        return True

    def end(self, trial, at, loss):
        """It learns nothing."""
