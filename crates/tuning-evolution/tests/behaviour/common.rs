//! Studies for the tests: problems, and a driver with workers that finish out of order.

use std::num::NonZeroUsize;

use tuning_core::{
    AskTell, Budget, FailureKind, FailureLimit, Metrics, Objective, Objectives, Outcome, Parameter,
    Params, Problem, Seed, Space, StrategyConfig, Turn, Values, Work,
};

/// What was tried and what it came to, in the order in which the trials ended.
pub(crate) type Trials = Vec<(Params, Vec<f64>)>;

pub(crate) fn floats(n: usize) -> Space {
    let parameters = (0..n).map(|k| Parameter::float(format!("x{k}"), -5.0, 5.0));
    Space::new(parameters).expect("names differ")
}

/// The numbers among the parameters.
pub(crate) fn x(params: &Params) -> Vec<f64> {
    params
        .iter()
        .filter_map(|(_, value)| value.as_f64())
        .collect()
}

pub(crate) fn minimise(space: &Space, objectives: usize) -> Problem {
    let objectives = (0..objectives).map(|k| Objective::minimize(format!("loss{k}")));
    Problem::new(
        space.clone(),
        Objectives::new(objectives).expect("names differ"),
    )
}

/// Runs this many trials, this many at a time. Of those in flight, which ends next is drawn from the seed. No
/// worker ever waits.
pub(crate) fn study(
    config: &impl StrategyConfig,
    problem: Problem,
    seed: u64,
    (trials, workers): (usize, usize),
    f: impl Fn(&Params) -> Vec<f64>,
) -> Trials {
    let budget = Budget::trials((trials + workers) as u64).failures(FailureLimit::Never);
    let problem = problem.budget(budget);
    let strategy = config.build(&problem).expect("it can handle the problem");
    let mut machine = AskTell::new(problem, strategy, Seed::new(seed));
    let mut ended = Trials::new();
    let mut flight: Vec<Work> = Vec::new();
    while ended.len() < trials {
        while flight.len() < workers {
            match machine.ask(NonZeroUsize::MIN).expect("it can continue") {
                Turn::Work(work) => flight.extend(work),
                other => panic!("a worker waits: {other:?}"),
            }
        }
        let next = Seed::new(seed).named("worker").derive(ended.len() as u64);
        let work = flight.remove((next.unit() * flight.len() as f64) as usize);
        let values = f(&work.params);
        let outcome = match Values::new(values.iter().copied()) {
            Ok(values) => Outcome::Completed(values),
            Err(_) => Outcome::failed(FailureKind::NonFinite, "no number"),
        };
        machine
            .finish(work.trial, outcome, Metrics::default(), 0)
            .expect("it is in flight");
        ended.push((work.params, values));
    }
    ended
}

/// As many uniform trials.
pub(crate) fn uniform(
    space: &Space,
    seed: u64,
    trials: usize,
    f: impl Fn(&Params) -> Vec<f64>,
) -> Trials {
    let draw = |trial: u64| {
        let seed = Seed::new(seed).named("uniform").derive(trial);
        let point: Vec<f64> = (0..space.len() as u64)
            .map(|k| seed.derive(k).unit())
            .collect();
        let params = space.decode(&point).expect("one number for each parameter");
        let values = f(&params);
        (params, values)
    };
    (0..trials as u64).map(draw).collect()
}

pub(crate) fn best(trials: &Trials) -> f64 {
    let first = trials.iter().map(|(_, values)| values[0]);
    first.filter(|v| !v.is_nan()).fold(f64::INFINITY, f64::min)
}

/// The middle one over some seeds.
pub(crate) fn median(seeds: u64, run: impl Fn(u64) -> f64) -> f64 {
    let mut best: Vec<f64> = (0..seeds).map(run).collect();
    best.sort_by(f64::total_cmp);
    best[best.len() / 2]
}
