//! The workload that every figure uses: ten parameters, an objective that costs nothing, observers that count.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use tuning_core::{
    BoxedConfig, Event, Journal, Objectives, Observer, ObserverError, Parameter, Problem, Space,
    StrategyConfig,
};
use tuning_runtime::{Delivery, Study, StudyBuilder};
use tuning_strategies::{GridConfig, RandomConfig, SobolConfig};

/// The name of every study here.
pub const STUDY: &str = "bench";

/// How many trials run at once where nothing else is said.
pub const WORKERS: usize = 8;

/// Six floats, two logarithmic ones, an integer and a categorical: the space of `peers/`, too.
#[must_use]
pub fn space() -> Space {
    let floats = (0..6).map(|i| Parameter::float(format!("x{i}"), 0.0, 1.0));
    let logs = (0..2).map(|i| Parameter::float(format!("l{i}"), 1e-5, 1.0).log());
    let rest = [
        Parameter::int("i", 1, 10),
        Parameter::categorical("c", ["a", "b", "c"]),
    ];
    Space::new(floats.chain(logs).chain(rest)).expect("the space is well formed")
}

/// The problem of minimising one loss over [`space`].
#[must_use]
pub fn problem() -> Problem {
    let objectives = Objectives::minimize("loss").expect("a name of letters");
    Problem::new(space(), objectives)
}

/// The strategies that propose without a model, by name, as a registry would hand them out.
#[must_use]
pub fn strategies() -> [(&'static str, BoxedConfig); 3] {
    [
        ("random", RandomConfig::default().boxed()),
        ("grid", GridConfig::default().boxed()),
        ("sobol", SobolConfig::default().boxed()),
    ]
}

/// A study of this many random trials over [`space`].
#[must_use]
pub fn study(trials: u64, workers: usize, journal: impl Journal + 'static) -> StudyBuilder {
    Study::builder(STUDY, space())
        .minimize("loss")
        .strategy(RandomConfig::default())
        .trials(trials)
        .workers(workers)
        .journal(journal)
}

/// The same with three observers who are promised every event and count them into `seen`.
#[must_use]
pub fn watched(study: StudyBuilder, seen: &Arc<AtomicU64>) -> StudyBuilder {
    (0..3).fold(study, |study, _| {
        study.observe(Count(Arc::clone(seen)), Delivery::lossless())
    })
}

/// An observer that counts events.
#[derive(Debug)]
pub struct Count(pub Arc<AtomicU64>);

#[async_trait]
impl Observer for Count {
    async fn observe(&mut self, _: &Event) -> Result<(), ObserverError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
