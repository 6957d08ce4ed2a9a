//! Words at the top of a file: `metric`, `method`, `n_trials`.

use serde_json::Value as Json;
use tuning_core::Literal;

use super::{Within, meaning::written, remedy, translation::Translation};
use crate::{
    document::{Entry, Node, Reading, Value},
    limits,
};

/// The names of what there is, for advice.
#[derive(Clone, Debug, Default)]
pub(in crate::study_file) struct Names<'a> {
    pub(in crate::study_file) strategies: Vec<&'a str>,
    pub(in crate::study_file) pruners: Vec<&'a str>,
}

/// Keys that have no equal, or one of which the reader should know more.
pub(in crate::study_file) const REFUSED: [&str; 14] = [
    "n_trials",
    "time_budget_s",
    "timeout",
    "program",
    "direction",
    "directions",
    "mode",
    "goal",
    "storage",
    "load_if_exists",
    "project",
    "entity",
    "controller",
    "description",
];

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
    file.refused();
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

    /// What has no equal, or one of which the reader should know more.
    fn refused(&mut self) {
        let there = REFUSED.into_iter().filter(|key| self.get(key).is_some());
        // All of them first: what to write for one may speak of another.
        let remedies: Vec<_> = there.map(|key| (key, self.remedy(key))).collect();
        for (key, (ours, remedy)) in remedies {
            if ours == Some("objective") {
                // It is told together with this.
                drop(self.take("objective"));
                drop(self.take("objectives"));
            }
            self.refuse(key, ours, &remedy);
        }
    }

    /// What a key stands for, and what to write for it.
    fn remedy(&self, key: &str) -> (Option<&'static str>, String) {
        let Some(node) = self.get(key) else {
            return (None, String::new());
        };
        match key {
            "n_trials" | "time_budget_s" => (Some("budget"), self.limit(key, node)),
            "timeout" => {
                let time = time(node).unwrap_or_else(|| "60s".to_owned());
                let budget = written(&self.budget(&[("time", time.as_str().into())]));
                let remedy = format!(
                    "write `trial_timeout: {time}` for each attempt at a trial, or `budget: {budget}` for all runs of \
                     the study together"
                );
                (None, remedy)
            }
            "program" => {
                let program = written(&node.as_text().unwrap_or("train.py").into());
                let remedy = match self.get("command") {
                    Some(_) => format!("write `{program}` into `command`, and remove it here"),
                    None => format!("write `command: [python, {program}, \"${{args}}\"]`"),
                };
                (Some("command"), remedy)
            }
            "direction" | "directions" | "mode" | "goal" => self.direction(node),
            "storage" => {
                let remedy = format!(
                    "write `journal: {}`, a journal of `tune`'s own",
                    journal(node)
                );
                (Some("journal"), remedy)
            }
            "load_if_exists" => (
                None,
                "remove it: an existing study is always resumed".to_owned(),
            ),
            _ => (
                None,
                "means nothing here: remove it, or make it a comment".to_owned(),
            ),
        }
    }

    /// What to write for a limit of one run.
    fn limit(&self, theirs: &str, node: &Node) -> String {
        let (ours, what) = match theirs {
            "n_trials" => ("trials", "counts the trials"),
            _ => ("time", "is the time"),
        };
        let budget = self.get("budget");
        if budget.is_some_and(|budget| budget.get(ours).is_some()) {
            return format!("remove it: `budget.{ours}` is the limit already");
        }
        if node.value == Value::Null {
            return "remove it: what `budget` does not limit has no limit".to_owned();
        }
        // Both at once: there is one `budget`.
        let trials = self.get("n_trials").and_then(remedy::count);
        let time = self.get("time_budget_s").and_then(time);
        let limits: Vec<(&str, Json)> = [
            ("trials", trials.map(Json::from)),
            ("time", time.map(Json::from)),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect();
        if !limits.iter().any(|(key, _)| *key == ours) {
            let example = match ours {
                "trials" => "{trials: 100}",
                _ => "{time: 1h}",
            };
            return format!("it is no limit: write one, such as `budget: {example}`, or remove it");
        }
        let budget = written(&self.budget(&limits));
        format!("write `budget: {budget}`, which {what} of all runs together")
    }

    /// The budget with further limits; those that are there stay.
    fn budget(&self, limits: &[(&str, Json)]) -> Json {
        let mut budget = match self.get("budget").map(Node::to_json) {
            Some(Json::Object(budget)) => budget,
            _ => serde_json::Map::new(),
        };
        for (key, value) in limits {
            budget.entry(*key).or_insert_with(|| value.clone());
        }
        Json::Object(budget)
    }

    /// `direction: minimize` and `directions: [minimize, maximize]`, without the names of what is measured.
    fn direction(&self, node: &Node) -> (Option<&'static str>, String) {
        let objective = self.get("objective").or_else(|| self.get("objectives"));
        let has_direction = |node: &Node| node.get("direction").is_some();
        let is_said = objective.is_some_and(|node| match &node.value {
            Value::List(nodes) => nodes.iter().any(has_direction),
            _ => has_direction(node),
        });
        if is_said {
            return (None, "remove it: the objective says it already".to_owned());
        }
        let names: Vec<&str> = match objective.map(|node| (&node.value, node)) {
            Some((Value::List(nodes), _)) => nodes.iter().filter_map(name).collect(),
            Some((_, node)) => name(node).into_iter().collect(),
            None => Vec::new(),
        };
        let several = match &node.value {
            Value::List(nodes) => nodes.iter().collect(),
            _ => vec![node],
        };
        let many = several.len() > 1;
        let objectives: Vec<String> = several
            .iter()
            .enumerate()
            .map(|(index, node)| {
                let name = match names.get(index) {
                    Some(name) => written(&(*name).into()),
                    None if many => format!("NAME_{}", index + 1),
                    None => "NAME".to_owned(),
                };
                let direction = direction_of(node).unwrap_or("minimize");
                format!("{{name: {name}, direction: {direction}}}")
            })
            .collect();
        let (ours, what) = match many {
            true => ("objectives", format!("[{}]", objectives.join(", "))),
            false => ("objective", objectives.concat()),
        };
        let known = several.iter().all(|node| direction_of(node).is_some());
        let known = match known {
            true => "",
            false => ", or `maximize`,",
        };
        let remedy = format!(
            "write `{ours}: {what}`{known} with the name of each value that the program prints"
        );
        (Some("objective"), remedy)
    }
}

/// The name of an objective.
fn name(node: &Node) -> Option<&str> {
    node.as_text().or_else(|| node.get("name")?.as_text())
}

/// `max`, `MAXIMIZE`, `StudyDirection.MAXIMIZE`.
fn direction_of(node: &Node) -> Option<&'static str> {
    let word = node.as_text()?.to_lowercase();
    match word.rsplit('.').next()? {
        "min" | "minimize" | "minimise" => Some("minimize"),
        "max" | "maximize" | "maximise" => Some("maximize"),
        _ => None,
    }
}

/// A time that is a number of seconds, or has a unit.
fn time(node: &Node) -> Option<String> {
    let longest = limits::LONGEST.as_secs_f64();
    if let Some(text) = node.as_text() {
        let time = humantime::parse_duration(text).ok()?;
        let fits = !time.is_zero() && time <= limits::LONGEST;
        return fits.then(|| text.to_owned());
    }
    let seconds = node
        .as_number()
        .filter(|seconds| *seconds > 0.0 && *seconds <= longest)?;
    Some(match seconds.fract() == 0.0 {
        true => format!("{seconds:.0}s"),
        false => format!("{:.0}ms", (seconds * 1e3).ceil()),
    })
}

/// The journal in the place of a storage of Optuna: `sqlite:///study.db`.
fn journal(storage: &Node) -> String {
    let path = match storage.as_text() {
        None if storage.value == Value::Null => "memory",
        None => "study.db",
        Some(url) => match url.split_once("://") {
            Some((scheme, path)) if scheme.starts_with("sqlite") => {
                let path = path.split('?').next().unwrap_or(path);
                match path.strip_prefix('/').unwrap_or(path) {
                    "" | ":memory:" => "memory",
                    // A file of that name, not the kind of journal.
                    "memory" | "sqlite" => "study.db",
                    path => path,
                }
            }
            _ => "study.db",
        },
    };
    written(&path.into())
}
