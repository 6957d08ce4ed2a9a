"""Tunes the function of train.py by `tune ask-tell`: the same study as `tune run study.yaml`, in one process.

`python3 tune_it.py [arguments of tune ask-tell]`; killed and started again, it resumes.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from ask_tell import Tuner  # noqa: E402
from train import train  # noqa: E402

tuner = Tuner(str(HERE / "study.yaml"), *sys.argv[1:])
while isinstance(work := tuner(ask=1)["asked"], list):
    for trial in work:
        number = trial["trial"]

        def report(epoch, loss):
            told = tuner(report={"trial": number, "at": epoch, "values": {"loss": loss}})
            return told["verdict"] == "continue"

        try:
            seed = trial["seed"] % 2**32  # as TUNE_SEED: NumPy takes no more
            loss = train(trial["params"], seed, report)
            tuner(tell={"trial": number, "values": {"loss": loss}})
        except ArithmeticError as error:
            tuner(tell={"trial": number, "failed": str(error)})
best = tuner(best=1)["best"][0]
print(f"loss {best['values']['loss']:.4f} with {best['params']}")
tuner(end=True)
