import json, os, subprocess, sys
from ray import tune

HERE = os.path.dirname(os.path.abspath(__file__))

def train(config):
    done = subprocess.run([sys.executable, f"{HERE}/train.py", json.dumps(config)], capture_output=True, text=True, check=True)
    tune.report({"loss": json.loads(done.stdout)["loss"]})

space = {
    "lr": tune.loguniform(1e-5, 0.1),
    "layers": tune.randint(1, 5),
    "optimizer": tune.choice(["adam", "sgd"]),
    "momentum": tune.uniform(0.0, 0.99),
}
config = tune.TuneConfig(metric="loss", mode="min", num_samples=40, max_concurrent_trials=4)
path = f"{HERE}/results/s"
trainable = tune.with_resources(train, {"cpu": 0.5})
if tune.Tuner.can_restore(path):
    tuner = tune.Tuner.restore(path, trainable, resume_errored=True)
else:
    tuner = tune.Tuner(trainable, param_space=space, tune_config=config, run_config=tune.RunConfig(name="s", storage_path=f"{HERE}/results"))
best = tuner.fit().get_best_result()
print(best.metrics["loss"], best.config)
