//! `AskTell` itself: a log that is replayed tells a strategy the same facts in the same order, in both
//! orders, with failures, trials of others, and paused trials that are cancelled.

#[path = "strategies/asha.rs"]
mod asha;
#[path = "strategies/population.rs"]
mod population;
#[path = "strategies/random.rs"]
mod random;

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex},
};

use tuning_conformance::{Call, Life, Run, Simulation, Stop};
use tuning_core::{
    Ask, AskTell, Asked, Budget, Ended, EventKind, Fact, FailureKind, FidelityRange, Metrics,
    Objectives, Order, Outcome, Parameter, Problem, Seed, Space, Strategy, StrategyError, TrialId,
    Values,
};

/// Writes down what it is told.
struct Recorder<S> {
    inner: S,
    told: Arc<Mutex<Vec<Fact>>>,
}

impl<S: Strategy> Strategy for Recorder<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.inner.ask(ask)
    }

    fn tell(&mut self, fact: &Fact) {
        self.told.lock().unwrap().push(fact.clone());
        self.inner.tell(fact);
    }
}

fn problem() -> Problem {
    let space = Space::new([Parameter::float("x", 0.0, 1.0), Parameter::bool("b")]).unwrap();
    Problem::new(space, Objectives::maximize("accuracy").unwrap())
        .fidelity(FidelityRange::new(1, 27).unwrap())
        .budget(Budget::trials(20))
}

fn told(run: &Run) -> Vec<Fact> {
    let told = |call: &Call| match call {
        Call::Tell(fact) => Some(fact.clone()),
        _ => None,
    };
    run.calls.iter().filter_map(told).collect()
}

/// Replays every prefix of the log and compares what the strategy is told.
fn check<S: Strategy>(life: Life, seed: u64, build: impl Fn(&Problem) -> S) {
    let name = format!("{life:?}, seed {seed}");
    let simulation = Simulation::new(problem(), Seed::new(seed)).life(life);
    let run = simulation.run(build(&problem()));
    assert!(matches!(run.stop, Stop::Over(_)), "{name}: {:?}", run.stop);
    let original = told(&run);
    let mut told_before = 0;
    for cut in 0..=run.log.len() {
        let told = Arc::default();
        let strategy = Recorder {
            inner: build(&problem()),
            told: Arc::clone(&told),
        };
        let mut study = AskTell::new(problem(), strategy, Seed::new(seed)).order(life.order);
        for entry in &run.log[..cut] {
            study
                .replay(entry.clone())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        let told = told.lock().unwrap();
        let other = (0..told.len()).find(|k| original.get(*k) != told.get(*k));
        let other = other.map(|place| (told.get(place), original.get(place)));
        assert_eq!(
            other, None,
            "{name}: replayed up to {cut}, live up to there"
        );
        assert!(told.len() >= told_before, "{name}: a longer log tells less");
        told_before = told.len();
    }
}

#[test]
fn a_replay_tells_the_same_facts_in_the_same_order() {
    for seed in 0..12 {
        for order in [Order::AsFinished, Order::AS_PROPOSED] {
            for workers in [1, 3, 8] {
                let life = Life::default().workers(workers).order(order).failing(0.2);
                let asha = |problem: &Problem| {
                    asha::Asha::over(problem, random::Random::build(problem).unwrap()).unwrap()
                };
                check(life, seed, asha);
                check(life.foreign(0.5), seed, asha);
                let population =
                    |problem: &Problem| population::Population::build(problem).unwrap();
                check(life, seed, population);
                check(life.foreign(0.5), seed, population);
            }
        }
    }
}

/// Two trials in line; the second one pauses first, and is cancelled while its pause is held back.
#[test]
fn a_cancelled_pause_that_is_held_back() {
    let told = Arc::default();
    let strategy = Recorder {
        inner: asha::Asha::over(&problem(), random::Random::build(&problem()).unwrap()).unwrap(),
        told: Arc::clone(&told),
    };
    let mut study = AskTell::new(problem(), strategy, Seed::new(0)).order(Order::AS_PROPOSED);
    study.ask(NonZeroUsize::MIN.saturating_add(1)).unwrap();
    let value = || Outcome::Completed(Values::one(0.5).unwrap());
    study
        .finish(TrialId::new(1), value(), Metrics::default(), 0)
        .unwrap();
    let cancelled = Ended::new(TrialId::new(1), Outcome::failed(FailureKind::Cancelled, ""));
    study.replay(cancelled.into()).unwrap();
    study
        .finish(TrialId::new(0), value(), Metrics::default(), 0)
        .unwrap();
    study.ask(NonZeroUsize::MIN.saturating_add(7)).unwrap();
    let told = told.lock().unwrap();
    let of_it = told
        .iter()
        .filter(|fact| fact.trial() == Some(TrialId::new(1)));
    let names: Vec<_> = of_it
        .map(|fact| EventKind::from(fact.clone()).name())
        .collect();
    assert_eq!(names, ["started", "reported", "paused", "ended"]);
}
