//! [`Draft`]: a study as far as a file of another tool tells it, and how it is written.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::tool::Tool;
use crate::{
    document::{Node, json_text, printable},
    study_file::spellings::{LONGEST_KEY, Meaning, written},
};

/// A study as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) name: Option<String>,
    pub(super) command: Option<String>,
    /// Names, and whether more is better.
    pub(super) objectives: Vec<(String, bool)>,
    pub(super) parameters: Vec<(String, Meaning)>,
    /// Those of the parameters, also of those that are lost.
    names: BTreeSet<String>,
    /// The file of a space of ConfigSpace, which is read as it is.
    pub(super) configspace: Option<String>,
    pub(super) trials: Option<u64>,
    pub(super) target: Option<f64>,
    pub(super) workers: Option<u64>,
    pub(super) lost: Vec<String>,
}

impl Draft {
    /// Adds a parameter; one that has no equal here is lost, and so is one without a name of its own.
    pub(super) fn parameter(&mut self, name: &str, meaning: Option<Meaning>, theirs: &str) {
        let lost = match meaning {
            _ if name.is_empty() => format!("a parameter without a name: `{theirs}`"),
            _ if !self.names.insert(name.to_owned()) => {
                format!("parameter `{name}` occurs twice: rename one")
            }
            Some(meaning) => {
                self.parameters.push((name.to_owned(), meaning));
                return;
            }
            None => {
                format!("parameter `{name}`: `{theirs}` has no equal: write the range that matters")
            }
        };
        self.lost.push(lost);
    }

    /// Notes keys that are lost, if they are there.
    pub(super) fn lose(&mut self, node: &Node, keys: &[(&str, &str)]) {
        for (key, why) in keys {
            if node.get(key).is_some() {
                self.lost.push(format!("`{key}`: {why}"));
            }
        }
    }

    /// The study file.
    pub(super) fn written(&mut self, tool: Tool) -> String {
        if self.parameters.is_empty() && self.configspace.is_none() {
            self.lost.push(
                "the parameters: the file has none where they are expected; add them".to_owned(),
            );
        }
        if self.objectives.is_empty() {
            self.lost.push(
                "the objective: the file does not name it; `loss`, to be minimized, stands for it"
                    .to_owned(),
            );
            self.objectives.push(("loss".to_owned(), false));
        }
        if self.trials.is_none() {
            self.lost.push(
                "the number of trials: the file does not say it; `budget: {trials: 100}` stands for it".to_owned(),
            );
        }
        let command = self.command.clone().unwrap_or_else(|| {
            self.lost.push(
                "the command: the file has none that can be run here; `command` has an example"
                    .to_owned(),
            );
            let names = self.parameters.iter().map(|(name, _)| name);
            let arguments: Vec<String> =
                names.map(|name| format!(" --{name}=${{{name}}}")).collect();
            format!("python3 train.py{}", arguments.concat())
        });
        let text = |text: &str| written(&Json::from(text));
        let mut out = format!("# Imported from a file of {tool}.\n");
        for lost in &self.lost {
            out.push_str(&format!(
                "# Not kept: {}\n",
                printable(lost.replace(['\n', '\r'], " "))
            ));
        }
        if let Some(name) = &self.name {
            out.push_str(&format!("name: {}\n", text(name)));
        }
        out.push_str(&format!("command: {}\n", json_text(&Json::from(command))));
        let objective = |(name, maximize): &(String, bool)| {
            let direction = if *maximize { "maximize" } else { "minimize" };
            format!("{{name: {}, direction: {direction}}}", text(name))
        };
        let objectives: Vec<String> = self.objectives.iter().map(objective).collect();
        match &objectives[..] {
            [one] => out.push_str(&format!("objective: {one}\n")),
            many => out.push_str(&format!("objectives: [{}]\n", many.join(", "))),
        }
        out.push_str("parameters:\n");
        if let Some(path) = &self.configspace {
            out.push_str(&format!("  configspace: {}\n", text(path)));
        }
        for (name, meaning) in &self.parameters {
            let name = text(name);
            match name.len() > LONGEST_KEY {
                true => out.push_str(&format!("  ? {name}\n  : {meaning}\n")),
                false => out.push_str(&format!("  {name}: {meaning}\n")),
            }
        }
        let target = self
            .target
            .map_or(String::new(), |target| format!(", target: {target:?}"));
        let trials = self.trials.unwrap_or(100).max(1);
        out.push_str(&format!("budget: {{trials: {trials}{target}}}\n"));
        if let Some(workers) = self.workers.filter(|workers| *workers > 0) {
            out.push_str(&format!("workers: {workers}\n"));
        }
        out
    }
}

/// A number, which may be written as a string.
pub(super) fn number(node: Option<&Node>) -> Option<f64> {
    let node = node?;
    node.as_number()
        .or_else(|| node.as_text()?.trim().parse().ok())
}

/// A whole number, which may be written as a string.
pub(super) fn int(node: Option<&Node>) -> Option<i64> {
    let number = number(node).filter(|number| number.fract() == 0.0 && number.abs() < 9e15)?;
    Some(number as i64)
}

/// A count, which may be written as a string.
pub(super) fn count(node: Option<&Node>) -> Option<u64> {
    u64::try_from(int(node)?).ok()
}

/// The text of a key.
pub(super) fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::as_text).map(str::to_owned)
}

/// What stands there, in one line.
pub(super) fn shown(node: &Node) -> String {
    written(&node.to_json())
}
