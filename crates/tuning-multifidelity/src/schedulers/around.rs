//! What the configurations of schedulers around a strategy have in common: their options, and what they build first.

use tuning_core::{ConfigOption, FidelityRange, Problem, StrategyConfig, Unsupported};

use super::{
    rungs::{self, Rungs},
    view::View,
};

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

/// The rungs, which `rungs` makes of the fidelities of the problem, and what the inner strategy sees of them.
///
/// # Errors
/// If an option is out of its range, the problem is none for a scheduler, or the inner strategy refuses it.
pub(crate) fn build<C: StrategyConfig>(
    name: &str,
    options: &[ConfigOption],
    inner: &C,
    problem: &Problem,
    rungs: impl FnOnce(FidelityRange) -> Rungs,
) -> Result<(Rungs, View<C::Strategy>), Unsupported> {
    let rungs = rungs(rungs::range(name, options, problem)?);
    let view = View::build(inner, problem, rungs.clone());
    Ok((rungs, view.map_err(|error| error.within("inner"))?))
}
