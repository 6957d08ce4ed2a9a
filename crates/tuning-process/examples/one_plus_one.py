"""A (1+1) evolution strategy: `strategy: {command: [python3, one_plus_one.py], options: {step: 0.3}}`.

It moves away from the best point so far by normal steps in the unit cube, and makes them longer after a success and shorter
after a failure, so that one of five succeeds: I. Rechenberg, Evolutionsstrategie, 1973; the constants are those of
S. Kern et al., "Learning probability distributions in continuous evolutionary algorithms", 2004. Choices without an order are
drawn anew now and then. Several trials at once are children of the same parent.
"""

import math

from tuning_strategy import Strategy, propose, run


class OnePlusOne(Strategy):
    def __init__(self, problem):
        super().__init__(problem)
        self.first_step = float(self.options.get("step", 0.3))
        self.step = self.first_step
        self.pending = {}  # trial -> its point
        self.parent = None  # (loss, trial, point)

    def ask(self, ask):
        return [propose(self.space.decode(self.child(ask.random(n)))) for n in range(ask.slots)]

    def child(self, chance):
        if self.parent is None:
            return [chance.random() for _ in range(len(self.space))]
        point = []
        for parameter, u in zip(self.space.parameters, self.parent[2]):
            fresh, away, anew = chance.random(), chance.gauss(0.0, 1.0), chance.random()
            if u is None or (parameter["kind"] == "categorical" and anew < 0.1 + self.step / 2):
                point.append(fresh)
            else:
                point.append(reflect(u + self.step * away))
        return point

    def tell(self, fact):
        if fact["event"] == "started":
            self.pending[fact["trial"]] = self.space.encode(fact["params"])
        elif fact["event"] == "ended":
            trial = fact["trial"]
            point = self.pending.pop(trial, None)
            if point is not None and fact["state"] == "completed":
                self.learn(fact["losses"][0], trial, point)

    def learn(self, loss, trial, point):
        better = self.parent is None or loss < self.parent[0]
        if self.parent is not None:
            factor = math.exp(0.8 / 3) if better else math.exp(-0.2 / 3)
            self.step = min(max(self.step * factor, 1e-6), self.first_step)
        if better:
            self.parent = (loss, trial, point)


def reflect(u):
    """Back into the unit interval, as from a mirror."""
    u = abs(u) % 2.0
    return 2.0 - u if u > 1.0 else u


if __name__ == "__main__":
    run(OnePlusOne)
