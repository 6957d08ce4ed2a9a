//! Tools whose parameters are mappings of a type and bounds: Determined, Azure ML.

use std::f64::consts::E;

use super::draft::{Draft, count, int, number, shown, text};
use crate::{
    document::{Node, Value},
    study_file::spellings::{Call, Meaning, powers},
};

fn values(node: Option<&Node>) -> Option<Meaning> {
    match &node?.value {
        Value::List(nodes) => Meaning::values(nodes.iter().map(Node::to_json)),
        _ => None,
    }
}

/// An experiment of Determined.
pub(super) fn determined(root: &Node, draft: &mut Draft) {
    draft.name = text(root, "name");
    draft.command = text(root, "entrypoint").filter(|entry| !entry.contains("model_def:"));
    if let Some(searcher) = root.get("searcher") {
        let larger = searcher.get("smaller_is_better").map(Node::to_json)
            == Some(serde_json::Value::Bool(false));
        if let Some(metric) = text(searcher, "metric") {
            draft.objectives.push((metric, larger));
        }
        draft.trials = count(searcher.get("max_trials"));
        draft.workers = count(searcher.get("max_concurrent_trials"));
        draft.lose(
            searcher,
            &[
                (
                    "name",
                    "the strategy is chosen automatically; `tune strategies` lists them",
                ),
                (
                    "max_length",
                    "set `fidelity`, if the strategy is to stop bad trials early",
                ),
            ],
        );
    }
    if let Some(parameters) = root.get("hyperparameters") {
        nested(parameters, "", draft);
    }
    draft.lost.push(
        "what Determined gives to a trial: the program reads its parameters from TUNE_PARAMS, and prints its metric"
            .to_owned(),
    );
    draft.lose(
        root,
        &[
            ("resources", "trials run on this machine"),
            ("environment", "set `env`"),
        ],
    );
}

fn nested(node: &Node, path: &str, draft: &mut Draft) {
    let Value::Map(entries) = &node.value else {
        return;
    };
    for entry in entries {
        let (name, node) = (format!("{path}{}", entry.key), &entry.node);
        let (min, max) = (node.get("minval"), node.get("maxval"));
        let meaning = match (text(node, "type").as_deref(), &node.value) {
            (Some("int"), _) => int(min)
                .zip(int(max))
                .and_then(|(min, max)| Meaning::ints(min, max, false)),
            (Some("double"), _) => number(min)
                .zip(number(max))
                .and_then(|(min, max)| Meaning::floats(min, max, false)),
            (Some("log"), _) => {
                let base = number(node.get("base")).unwrap_or(10.0);
                number(min)
                    .zip(number(max))
                    .and_then(|(min, max)| powers(min, max, base))
            }
            (Some("categorical"), _) => values(node.get("vals")),
            (Some("const"), _) => node.get("val").map(|value| Meaning::Value(value.to_json())),
            (None, Value::Map(_)) => {
                nested(node, &format!("{name}."), draft);
                continue;
            }
            (None, _) => Some(Meaning::Value(node.to_json())),
            _ => None,
        };
        draft.parameter(&name, meaning, &shown(node));
    }
}

/// A sweep job of Azure ML.
pub(super) fn azure(root: &Node, draft: &mut Draft) {
    draft.name = text(root, "display_name").or_else(|| text(root, "name"));
    if let Some(objective) = root.get("objective") {
        let maximize =
            text(objective, "goal").is_some_and(|goal| goal.eq_ignore_ascii_case("maximize"));
        if let Some(metric) = text(objective, "primary_metric") {
            draft.objectives.push((metric, maximize));
        }
    }
    if let Some(limits) = root.get("limits") {
        draft.trials = count(limits.get("max_total_trials"));
        draft.workers = count(limits.get("max_concurrent_trials"));
        draft.lose(
            limits,
            &[(
                "timeout",
                "set `budget.time`, which is the time of all runs together",
            )],
        );
    }
    if let Some(Value::Map(entries)) = root.get("search_space").map(|node| &node.value) {
        for entry in entries {
            draft.parameter(&entry.key, of_azure(&entry.node), &shown(&entry.node));
        }
    }
    let command = root.get("trial").and_then(|trial| text(trial, "command"));
    if let Some(mut command) = command {
        for (name, _) in &draft.parameters {
            command = command.replace(
                &format!("${{{{search_space.{name}}}}}"),
                &format!("${{{name}}}"),
            );
        }
        match command.contains("${{") {
            true => draft.lost.push(format!(
                "`trial.command`: it has inputs of Azure ML: {command}"
            )),
            false => draft.command = Some(command),
        }
    }
    draft.lose(
        root,
        &[
            (
                "sampling_algorithm",
                "the strategy is chosen automatically; `tune strategies` lists them",
            ),
            (
                "early_termination",
                "add a `pruner`; `tune pruners` lists them",
            ),
            ("compute", "trials run on this machine"),
        ],
    );
}

fn of_azure(node: &Node) -> Option<Meaning> {
    let (min, max) = (number(node.get("min_value")), number(node.get("max_value")));
    let word = text(node, "type")?;
    match word.as_str() {
        "choice" => values(node.get("values")),
        "randint" => Call::new("randint", vec![node.get("upper")?.clone()]).meaning(),
        "uniform" => Meaning::floats(min?, max?, false),
        // Its bounds are exponents.
        "loguniform" => powers(min?, max?, E),
        "quniform" => Meaning::rounded(min?, max?, number(node.get("q"))?),
        _ => None,
    }
}
