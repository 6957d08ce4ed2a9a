"""What is to be minimised, and how the tasks are split."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from .space import Parameter


@dataclass
class Task:
    """A function to minimise. `best` is its smallest value if that is known.

    `objective(params, draw)` may use `draw`, a `random.Random` of the study, for noise; a task that is noisy says by
    `truth(params)` what a choice is really worth."""

    name: str
    group: str
    space: list[Parameter]
    objective: Callable
    best: float | None = None
    truth: Callable | None = None
    tags: tuple[str, ...] = field(default_factory=tuple)

    @property
    def held_out(self) -> bool:
        """Whether it must not be looked at while tuning: a third, chosen by the name alone, before any result was known."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 3 == 0


def of_half(tasks: dict, half: str | None) -> dict:
    """The tasks of one half, `tuned` or `held-out`; all of them if none is named."""
    return {n: t for n, t in tasks.items() if half is None or t.held_out == (half == "held-out")}
