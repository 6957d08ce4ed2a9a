//! The strategy `process` in the registry: `strategy: {command: [python3, sampler.py]}`.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};
use tuning_core::{BoxedConfig, ConfigOption, Literal, StrategyConfig as _};
use tuning_process::{NAME, ProcessConfig, TIMEOUT};
use tuning_strategies::{Options, Registry, RegistryError};

/// Adds it.
pub(crate) fn register(registry: &mut Registry) {
    let timeout = humantime::format_duration(TIMEOUT).to_string();
    registry.register_with(
        NAME,
        "a program of your own that proposes, in any language",
        [
            ConfigOption::new(
                "command",
                Vec::<String>::new(),
                "the program and its arguments, or a script for the shell",
            ),
            ConfigOption::new(
                "options",
                BTreeMap::<String, Literal>::new(),
                "what the program is told as its options",
            ),
            ConfigOption::new("timeout", timeout, "how long one answer may take"),
            ConfigOption::new(
                "workdir",
                ".",
                "the folder that it runs in; by default that of the study file",
            ),
        ],
        |options, _| config(options),
    );
}

fn config(options: &Options) -> Result<BoxedConfig, RegistryError> {
    let mut config = ProcessConfig::new(command(options)?).timeout(timeout(options)?);
    config.options = options.get::<Map<String, Value>>("options")?;
    let workdir: String = options.get("workdir")?;
    if workdir != "." {
        config = config.workdir(workdir);
    }
    Ok(config.boxed())
}

/// A list of words, or a script for the shell, as for trials.
fn command(options: &Options) -> Result<Vec<String>, RegistryError> {
    let refuse = || {
        let expected = "expected a program and its arguments, such as `[python3, sampler.py]`";
        wrong(options, "command", expected.to_owned())
    };
    match options.values().get("command") {
        Some(Value::String(script)) if !script.trim().is_empty() => {
            Ok(["sh", "-c", script].map(str::to_owned).into())
        }
        Some(Value::Array(words)) if !words.is_empty() => words
            .iter()
            .map(|word| match word {
                Value::String(word) => Ok(word.clone()),
                Value::Number(_) | Value::Bool(_) => Ok(word.to_string()),
                _ => Err(refuse()),
            })
            .collect(),
        _ => Err(refuse()),
    }
}

fn timeout(options: &Options) -> Result<Duration, RegistryError> {
    let expected = "expected a duration with its unit, such as `90s` or `15min`";
    let refuse = || wrong(options, "timeout", expected.to_owned());
    let text: String = options.get("timeout").map_err(|_| refuse())?;
    match humantime::parse_duration(&text) {
        Ok(timeout) if !timeout.is_zero() => Ok(timeout),
        _ => Err(refuse()),
    }
}

fn wrong(options: &Options, option: &str, problem: String) -> RegistryError {
    RegistryError::WrongValue {
        strategy: NAME.to_owned(),
        option: option.to_owned(),
        value: Box::new(options.values().get(option).cloned().unwrap_or_default()),
        problem,
        default: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> String {
        let mut registry = Registry::standard();
        register(&mut registry);
        match registry.read(&value) {
            Ok(config) => config.spec().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_command_with_options_is_a_strategy() {
        let check = |value: Value, expect: &str| assert_eq!(read(value), expect);
        check(
            json!({"name": "process", "command": ["python3", "s.py", 5], "options": {"n": 3}, "timeout": "5min"}),
            "process (command: python3 s.py 5, options.n: 3)",
        );
        check(
            json!({"name": "dedup", "inner": {"name": "process", "command": "exec ./s"}}),
            "dedup (attempts: 16, inner.command: sh -c \"exec ./s\", inner.name: process)",
        );
        check(
            json!({"name": "process", "command": []}),
            "option `command` of strategy `process` cannot be `[]`: expected a program and its arguments, such as \
             `[python3, sampler.py]`",
        );
        check(
            json!({"name": "process", "command": ["a", ["b"]]}),
            "option `command` of strategy `process` cannot be `[\"a\",[\"b\"]]`: expected a program and its arguments, \
             such as `[python3, sampler.py]`",
        );
        check(
            json!({"name": "process", "command": ["a"], "timeout": 5}),
            "option `timeout` of strategy `process` cannot be `5`: expected a duration with its unit, such as `90s` \
             or `15min`",
        );
    }
}
