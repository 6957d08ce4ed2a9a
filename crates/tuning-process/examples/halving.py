"""Successive halving without waiting: `strategy: {command: [python3, halving.py]}` with `fidelity: {min: 1, max: 27}`.

Every trial pauses at the first rung, a third of those at a rung are resumed to the next one, and the others are given up at the
end: L. Li et al., "A system for massively parallel hyperparameter tuning", 2020, algorithm 2.
"""

from tuning_strategy import Strategy, Unsupported, give_up, propose, resume, run

REDUCTION = 3


class Halving(Strategy):
    def __init__(self, problem):
        super().__init__(problem)
        if self.fidelity is None:
            raise Unsupported("needs fidelities: declare a range of them")
        if len(self.objectives) != 1:
            raise Unsupported("compares by one objective: choose one")
        self.rungs = []  # the fidelities but for the last one, which is a trial's end
        at = self.fidelity["min"]
        while at < self.fidelity["max"]:
            self.rungs.append(at)
            at *= REDUCTION
        self.losses = [[] for _ in self.rungs]  # of each rung: (loss, trial)
        self.running = set()  # everybody's
        self.reached = {}  # mine: how many rungs they have passed
        self.paused = set()  # mine

    def until(self, reached):
        return self.rungs[reached] if reached < len(self.rungs) else None

    def ask(self, ask):
        proposals = [resume(trial, self.until(reached)) for trial, reached in self.promoted()][: ask.slots]
        if ask.trials_left != 0:
            for n in range(ask.slots - len(proposals)):
                chance = ask.random(n)
                point = [chance.random() for _ in range(len(self.space))]
                proposals.append(propose(self.space.decode(point), self.until(0), tag=""))
        if not proposals and self.running:
            return "wait"  # what runs may let another one be resumed
        return proposals or [give_up(trial) for trial in sorted(self.paused)] or "done"

    def promoted(self):
        """The paused trials in the top third of their rung, from the highest rung down."""
        for reached in range(len(self.rungs), 0, -1):
            losses = sorted(self.losses[reached - 1])
            for _, trial in losses[: len(losses) // REDUCTION]:
                if trial in self.paused and self.reached[trial] == reached:
                    yield trial, reached

    def tell(self, fact):
        event, trial = fact["event"], fact.get("trial")
        if event == "started":
            self.running.add(trial)
            if fact["mine"]:
                self.reached[trial] = 0
        elif event == "resumed":
            self.running.add(trial)
            self.paused.discard(trial)
        elif event == "paused":
            self.running.discard(trial)
            if trial in self.reached:
                self.paused.add(trial)
                # It may have run beyond the rung that it was sent to.
                for place in range(self.reached[trial], len(self.rungs)):
                    if self.rungs[place] <= fact["at"]:
                        self.losses[place].append((fact["losses"][0], trial))
                        self.reached[trial] = place + 1
        elif event == "ended":
            self.running.discard(trial)
            self.paused.discard(trial)
            self.reached.pop(trial, None)


run(Halving)
