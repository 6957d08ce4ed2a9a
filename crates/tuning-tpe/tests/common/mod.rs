//! Studies by hand, one trial after the other, and what came of them.

use std::num::NonZeroUsize;

use tuning_core::{
    AskTell, Budget, FailureKind, FailureLimit, Metrics, Outcome, Params, Problem, Seed, Strategy,
    StrategyConfig, Turn, Values,
};
use tuning_tpe::TpeConfig;

/// Runs a study of the defaults. `objective` gives a value, or none for a trial that fails.
pub(crate) fn study(
    problem: &Problem,
    seed: u64,
    trials: u64,
    objective: impl FnMut(&Params) -> Option<f64>,
) -> Vec<(Params, Option<f64>)> {
    let tpe = TpeConfig::default().build(problem).expect("it takes any");
    with(tpe, problem, seed, trials, objective)
}

/// Runs a study of this strategy.
pub(crate) fn with(
    strategy: impl Strategy,
    problem: &Problem,
    seed: u64,
    trials: u64,
    mut objective: impl FnMut(&Params) -> Option<f64>,
) -> Vec<(Params, Option<f64>)> {
    let budget = Budget::trials(trials).failures(FailureLimit::Never);
    let problem = problem.clone().budget(budget);
    let mut study = AskTell::new(problem, strategy, Seed::new(seed));
    let mut done = Vec::new();
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).expect("it continues") {
        for work in work {
            let value = objective(&work.params);
            let outcome = match value.map(Values::one) {
                Some(Ok(values)) => Outcome::Completed(values),
                _ => Outcome::failed(FailureKind::NonFinite, "no value"),
            };
            let finished = study.finish(work.trial, outcome, Metrics::default(), 0);
            finished.expect("it was running");
            done.push((work.params, value));
        }
    }
    done
}
