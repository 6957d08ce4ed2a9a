//! What the configurations of pruners and schedulers have in common: options that are fidelities, and one objective.

use tuning_core::{ConfigOption, Problem, Unsupported};

/// The highest fidelity that an option can be: a floating-point number holds all integers up to it.
const MOST: f64 = 1e15;

/// An option that is a fidelity, or an amount of resource. What is too large for an integer is out of range anyway.
pub(crate) fn fidelity(
    name: &'static str,
    value: impl Into<Option<u64>>,
    about: &'static str,
    least: f64,
) -> ConfigOption {
    let value = value.into();
    let value = value.map(|value| i64::try_from(value).unwrap_or(i64::MAX));
    ConfigOption::new(name, value, about)
        .at_least(least)
        .at_most(MOST)
}

/// Refuses for a pruner an option that is out of its range, and a study of several objectives.
pub(crate) fn check_pruner(
    name: &str,
    options: &[ConfigOption],
    problem: &Problem,
) -> Result<(), Unsupported> {
    for option in options {
        option.check_pruner(name)?;
    }
    one_objective(problem)
        .map_err(|message| Unsupported::pruner(name, format!("{message}; or remove the pruner")))
}

/// Refuses for a strategy an option that is out of its range, and a study of several objectives.
pub(crate) fn check_strategy(
    name: &str,
    options: &[ConfigOption],
    problem: &Problem,
) -> Result<(), Unsupported> {
    for option in options {
        option.check(name)?;
    }
    one_objective(problem).map_err(|message| Unsupported::new(name, message))
}

/// A trial that is behind in one objective may be ahead in another, and nothing says which of them counts.
fn one_objective(problem: &Problem) -> Result<(), String> {
    let names: Vec<&str> = match &*problem.objectives {
        [_] => return Ok(()),
        several => several.iter().map(|objective| &*objective.name).collect(),
    };
    Err(format!(
        "compares trials by one objective, and there are `{}`: keep one of them, and report the others as metrics",
        names.join("`, `")
    ))
}
