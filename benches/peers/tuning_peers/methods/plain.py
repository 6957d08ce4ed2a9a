"""Random search, the yardstick."""

from __future__ import annotations

import numpy as np

from ..space import at


class Random:
    """Uniform points of the unit cube."""

    def __init__(self, space, trials, seed):
        self._space, self._draw = space, np.random.default_rng([seed, 12345])

    def ask(self):
        """The next point."""
        return at(self._space, self._draw.random(len(self._space)))

    def tell(self, *values):
        """It learns nothing."""
