"""Random search that breaks one law of strategies: `python3 broken.py --law ask-twice`. Without a law it keeps them all.

For the tests of the kit alone: how not to write a strategy.
"""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "examples"))

from tuning_strategy import Strategy, give_up, propose, resume, run  # noqa: E402

LAW = sys.argv[sys.argv.index("--law") + 1] if "--law" in sys.argv else None


class Broken(Strategy):
    def __init__(self, problem):
        super().__init__(problem)
        self.facts = 0
        self.started = {}
        self.running = set()
        self.losses = []
        self.worst = None
        # What asks have made of it, which is wrong.
        self.asked_at = None
        self.asks = 0
        self.asked = False
        self.entropy = random.SystemRandom().random()  # wrong: differs from its brother

    def ask(self, ask):
        if LAW == "extremes" and len(self.losses) >= 4:
            1 / (max(self.losses) - min(self.losses))
        if LAW == "wait-and-done" and len(self.started) >= 5:
            return "wait"
        if LAW == "resume-and-fork" and 0 in self.running:
            return [resume(0)]
        if LAW == "giving-up" and 0 in self.running:
            return [give_up(0)]
        if LAW == "cost":
            total = 0
            for k in range(len(self.started) ** 4 // 3_000_000_000):
                total += k
        if self.asked_at != self.facts:
            self.asked_at = self.facts
            self.asks += 1  # once per state, so that asking twice does not show
        slots = ask.slots + 1 if LAW == "slots" else ask.slots
        proposals = [propose(self.draw(ask, n), tag=7) for n in range(slots)]
        self.asked = True
        return proposals

    def draw(self, ask, n):
        salt = 0
        if LAW == "ask-twice" and self.asked:
            salt = 1
        elif LAW == "same-seed":
            salt = int(self.entropy * 1e9)
        elif LAW == "retell":
            salt = self.asks
        elif LAW == "direction" and self.objectives[0]["direction"] == "maximize":
            salt = 1
        elif LAW == "duplicates":
            n = 0
        chance = ask.random(min(n, ask.slots - 1), salt + n // ask.slots)
        point = [chance.random() for _ in range(len(self.space))]
        if LAW == "sanity" and self.worst is not None:
            near = (place if place is not None else 0.5 for place in self.worst[1])
            point = [min(abs(place + 0.1 * (u - 0.5)), 1.0) for place, u in zip(near, point)]
        params = self.space.decode(point)
        if LAW == "in-space":
            first = self.space.parameters[0]
            params[first["name"]] = first["high"] + 1.0
        return params

    def tell(self, fact):
        self.facts += 1
        self.asked = False
        trial = fact.get("trial")
        if fact["event"] == "started":
            self.started[trial] = self.space.encode(fact["params"])
            self.running.add(trial)
            if LAW == "foreigners" and fact["mine"]:
                int(fact["tag"])  # "I wrote it"
        elif fact["event"] == "paused":
            self.running.discard(trial)
        elif fact["event"] == "ended":
            self.running.discard(trial)
            if fact["state"] == "completed":
                loss = fact["losses"][0]
                self.losses.append(loss)
                point = self.started.get(trial)
                if point is not None and (self.worst is None or loss > self.worst[0]):
                    self.worst = (loss, point)


run(Broken)
