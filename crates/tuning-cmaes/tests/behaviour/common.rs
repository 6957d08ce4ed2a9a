//! Studies for the tests: problems, and a driver with workers that finish out of order.

use std::num::NonZeroUsize;

use tuning_cmaes::CmaEsConfig;
use tuning_core::{
    AskTell, Budget, FailureKind, FailureLimit, Metrics, Objectives, Outcome, Parameter, Params,
    Problem, Seed, Space, StrategyConfig, Turn, Values, Work,
};

/// What the trials of a study tried, in the order in which they ended.
pub(crate) struct Study {
    pub(crate) trials: Vec<(Params, f64)>,
    /// How often a worker had to wait.
    pub(crate) waits: usize,
}

impl Study {
    /// The best value.
    pub(crate) fn best(&self) -> f64 {
        let values = self.trials.iter().map(|(_, value)| *value);
        values.filter(|v| !v.is_nan()).fold(f64::INFINITY, f64::min)
    }
}

pub(crate) fn floats(n: usize) -> Space {
    let parameters = (0..n).map(|k| Parameter::float(format!("x{k}"), -5.0, 5.0));
    Space::new(parameters).expect("names differ")
}

/// The coordinates of [`floats`].
pub(crate) fn x(params: &Params) -> Vec<f64> {
    let number = |(_, value): (&str, tuning_core::Literal)| value.as_f64().expect("a number");
    params.iter().map(number).collect()
}

pub(crate) fn minimise(space: &Space) -> Problem {
    Problem::new(
        space.clone(),
        Objectives::minimize("loss").expect("one name"),
    )
}

/// Runs this many trials, this many at a time. Of those in flight, which ends next is drawn from the seed.
pub(crate) fn study(
    config: &CmaEsConfig,
    problem: Problem,
    seed: u64,
    (trials, workers): (usize, usize),
    f: impl Fn(&Params) -> f64,
) -> Study {
    let problem = problem.budget(Budget::unlimited().failures(FailureLimit::Never));
    let strategy = config.build(&problem).expect("it can handle the problem");
    let mut machine = AskTell::new(problem, strategy, Seed::new(seed));
    let mut study = Study {
        trials: Vec::new(),
        waits: 0,
    };
    let mut flight: Vec<Work> = Vec::new();
    while study.trials.len() < trials {
        while flight.len() < workers {
            match machine.ask(NonZeroUsize::MIN).expect("it can continue") {
                Turn::Work(work) => flight.extend(work),
                _ => {
                    study.waits += 1;
                    break;
                }
            }
        }
        let next = Seed::new(seed)
            .named("worker")
            .derive(study.trials.len() as u64);
        let place = (next.unit() * flight.len() as f64) as usize;
        let work = flight.remove(place);
        let value = f(&work.params);
        let outcome = match Values::one(value) {
            Ok(values) => Outcome::Completed(values),
            Err(_) => Outcome::failed(FailureKind::NonFinite, "no number"),
        };
        machine
            .finish(work.trial, outcome, Metrics::default(), 0)
            .expect("it is in flight");
        study.trials.push((work.params, value));
    }
    study
}

/// The middle one of the best values of this many trials over some seeds.
pub(crate) fn median(seeds: u64, run: impl Fn(u64) -> f64) -> f64 {
    let mut best: Vec<f64> = (0..seeds).map(run).collect();
    best.sort_by(f64::total_cmp);
    best[best.len() / 2]
}
