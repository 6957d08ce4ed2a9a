"""Random search as a program: `strategy: {command: [python3, random_search.py]}`."""

from tuning_strategy import Strategy, propose, run


class RandomSearch(Strategy):
    def ask(self, ask):
        proposals = []
        for n in range(ask.slots):
            chance = ask.random(n)
            proposals.append(propose(self.space.decode([chance.random() for _ in range(len(self.space))])))
        return proposals


if __name__ == "__main__":
    run(RandomSearch)
