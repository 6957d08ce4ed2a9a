"""The same first study by `tune`, Optuna and Ray Tune, in turn: when the first trial has ended, how long all take, what is shown.

python3 measure.py TUNE [ROUNDS]   # TUNE is the program; a Python with `optuna` and `ray[tune]` runs this
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def measure(name, command, files):
    with tempfile.TemporaryDirectory() as folder:
        for file in ["train.py", *files]:
            shutil.copy(os.path.join(HERE, file), folder)
        ends = os.path.join(folder, "ends.txt")
        path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
        began = time.time()
        done = subprocess.run(command, cwd=folder, env={**os.environ, "ENDS": ends, "PATH": path}, capture_output=True, text=True)
        took = time.time() - began
        with open(ends) as file:
            times = sorted(float(line) for line in file)
        shown = (done.stdout + done.stderr).count("\n")
        print(f"{name}: first {times[0] - began:.2f} s, all {took:.1f} s, {len(times)} trials, {shown} lines shown", flush=True)


def main():
    tune = os.path.abspath(sys.argv[1])
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
        measure("tune", [tune, "run", "study.yaml"], ["study.yaml"])
        measure("Optuna", [sys.executable, "tune_optuna.py"], ["tune_optuna.py"])
        measure("Optuna's CLI", ["bash", "optuna_cli.sh"], ["optuna_cli.sh"])
        measure("Ray Tune", [sys.executable, "tune_ray.py"], ["tune_ray.py"])


if __name__ == "__main__":
    main()
