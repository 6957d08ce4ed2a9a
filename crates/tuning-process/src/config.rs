//! [`ProcessConfig`]: which program proposes, and with which options.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tuning_core::{Literal, Problem, Spec, StrategyConfig, Unsupported};

use crate::{ProcessPool, ProcessStrategy};

/// The name of the strategy in registries and journals.
pub const NAME: &str = "process";

/// How long a program may take for an answer, unless set.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// A strategy that is a program of its own. The [crate](crate) says what it reads and writes.
///
/// Its identity in a journal is the command and the options: not how long it may take, nor where it runs.
///
/// # Example
/// ```no_run
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig as _};
/// use tuning_process::ProcessConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log()])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let strategy = ProcessConfig::new(["python3", "one_plus_one.py"])
///     .option("step", 0.3)
///     .build(&problem)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProcessConfig {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What it is told with the problem, as it stands.
    #[serde(default)]
    pub options: Map<String, Value>,
    /// How long it may take for one answer; [`TIMEOUT`] if absent.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// The folder that it runs in; this process's own if absent.
    #[serde(default)]
    pub workdir: Option<PathBuf>,
    /// Where processes come from and go to; each strategy has a new one if absent.
    #[serde(skip)]
    pub pool: Option<ProcessPool>,
}

impl ProcessConfig {
    /// This program with these arguments.
    #[must_use]
    pub fn new<S: Into<String>>(command: impl IntoIterator<Item = S>) -> Self {
        Self {
            command: command.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Adds an option.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }

    /// Sets how long an answer may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the folder to run in.
    #[must_use]
    pub fn workdir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.workdir = Some(folder.into());
        self
    }

    /// Takes processes from this pool.
    #[must_use]
    pub fn pool(mut self, pool: &ProcessPool) -> Self {
        self.pool = Some(pool.clone());
        self
    }

    /// The command as people write it.
    pub(crate) fn shown(&self) -> String {
        let words: Vec<_> = self.command.iter().map(|word| quoted(word)).collect();
        words.join(" ")
    }
}

impl StrategyConfig for ProcessConfig {
    type Strategy = ProcessStrategy;

    fn spec(&self) -> Spec {
        let mut spec = Spec::new(NAME).option("command", self.shown());
        for (name, value) in &self.options {
            spec = flat(spec, &format!("options.{name}"), value);
        }
        spec
    }

    /// Starts the program and tells it the problem.
    ///
    /// # Errors
    /// If it cannot be started, or says that it cannot handle the problem. A program that crashes here, or
    /// says nothing that means anything, fails when it is asked: that is no matter of the problem.
    fn build(&self, problem: &Problem) -> Result<ProcessStrategy, Unsupported> {
        ProcessStrategy::start(self, problem)
    }
}

/// A word as it is, or in quotes if it could be mistaken.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        Value::from(word).to_string()
    }
}

/// Options within options, with dots between their names.
fn flat(spec: Spec, name: &str, value: &Value) -> Spec {
    let literal: Literal = match value {
        Value::Object(map) => {
            let parts = map.iter();
            return parts.fold(spec, |spec, (key, value)| {
                flat(spec, &format!("{name}.{key}"), value)
            });
        }
        Value::Array(list) => {
            let parts = list.iter().enumerate();
            return parts.fold(spec, |spec, (place, value)| {
                flat(spec, &format!("{name}.{place}"), value)
            });
        }
        Value::Bool(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => int.into(),
            (None, Some(float)) => float.into(),
            (None, None) => number.to_string().into(),
        },
        Value::Null => "null".into(),
    };
    spec.option(name, literal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn its_identity_is_the_command_and_the_options_alone() {
        let config = ProcessConfig::new(["python3", "my sampler.py"])
            .option("population", 20)
            .option("steps", json!([0.5, {"last": null}]));
        let spec = config.spec();
        assert_eq!(
            spec.to_string(),
            "process (command: python3 \"my sampler.py\", options.population: 20, options.steps.0: 0.5, \
             options.steps.1.last: null)"
        );
        let slow = config.timeout(Duration::from_secs(1)).workdir("/tmp");
        assert_eq!(slow.spec(), spec);
        assert_ne!(
            ProcessConfig::new(["a b"]).spec(),
            ProcessConfig::new(["a", "b"]).spec()
        );
    }
}
