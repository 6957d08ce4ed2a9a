//! Studies of an objective, one trial at a time, without a driver.
#![allow(
    dead_code,
    reason = "each test file is a program of its own and uses a part"
)]

use std::num::NonZeroUsize;

use tuning_core::{
    AskTell, Budget, FailureKind, FailureLimit, Metrics, Objectives, Outcome, Params, Problem,
    Seed, Space, Strategy, StrategyConfig, Turn, Values,
};
use tuning_gp::GpConfig;

/// The parameters of each trial and its value, if it had one.
pub(crate) type Trials = Vec<(Params, Option<f64>)>;

/// Runs a study with these options; a value that is not finite is a failure.
pub(crate) fn run(
    config: &GpConfig,
    space: &Space,
    trials: u64,
    seed: u64,
    f: impl Fn(&Params) -> f64,
) -> Trials {
    let problem = problem(space, trials);
    let gp = config.build(&problem).unwrap();
    drive(problem, gp, seed, f)
}

/// Runs a study of points drawn evenly.
pub(crate) fn random(space: &Space, trials: u64, seed: u64, f: impl Fn(&Params) -> f64) -> Trials {
    let problem = problem(space, trials);
    // Startup forever, with nothing to keep away from: a new study for each trial.
    let mut all = Trials::new();
    for trial in 0..trials {
        let seed = Seed::new(seed).derive(trial);
        let point: Vec<f64> = (0..space.len())
            .map(|k| seed.derive(k as u64).unit())
            .collect();
        let params = problem.space.decode(&point).unwrap();
        let value = Some(f(&params)).filter(|value| value.is_finite());
        all.push((params, value));
    }
    all
}

/// The least value, or infinity.
pub(crate) fn best(trials: &Trials) -> f64 {
    trials
        .iter()
        .filter_map(|(_, value)| *value)
        .fold(f64::INFINITY, f64::min)
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn problem(space: &Space, trials: u64) -> Problem {
    Problem::new(space.clone(), Objectives::minimize("loss").unwrap())
        .budget(Budget::trials(trials).failures(FailureLimit::Never))
}

fn drive(problem: Problem, gp: impl Strategy, seed: u64, f: impl Fn(&Params) -> f64) -> Trials {
    let mut study = AskTell::new(problem, gp, Seed::new(seed));
    let mut all = Trials::new();
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
        for work in work {
            let value = f(&work.params);
            let outcome = Values::one(value).map_or_else(
                |error| Outcome::failed(FailureKind::NonFinite, error.to_string()),
                Outcome::Completed,
            );
            study
                .finish(work.trial, outcome, Metrics::default(), 0)
                .unwrap();
            all.push((work.params, Some(value).filter(|value| value.is_finite())));
        }
    }
    all
}
