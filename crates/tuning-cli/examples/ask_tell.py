"""A client of `tune ask-tell` in thirty lines: `python3 ask_tell.py`. It needs nothing but Python's standard library."""

import json
import subprocess


class Tuner:
    """A study: `tuner(ask=1)` sends `{"ask": 1}` and returns the answer."""

    def __init__(self, *arguments):
        command = ["tune", "ask-tell", *arguments]
        self.tune = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, **request):
        print(json.dumps(request), file=self.tune.stdin, flush=True)
        answer = json.loads(self.tune.stdout.readline() or '{"error": {"message": "tune has ended"}}')
        if "error" in answer:
            raise ValueError(answer["error"]["message"])
        return answer


if __name__ == "__main__":
    tuner = Tuner()
    tuner(study={
        "parameters": {"x": {"min": -5.0, "max": 5.0}, "n": {"min": 1, "max": 4}},
        "objective": {"name": "loss", "direction": "minimize"},
        "budget": {"trials": 20},
    })
    while isinstance(work := tuner(ask=1)["asked"], list):
        for trial in work:
            x, n = trial["params"]["x"], trial["params"]["n"]
            tuner(tell={"trial": trial["trial"], "values": {"loss": (x - 1) ** 2 + n}})
    print(tuner(best=1)["best"][0], tuner(end=True)["ended"]["reason"])
