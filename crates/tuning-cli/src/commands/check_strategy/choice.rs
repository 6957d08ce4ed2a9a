//! [`Choice`]: what the command line chooses, checked.

use std::time::Duration;

use serde_json::{Map, Value};
use tuning_conformance::{Law, Lawlike as _, problems};
use tuning_core::nearest;

use crate::{
    args::{CheckStrategyArgs, duration},
    error::CliError,
    shell,
};

/// What the command line chooses.
pub(super) struct Choice {
    pub(super) options: Map<String, Value>,
    pub(super) patience: Duration,
    /// All if there are none.
    pub(super) laws: Vec<Law>,
    /// The command line without what chooses laws, problems and seeds: before and behind that.
    pub(super) repeat: (String, String),
}

impl Choice {
    pub(super) fn of(args: &CheckStrategyArgs) -> Result<Self, CliError> {
        let laws: Result<_, _> = args.laws.iter().map(|name| law(name)).collect();
        for name in &args.problems {
            problem(name)?;
        }
        let mut before = "tune check-strategy".to_owned();
        if let Some(options) = &args.options {
            before.push_str(&format!(" --options '{options}'"));
        }
        Ok(Self {
            options: options(args.options.as_deref())?,
            patience: patience(&args.timeout)?,
            laws: laws?,
            repeat: (
                before,
                format!(
                    "-- {}",
                    shell::words(args.command.iter().map(String::as_str))
                ),
            ),
        })
    }
}

fn options(text: Option<&str>) -> Result<Map<String, Value>, CliError> {
    let Some(text) = text else {
        return Ok(Map::new());
    };
    serde_json::from_str(text).map_err(|error| {
        CliError::Usage(format!(
            "`--options {text}` is not a JSON object ({error}): write it as in `--options '{{\"step\": 0.3}}'`"
        ))
    })
}

fn patience(text: &str) -> Result<Duration, CliError> {
    duration(text).map_err(|_| {
        CliError::Usage(format!(
            "`--timeout {text}` is not a duration: write it with its unit, as in `90s`"
        ))
    })
}

/// A law by its name or number.
fn law(name: &str) -> Result<Law, CliError> {
    let laws = Law::ALL.iter().copied();
    let mut found = laws.filter(|law| law.name() == name || law.number().to_string() == name);
    found.next().ok_or_else(|| {
        let names: Vec<&str> = Law::ALL.iter().map(|law| law.name()).collect();
        unknown("law", name, &names)
    })
}

/// A problem by its name, or all of a space.
fn problem(name: &str) -> Result<(), CliError> {
    let problems = problems(1);
    let mut names: Vec<&str> = problems.iter().map(|problem| &*problem.name).collect();
    let spaces: Vec<&str> = names
        .iter()
        .filter_map(|name| Some(name.split_once('/')?.0))
        .collect();
    names.extend(spaces);
    names.dedup();
    match names.contains(&name) {
        true => Ok(()),
        false => Err(unknown("problem", name, &names)),
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> CliError {
    let advice = match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are `{}`", known.join("`, `")),
    };
    CliError::Usage(format!("there is no {what} `{name}`: {advice}"))
}
