//! Words at the top of a file: `metric`, `method`, `n_trials`.

use tuning_core::Literal;

use super::{Within, remedy, translation::Translation};
use crate::document::{Entry, Node, Reading, Value};

/// The names of what there is, for advice.
#[derive(Clone, Debug, Default)]
pub(in crate::study_file) struct Names<'a> {
    pub(in crate::study_file) strategies: Vec<&'a str>,
    pub(in crate::study_file) pruners: Vec<&'a str>,
}

/// What a strategy is called elsewhere, and here, if it is registered.
const METHODS: &[(&str, &[&str])] = &[
    ("bayes", &["gp", "tpe"]),
    ("bayesian", &["gp", "tpe"]),
    ("tpe", &["tpe"]),
    ("gp", &["gp"]),
    ("cma", &["cmaes", "cma-es"]),
    ("qmc", &["sobol"]),
    ("grid", &["grid"]),
    ("random", &["random"]),
    ("hyperband", &["hyperband", "bohb"]),
    ("asha", &["asha"]),
    ("nsga", &["nsga2", "nsga-ii"]),
];

/// How pruners begin that are strategies here.
const LADDERS: [&str; 4] = ["asha", "bohb", "hyperband", "successive"];

pub(super) fn translate(file: &mut Node, reading: &Reading, names: &Names<'_>) {
    let strategies = &names.strategies;
    let mut file = Translation::new(file, reading, "");
    file.metric();
    if file
        .get("n_jobs")
        .and_then(Node::as_number)
        .is_some_and(|jobs| jobs < 0.0)
    {
        let remedy = "remove it: without `workers` there is one per core";
        file.refuse("n_jobs", Some("workers"), remedy);
    }
    file.rename(Within::File);
    for key in ["objective", "objectives"] {
        file.objectives(key);
    }
    file.methods(strategies);
    file.ladders(names);
    file.refused(strategies);
}

impl Translation<'_> {
    /// `metric: {name: loss, goal: minimize}`, or `metric: loss` with `mode: min` beside it.
    fn metric(&mut self) {
        const DIRECTIONS: [&str; 3] = ["mode", "goal", "direction"];
        let beside = DIRECTIONS.into_iter().find(|key| self.get(key).is_some());
        let is_name = self
            .get("metric")
            .is_some_and(|metric| metric.as_text().is_some());
        if let (true, Some(key)) = (is_name, beside)
            && let Some(direction) = self.take(key)
            && let Some(mut metric) = self.take("metric")
        {
            let name = Entry {
                key: "name".to_owned(),
                place: metric.place.clone(),
                node: metric.node.clone(),
            };
            metric.node.value = Value::Map(vec![name, direction.renamed("direction")]);
            self.put("objective", metric);
            return;
        }
        // Its target is a part of our budget.
        let entries = self.map.get_mut("metric").and_then(Node::entries_mut);
        let target = entries.and_then(|entries| {
            let at = entries.iter().position(|entry| entry.key == "target")?;
            Some(entries.remove(at))
        });
        if let Some(target) = target {
            self.put("budget.target", target);
        }
    }

    fn objectives(&mut self, key: &str) {
        let reading = self.reading;
        let Some(node) = self.map.get_mut(key) else {
            return;
        };
        let objectives = match &mut node.value {
            Value::List(nodes) => nodes.iter_mut().collect(),
            _ => vec![node],
        };
        for node in objectives {
            if node.entries_mut().is_none() {
                continue;
            }
            Translation::new(node, reading, key).rename(Within::Objective);
            let direction = node.get_mut("direction");
            if let Some(direction) = direction
                && let Some(ours) = match direction.as_text() {
                    Some("min") => Some("minimize"),
                    Some("max") => Some("maximize"),
                    _ => None,
                }
            {
                direction.value = Value::Scalar(Literal::from(ours));
            }
        }
    }

    /// `method: random` is `strategy: random`; others have options, and meanings, of their own.
    fn methods(&mut self, strategies: &[&str]) {
        for theirs in ["method", "sampler"] {
            let Some(name) = self.get(theirs).map(method) else {
                continue;
            };
            if name.as_deref() == Some("random") && strategies.contains(&"random") {
                let entry = self.take(theirs).expect("it was there a moment ago");
                self.put("strategy", entry.put_text("random"));
                continue;
            }
            let remedy = format!(
                "write `strategy: {}`; `tune strategies` lists them with their options",
                candidates(name.as_deref(), strategies)
            );
            self.refuse(theirs, Some("strategy"), &remedy);
        }
    }

    /// Schedulers, and pruners that compare trials on a ladder of fidelities: here these are strategies.
    fn ladders(&mut self, names: &Names<'_>) {
        let pruner = self.get("pruner").and_then(method);
        let is_ladder = pruner.is_some_and(|name| {
            let begins = |word: &&str| name.starts_with(word);
            LADDERS.iter().any(begins) && !names.pruners.contains(&name.as_str())
        });
        let pruner = is_ladder.then_some("pruner");
        for key in pruner.into_iter().chain(["scheduler"]) {
            let remedy = format!(
                "a strategy compares trials at the steps of a ladder here: write `strategy: {}` and \
                 `fidelity: {{min: 1, max: 27}}`, the steps of a whole trial",
                candidates(Some("hyperband"), &names.strategies)
            );
            self.refuse(key, None, &remedy);
        }
    }

    /// What has no equal, or one of which the reader should know more.
    fn refused(&mut self, strategies: &[&str]) {
        let text = |node: Option<&Node>, other: &str| {
            node.and_then(Node::as_text).unwrap_or(other).to_owned()
        };
        if let Some(trials) = self.get("n_trials") {
            let trials = remedy::shown(trials).unwrap_or_else(|| "100".to_owned());
            let remedy = format!(
                "write `budget: {{trials: {trials}}}`, which counts the trials of all runs together"
            );
            self.refuse("n_trials", Some("budget"), &remedy);
        }
        if self.get("program").is_some() {
            let program = text(self.get("program"), "train.py");
            let remedy = match self.get("command") {
                Some(_) => format!("write `{program}` into `command`, and remove it here"),
                None => format!("write `command: [python, {program}, \"${{args}}\"]`"),
            };
            self.refuse("program", Some("command"), &remedy);
        }
        if self.get("direction").is_some() {
            let direction = text(self.get("direction"), "minimize");
            let remedy = format!(
                "write `objective: {{name: NAME, direction: {direction}}}` with the name of the value that the \
                 program prints"
            );
            self.refuse("direction", Some("objective"), &remedy);
        }
        let several = "write `objectives: [{name: NAME, direction: minimize}, …]` with the names of the values \
                       that the program prints";
        self.refuse("directions", Some("objectives"), several);
        for key in ["mode", "goal"] {
            let remedy =
                "write it into the objective: `objective: {name: NAME, direction: minimize}`";
            self.refuse(key, Some("objective"), remedy);
        }
        if let Some(seconds) = self.get("time_budget_s") {
            let seconds = remedy::shown(seconds).unwrap_or_else(|| "3600".to_owned());
            let remedy = format!(
                "write `budget: {{time: {seconds}s}}`, which is the time of all runs together"
            );
            self.refuse("time_budget_s", Some("budget"), &remedy);
        }
        if self.get("storage").is_some() {
            let storage = text(self.get("storage"), "study.db");
            let file = storage.strip_prefix("sqlite:///").unwrap_or("study.db");
            let remedy = format!("write `journal: {file}`, a file of `tune`'s own");
            self.refuse("storage", Some("journal"), &remedy);
        }
        let resumes = "remove it: an existing study is always resumed";
        self.refuse("load_if_exists", None, resumes);
        if self.get("early_terminate").is_some() {
            let remedy = early_terminate(self.get("early_terminate"), strategies);
            self.refuse("early_terminate", None, &remedy);
        }
        for key in ["project", "entity", "controller", "description"] {
            self.refuse(
                key,
                None,
                "means nothing here: remove it, or make it a comment",
            );
        }
    }
}

/// The name of a method, a sampler or a pruner: `TPESampler`, `{name: tpe, …}`.
fn method(node: &Node) -> Option<String> {
    let name = node.as_text().or_else(|| {
        let inner = ["name", "type"].into_iter().find_map(|key| node.get(key));
        inner.and_then(Node::as_text)
    })?;
    let name = name.to_lowercase();
    let short = ["sampler", "pruner"]
        .into_iter()
        .find_map(|word| name.strip_suffix(word));
    Some(short.unwrap_or(&name).to_owned())
}

/// The strategies that correspond to a name of another tool.
fn candidates(theirs: Option<&str>, strategies: &[&str]) -> String {
    let meant = theirs.and_then(|theirs| {
        let (_, ours) = METHODS.iter().find(|(word, _)| theirs.starts_with(word))?;
        let there: Vec<&str> = ours
            .iter()
            .filter(|name| strategies.contains(name))
            .copied()
            .collect();
        (!there.is_empty()).then(|| there.join("` or `strategy: "))
    });
    meant.unwrap_or_else(|| "NAME".to_owned())
}

/// W&B: `{type: hyperband, min_iter: 3, max_iter: 27, s: 2, eta: 3}`.
fn early_terminate(node: Option<&Node>, strategies: &[&str]) -> String {
    let number = |key: &str| node?.get(key).and_then(remedy::shown);
    let (min, max) = (number("min_iter"), number("max_iter"));
    format!(
        "a strategy stops bad trials here: write `strategy: {}` and `fidelity: {{min: {}, max: {}}}`, the steps \
         of a whole trial",
        candidates(Some("hyperband"), strategies),
        min.as_deref().unwrap_or("1"),
        max.as_deref().unwrap_or("27"),
    )
}
