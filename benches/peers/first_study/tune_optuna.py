import json, subprocess, sys
import optuna

def objective(trial):
    params = {
        "lr": trial.suggest_float("lr", 1e-5, 0.1, log=True),
        "layers": trial.suggest_int("layers", 1, 4),
        "optimizer": trial.suggest_categorical("optimizer", ["adam", "sgd"]),
    }
    if params["optimizer"] == "sgd":
        params["momentum"] = trial.suggest_float("momentum", 0.0, 0.99)
    done = subprocess.run([sys.executable, "train.py", json.dumps(params)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["loss"]

study = optuna.create_study(study_name="s", storage="sqlite:///s.db", load_if_exists=True, direction="minimize")
left = 40 - sum(t.state.is_finished() for t in study.trials)
if left > 0:
    study.optimize(objective, n_trials=left, n_jobs=4, catch=(subprocess.CalledProcessError,))
print(study.best_trial.number, study.best_value, study.best_params)
