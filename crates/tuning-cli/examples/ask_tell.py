"""A client of `tune ask-tell` in forty lines: `python3 ask_tell.py`. It needs nothing but Python's standard library."""

import json
import subprocess


class Tuner:
    """A study: `tuner(ask=1)` sends `{"ask": 1}` and returns the answer."""

    def __init__(self, *arguments):
        command = ["tune", "ask-tell", *arguments]
        self.tune = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, **request):
        return self.batch([request])[0]

    def batch(self, requests):
        """Sends up to 100 requests, which are made durable together, and returns their answers."""
        self.tune.stdin.write("".join(json.dumps(request) + "\n" for request in requests))
        self.tune.stdin.flush()
        ended = '{"error": {"message": "tune has ended"}}'
        answers = [json.loads(self.tune.stdout.readline() or ended) for _ in requests]
        for answer in answers:
            if "error" in answer:
                raise ValueError(answer["error"]["message"])
        return answers


if __name__ == "__main__":
    tuner = Tuner()
    tuner(study={
        "parameters": {"x": {"min": -5.0, "max": 5.0}, "n": {"min": 1, "max": 4}},
        "objective": {"name": "loss", "direction": "minimize"},
        "budget": {"trials": 20},
    })
    while isinstance(work := tuner(ask=4)["asked"], list):
        results = []
        for trial in work:
            x, n = trial["params"]["x"], trial["params"]["n"]
            results.append({"tell": {"trial": trial["trial"], "values": {"loss": (x - 1) ** 2 + n}}})
        tuner.batch(results)
    print(tuner(best=1)["best"][0], tuner(end=True)["ended"]["reason"])
