"""Workers in virtual time. An epoch takes one unit of time, or a trial's own pace; resuming is free; what counts is how
many epochs were trained in all."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from .task import GradualTask, Yardstick


@dataclass(frozen=True)
class Work:
    """Train `trial`, which has been trained for `start` epochs, until it has `until`."""

    trial: Hashable
    params: dict
    start: int
    until: int


class Method(Protocol):
    """What is compared. It is asked whenever a worker is free, and told every epoch when it has happened."""

    def ask(self) -> Work | None:
        """The next piece of work; nothing if all free workers have to wait for what is running."""

    def report(self, trial: Hashable, at: int, loss: float) -> bool:
        """The loss after epoch `at`; whether the trial shall continue."""

    def end(self, trial: Hashable, at: int, loss: float) -> None:
        """The piece of work has ended: at its `until`, or because the answer to the last report was no."""


@dataclass
class Record:
    """What happened. `points` has (epochs in all, best loss so far) for each improvement: the loss in truth, while the
    method may have seen it with noise. `used` is how many epochs were trained, less than allowed if the method had no more
    work or found what the task calls its best."""

    points: list
    used: int = 0
    trials: int = 0
    whole: int = 0
    solved: bool = False


def run(
    task: GradualTask, method: Method, yard: Yardstick, epochs: int, workers: int = 1, spread: float = 0.0,
    noise: float = 0.0, seed: int = 0,
) -> Record:
    """One study of this many epochs. `spread`: the paces of trials are log-normal with this sigma."""
    record = Record([])
    curves, paces, done = {}, {}, {}
    queue, order, free, now, seen = [], 0, workers, 0.0, math.inf
    while record.used < epochs:
        while free and (work := method.ask()):
            if work.trial not in curves:
                curves[work.trial] = (task.curve(work.params), task.noise(work.params, noise))
                pace = random.Random(f"{task.name} {seed} {record.trials}").gauss(0, spread) if spread else 0.0
                paces[work.trial] = math.exp(pace)
                record.trials += 1
                done[work.trial] = 0
            if not work.start == done[work.trial] < work.until <= task.epochs:
                raise ValueError(f"{work} cannot be done: it has {done[work.trial]} of {task.epochs} epochs")
            free, order = free - 1, order + 1
            heapq.heappush(queue, (now + paces[work.trial], order, work, work.start + 1))
        if not queue:
            break  # the method has nothing more
        now, _, work, at = heapq.heappop(queue)
        truth = float(next(curves[work.trial][0]))
        loss = truth * next(curves[work.trial][1])
        done[work.trial] = at
        record.used += 1
        record.whole += at == task.epochs
        if loss < seen:
            seen = loss
            record.points.append((record.used, truth))
        if task.settled and not noise and truth <= yard.floor:
            record.solved = True
            break
        if method.report(work.trial, at, loss) and at < work.until:
            order += 1
            heapq.heappush(queue, (now + paces[work.trial], order, work, at + 1))
        else:
            method.end(work.trial, at, loss)
            free += 1
    return record
