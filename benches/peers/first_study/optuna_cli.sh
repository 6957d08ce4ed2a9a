S="--storage sqlite:///s.db --study-name s"
optuna create-study $S --direction minimize
one() {
  asked=$(optuna ask $S --search-space '{"lr": {"name": "FloatDistribution", "attributes": {"low": 1e-5, "high": 0.1, "log": true}},
    "layers": {"name": "IntDistribution", "attributes": {"low": 1, "high": 4}},
    "optimizer": {"name": "CategoricalDistribution", "attributes": {"choices": ["adam", "sgd"]}},
    "momentum": {"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 0.99}}}' --format json)
  params=$(echo "$asked" | python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["params"]))')
  trial=$(echo "$asked" | python3 -c 'import json, sys; print(json.load(sys.stdin)["number"])')
  loss=$(python3 train.py "$params" | python3 -c 'import json, sys; print(json.load(sys.stdin)["loss"])')
  optuna tell $S --trial-number $trial --values $loss
}
for n in $(seq "${1:-40}"); do one; done
optuna best-trial $S
