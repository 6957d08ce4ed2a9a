"""A client of `tune ask-tell`: `python3 ask_tell.py`. It needs nothing but Python's standard library."""

import json
import subprocess
import tempfile


class Tuner:
    """A study: `tuner(ask=1)` sends `{"ask": 1}` and returns the answer."""

    def __init__(self, *arguments):
        command = ["tune", "ask-tell", *arguments]
        self.log = tempfile.TemporaryFile("w+")
        pipe = subprocess.PIPE
        self.tune = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self.log, text=True)

    def __call__(self, **request):
        return self.batch([request])[0]

    def batch(self, requests):
        """Sends up to 100 requests, which are made durable together, and returns their answers."""
        try:
            self.tune.stdin.write("".join(json.dumps(request) + "\n" for request in requests))
            self.tune.stdin.flush()
        except BrokenPipeError:
            raise ValueError(self.reason()) from None
        answers = []
        for _ in requests:
            line = self.tune.stdout.readline()
            answer = json.loads(line) if line else {"error": {"message": self.reason()}}
            if "error" in answer:
                raise ValueError(answer["error"]["message"])
            answers.append(answer)
        return answers

    def reason(self):
        """Why the program has ended, in its own words."""
        code = self.tune.wait()
        self.log.seek(0)
        return self.log.read().strip() or f"tune has ended with exit code {code}"


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
