//! What the configurations of schedulers around a strategy have in common: their options, and what they build first.

use tuning_core::{ConfigOption, FidelityRange, Problem, StrategyConfig, Unsupported};
use tuning_toolkit::WholeTrials;

use super::rungs;

/// The options of a scheduler around `inner`.
pub(crate) fn options<C: StrategyConfig>(
    factor: u32,
    least: Option<u64>,
    inner: &C,
) -> Vec<ConfigOption> {
    let about = "the strategy that proposes new trials";
    let mut options = Vec::from(rungs::options(factor, least));
    options.push(ConfigOption::new("inner", inner.spec(), about));
    options
}

/// The fidelities of the problem, and the inner strategy, to which every trial runs to its end at once.
///
/// # Errors
/// If an option is out of its range, the problem is none for a scheduler, or the inner strategy refuses it.
pub(crate) fn build<C: StrategyConfig>(
    name: &str,
    options: &[ConfigOption],
    inner: &C,
    problem: &Problem,
) -> Result<(FidelityRange, WholeTrials<C::Strategy>), Unsupported> {
    for option in options {
        option.check(name)?;
    }
    let range = rungs::range(name, problem)?;
    let inner = WholeTrials::build(inner, problem);
    Ok((range, inner.map_err(|error| error.within("inner"))?))
}
