//! Tools whose parameters are words with arguments, `loguniform(1e-5, 0.1)`: NNI, Hydra, Orion, Ray.

use super::draft::{Draft, count, number, shown, text};
use crate::{
    document::{Node, Value},
    study_file::spellings::{Call, Meaning},
};

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    let entries = match node.map(|node| &node.value) {
        Some(Value::Map(entries)) => &entries[..],
        _ => &[],
    };
    entries
        .iter()
        .map(|entry| (entry.key.as_str(), &entry.node))
}

/// An experiment or a search space of NNI.
pub(super) fn nni(root: &Node, draft: &mut Draft) {
    let get = |keys: &[&str]| keys.iter().find_map(|key| root.get(key));
    draft.name = text(root, "experimentName");
    draft.command = get(&["trialCommand", "trial_command"])
        .and_then(Node::as_text)
        .map(str::to_owned);
    draft.workers = count(get(&["trialConcurrency", "trial_concurrency"]));
    draft.trials = count(get(&["maxTrialNumber", "max_trial_number", "maxTrialNum"]));
    let mode = root
        .get("tuner")
        .and_then(|tuner| tuner.get("classArgs").or_else(|| tuner.get("class_args")));
    let mode = mode.and_then(|arguments| text(arguments, "optimize_mode"));
    draft
        .objectives
        .push(("default".to_owned(), mode.as_deref() != Some("minimize")));
    draft.lost.push(
        "`nni.report_final_result(x)`: print `default=…` instead, and read the parameters from TUNE_PARAMS".to_owned(),
    );
    let space = match get(&["searchSpace", "search_space"]) {
        Some(space) => Some(space),
        None if get(&["searchSpaceFile", "search_space_file"]).is_some() => {
            draft
                .lost
                .push("`searchSpaceFile`: import that file, which has the parameters".to_owned());
            None
        }
        None => Some(root),
    };
    for (name, node) in entries(space) {
        let Some(word) = text(node, "_type") else {
            continue;
        };
        let arguments = match node.get("_value").map(|node| &node.value) {
            Some(Value::List(nodes)) => nodes.clone(),
            _ => Vec::new(),
        };
        draft.parameter(
            name,
            Call::new(&word, arguments).clips().meaning(),
            &shown(node),
        );
    }
    draft.lose(
        root,
        &[
            (
                "tuner",
                "the strategy is chosen automatically; `tune strategies` lists them",
            ),
            ("assessor", "add a `pruner`; `tune pruners` lists them"),
            ("trainingService", "trials run on this machine"),
            ("trialCodeDirectory", "set `workdir`"),
        ],
    );
}

/// A configuration of Hydra with a sweeper of Optuna, Ax or Nevergrad.
pub(super) fn hydra(root: &Node, draft: &mut Draft) {
    let Some(sweeper) = root.get("hydra").and_then(|hydra| hydra.get("sweeper")) else {
        return;
    };
    draft.name = text(sweeper, "study_name");
    draft.trials = count(sweeper.get("n_trials"));
    draft.workers = count(sweeper.get("n_jobs"));
    if let Some(direction) = text(sweeper, "direction") {
        draft.lost.push(
            "the objective's name: Hydra takes what the function returns; print `loss=…`"
                .to_owned(),
        );
        draft
            .objectives
            .push(("loss".to_owned(), direction == "maximize"));
    }
    for (name, node) in entries(sweeper.get("params")) {
        draft.parameter(name, of_hydra(node), &shown(node));
    }
    for (name, node) in entries(sweeper.get("search_space")) {
        let flag = node
            .get("log")
            .is_some_and(|log| log.to_json() == serde_json::Value::Bool(true));
        let (low, high) = (number(node.get("low")), number(node.get("high")));
        let meaning = match text(node, "type").as_deref() {
            _ if node.get("step").is_some() => None,
            Some("float") => low
                .zip(high)
                .and_then(|(low, high)| Meaning::floats(low, high, flag)),
            Some("int") => low
                .zip(high)
                .and_then(|(low, high)| Meaning::ints(low as i64, high as i64, flag)),
            Some("categorical") => match node.get("choices").map(|node| &node.value) {
                Some(Value::List(nodes)) => Meaning::values(nodes.iter().map(Node::to_json)),
                _ => None,
            },
            _ => None,
        };
        draft.parameter(name, meaning, &shown(node));
    }
    let arguments: Vec<String> = draft
        .parameters
        .iter()
        .map(|(name, _)| format!(" {name}=${{{name}}}"))
        .collect();
    draft.command = Some(format!("python3 train.py{}", arguments.concat()));
    draft
        .lost
        .push("the script's name: `train.py` stands for it in `command`".to_owned());
    draft.lose(
        sweeper,
        &[(
            "sampler",
            "the strategy is chosen automatically; `tune strategies` lists them",
        )],
    );
}

/// `interval(1, 5)`, `choice(a, b)`, `tag(log, interval(1e-5, 0.1))`, `range(1, 9)`.
fn of_hydra(node: &Node) -> Option<Meaning> {
    let source = node.as_text()?.trim();
    let simple: String = source.chars().filter(|c| !c.is_whitespace()).collect();
    let tagged = simple
        .strip_prefix("tag(log,")
        .and_then(|rest| rest.strip_suffix(')'));
    let source = tagged.unwrap_or(source);
    let call = Call::of_text(source);
    if let Some(inner) = source
        .strip_prefix("interval(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        // Two integers are a range of integers.
        let (low, high) = inner.split_once(',')?;
        let log = tagged.is_some();
        if let (Ok(low), Ok(high)) = (low.trim().parse(), high.trim().parse()) {
            return Meaning::ints(low, high, log);
        }
        return Meaning::floats(low.trim().parse().ok()?, high.trim().parse().ok()?, log);
    }
    if tagged.is_some() {
        return None;
    }
    if let Some(call) = call {
        return call.meaning();
    }
    // `1,2,3` is a choice, too.
    let list = crate::document::Format::Yaml
        .parse(&format!("[{source}]"))
        .ok()?;
    match &list.value {
        Value::List(nodes) if nodes.len() > 1 => Meaning::values(nodes.iter().map(Node::to_json)),
        _ => None,
    }
}

/// An experiment of Orion, or a script's configuration with its priors.
pub(super) fn orion(root: &Node, draft: &mut Draft) {
    if let Some(experiment) = root.get("experiment") {
        draft.name = text(experiment, "name");
        draft.trials = count(experiment.get("max_trials"));
        let workers = experiment
            .get("worker")
            .and_then(|worker| worker.get("n_workers"));
        draft.workers = count(workers.or_else(|| experiment.get("n_workers")));
        draft.lose(
            experiment,
            &[
                (
                    "algorithm",
                    "the strategy is chosen automatically; `tune strategies` lists them",
                ),
                (
                    "algorithms",
                    "the strategy is chosen automatically; `tune strategies` lists them",
                ),
            ],
        );
    }
    priors(root, "", draft);
    draft.lose(
        root,
        &[
            ("database", "the journal is a file beside the study"),
            ("storage", "the journal is a file beside the study"),
        ],
    );
}

fn priors(node: &Node, path: &str, draft: &mut Draft) {
    for (key, node) in entries(Some(node)) {
        let name = if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        };
        let prior = node.as_text().and_then(|text| {
            text.strip_prefix("orion~")
                .or_else(|| text.strip_prefix('~'))
        });
        let Some(prior) = prior else {
            priors(node, &name, draft);
            continue;
        };
        // `choices([a, b])` has its values in a list; what has further settings has no equal.
        let prior = prior
            .trim()
            .replace("choices([", "choice(")
            .replace("])", ")");
        let plain =
            !prior.contains("discrete") && !prior.contains("precision") && !prior.contains("shape");
        let meaning = Call::of_text(&prior)
            .filter(|_| plain)
            .and_then(|call| call.meaning());
        draft.parameter(name.trim_start_matches("space."), meaning, &prior);
    }
}

/// A file of experiments of Ray: the first of them.
pub(super) fn ray(root: &Node, draft: &mut Draft) {
    let experiments: Vec<_> = entries(Some(root))
        .filter(|(_, node)| node.get("config").is_some())
        .collect();
    let Some((name, experiment)) = experiments.first() else {
        return;
    };
    for (other, _) in &experiments[1..] {
        draft
            .lost
            .push(format!("experiment `{other}`: a study file has one"));
    }
    draft.name = Some((*name).to_owned());
    draft.trials = count(experiment.get("num_samples"));
    for (name, node) in entries(experiment.get("config")) {
        let call = entries(Some(node)).next().map(|(word, node)| {
            let arguments = match &node.value {
                Value::List(nodes) => nodes.clone(),
                _ => vec![node.clone()],
            };
            Call::new(word, arguments)
        });
        let meaning = match call {
            Some(call) => call.meaning(),
            None => Meaning::values([node.to_json()]),
        };
        draft.parameter(name, meaning, &shown(node));
    }
    draft.lose(
        experiment,
        &[
            ("run", "write a `command`"),
            ("stop", "the program ends by itself"),
            ("scheduler", "a strategy or a `pruner` stops trials"),
        ],
    );
}
