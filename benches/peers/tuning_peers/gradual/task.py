"""Tasks whose trials have a curve: a loss after each epoch."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..space import Parameter, at

FLOOR = 1e-3  # a regret of this part of the scale is as good as none


@dataclass(frozen=True)
class Yardstick:
    """What a task's losses are measured by: `best`, the least loss of many random configurations at any epoch; `scale`,
    how far from it the best of ten random whole trials is (the median of 400 draws)."""

    best: float
    scale: float

    @property
    def floor(self) -> float:
        """A loss that is as good as the best."""
        return self.best + FLOOR * self.scale


@dataclass
class GradualTask:
    """A training to tune. `curve(params)` yields its loss after each of `epochs` epochs, one when it is asked for one: what
    is left of the iterator is the checkpoint of a paused trial. `many(list of params)` gives all curves at once, where that
    is faster. `draws`: how many random configurations its yardstick is made from. `settled`: whether the best of these is as
    good as any, so that a study that gets there has ended."""

    name: str
    group: str
    space: list[Parameter]
    epochs: int
    curve: Callable[[dict], Iterator[float]]
    many: Callable[[list[dict]], np.ndarray] | None = None
    draws: int = 500
    settled: bool = False
    tags: tuple[str, ...] = ()

    @property
    def held_out(self) -> bool:
        """Whether it must not be looked at while tuning: a half, chosen by the name alone, before any result was known."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 0

    def called(self, name: str) -> bool:
        """Whether this is its name, its group or a tag; with `*` at the end, the beginning of its name."""
        return name in (self.name, self.group, *self.tags) or (name.endswith("*") and self.name.startswith(name[:-1]))

    def yardstick(self, draws: int | None = None) -> Yardstick:
        """From random configurations, always the same ones; `draws` of them instead of its own number."""
        draws = draws or self.draws
        cube = np.random.RandomState(20261128).rand(draws, len(self.space))
        params = [at(self.space, point) for point in cube]
        curves = self.many(params) if self.many else np.array([list(self.curve(p)) for p in params])
        best, each = float(curves.min()), curves.min(axis=1)
        draw = np.random.RandomState(1)
        ten = [each[draw.choice(draws, 10, replace=False)].min() for _ in range(400)]
        return Yardstick(best, max(float(np.median(ten)) - best, 1e-9))

    def noise(self, params: dict, share: float) -> Iterator[float]:
        """Factors for each epoch's loss: 1 and a normal number times `share`, the same for all methods and seeds."""
        draw = random.Random(f"{self.name} {json.dumps(params, sort_keys=True)}")
        while True:
            yield 1 + share * draw.gauss(0, 1) if share else 1.0
