//! What the options of this crate's strategies have in common: names, ranges and refusals.

use std::ops::RangeInclusive;

use tuning_core::{Problem, Scalar, Unsupported};

/// How large a population may be: four are needed for differences, and it is looked through for every trial.
pub(crate) const POPSIZES: RangeInclusive<usize> = 4..=10_000;

pub(crate) fn count(count: usize) -> Scalar {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

pub(crate) fn auto(given: Option<usize>) -> Scalar {
    given.map_or_else(|| "auto".into(), count)
}

pub(crate) fn popsize(
    strategy: &str,
    popsize: impl Into<Option<usize>>,
) -> Result<(), Unsupported> {
    match popsize.into() {
        None => Ok(()),
        Some(popsize) => within(strategy, "popsize", popsize, &POPSIZES),
    }
}

pub(crate) fn within(
    strategy: &str,
    option: &str,
    found: usize,
    range: &RangeInclusive<usize>,
) -> Result<(), Unsupported> {
    if range.contains(&found) {
        return Ok(());
    }
    let (low, high) = (range.start(), range.end());
    let message = format!("cannot work with `{option}: {found}`: use {low} to {high}");
    Err(Unsupported::new(strategy, message))
}

pub(crate) fn one_objective(strategy: &str, problem: &Problem) -> Result<(), Unsupported> {
    match problem.objectives.len() {
        1 => Ok(()),
        objectives => Err(Unsupported::new(
            strategy,
            format!(
                "optimises one objective, and the problem has {objectives}: use `nsga2`, or let the evaluator weigh \
                 them into one"
            ),
        )),
    }
}
