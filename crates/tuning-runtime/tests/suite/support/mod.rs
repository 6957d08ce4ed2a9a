//! What the tests of the runtime share: a small space, random search over it, a pruner, and odd observers.
use std::{
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use tuning_core::{
    Ask, Asked, Event, EventKind, Fact, Observer, ObserverError, Parameter, Problem, Proposal,
    Pruner, PrunerConfig, Space, Spec, Strategy, StrategyConfig, StrategyError, Trial, TrialId,
    Trials, Unsupported, Verdict,
};
use tuning_runtime::{MemoryJournal, Study, StudyBuilder};

pub(crate) fn space() -> Space {
    Space::new([
        Parameter::float("x", -2.0, 2.0),
        Parameter::categorical("kind", ["a", "b"]),
    ])
    .unwrap()
}

/// Twenty trials of random search on four workers.
pub(crate) fn study(journal: &MemoryJournal) -> StudyBuilder {
    Study::builder("test", space())
        .minimize("loss")
        .strategy(Random)
        .trials(20)
        .workers(4)
        .journal(journal.clone())
}

/// Random search.
pub(crate) struct Random;

pub(crate) struct RandomSearch(Space);

impl StrategyConfig for Random {
    type Strategy = RandomSearch;

    fn spec(&self) -> Spec {
        Spec::new("random")
    }

    fn build(&self, problem: &Problem) -> Result<RandomSearch, Unsupported> {
        Ok(RandomSearch(problem.space.clone()))
    }
}

impl Strategy for RandomSearch {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let propose = |n| {
            let seed = ask.seed(n);
            let point: Vec<f64> = (0..self.0.len())
                .map(|d| seed.derive(d as u64).unit())
                .collect();
            Proposal::start(self.0.decode(&point).unwrap())
        };
        Ok(Asked::Propose(
            (0..ask.slots().get()).map(propose).collect(),
        ))
    }

    fn tell(&mut self, _: &Fact) {}
}

/// A strategy that learns: it proposes near the best point that it was told, so that every decision
/// depends on everything before.
pub(crate) struct Climber;

pub(crate) struct Climbing {
    space: Space,
    points: std::collections::BTreeMap<tuning_core::TrialId, Vec<f64>>,
    best: Option<(f64, Vec<f64>)>,
}

impl StrategyConfig for Climber {
    type Strategy = Climbing;

    fn spec(&self) -> Spec {
        Spec::new("climber")
    }

    fn build(&self, problem: &Problem) -> Result<Climbing, Unsupported> {
        Ok(Climbing {
            space: problem.space.clone(),
            points: Default::default(),
            best: None,
        })
    }
}

impl Strategy for Climbing {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let centre = self
            .best
            .as_ref()
            .map_or(&[0.5, 0.5][..], |(_, point)| point);
        let propose = |n| {
            let seed = ask.seed(n);
            let near = |(d, u): (usize, &f64)| {
                (u + (seed.derive(d as u64).unit() - 0.5) * 0.6).clamp(0.0, 1.0)
            };
            let point: Vec<f64> = centre.iter().enumerate().map(near).collect();
            Proposal::start(self.space.decode(&point).unwrap())
        };
        Ok(Asked::Propose(
            (0..ask.slots().get()).map(propose).collect(),
        ))
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                let point = self
                    .space
                    .encode(&started.params)
                    .into_iter()
                    .flatten()
                    .collect();
                self.points.insert(started.trial, point);
            }
            Fact::Ended(ended) => {
                let point = self.points.remove(&ended.trial);
                if let (Some(point), Some(losses)) = (point, ended.outcome.values()) {
                    let loss = losses.first();
                    if self.best.as_ref().is_none_or(|(best, _)| loss < *best) {
                        self.best = Some((loss, point));
                    }
                }
            }
            _ => {}
        }
    }
}

/// A pruner that stops every n-th trial at its reports: all of them with 1, those of odd numbers with 2.
#[derive(Clone, Copy)]
pub(crate) struct StopEvery(pub(crate) u32);

impl PrunerConfig for StopEvery {
    type Pruner = Self;

    fn spec(&self) -> Spec {
        Spec::new("stop-every").option("nth", self.0)
    }

    fn build(&self, _: &Problem) -> Result<Self, Unsupported> {
        match self.0 {
            0 => Err(Unsupported::pruner(
                "stop-every",
                "has an `nth` of 0: use at least 1",
            )),
            _ => Ok(*self),
        }
    }
}

impl Pruner for StopEvery {
    fn tell(&mut self, _: &Fact) {}

    fn judge(&self, trial: TrialId) -> Verdict {
        match (trial.get() + 1) % u64::from(self.0) {
            0 => Verdict::Stop,
            _ => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(*self)
    }
}

/// All trials of a journal.
pub(crate) fn trials(journal: &MemoryJournal) -> Vec<Trial> {
    let mut trials = Trials::new();
    for entry in journal.entries() {
        trials.apply(entry.at_millis, &entry.kind);
    }
    trials.into_iter().collect()
}

/// Parameters and values of all trials: what must not depend on workers or time.
pub(crate) fn decisions(journal: &MemoryJournal) -> Vec<String> {
    let show = |trial: &Trial| format!("{} {} {:?}", trial.id, trial.params, trial.values);
    trials(journal).iter().map(show).collect()
}

/// Notes the numbers of the events it sees.
#[derive(Clone, Default)]
pub(crate) struct Seen(pub(crate) Arc<Mutex<Vec<u64>>>);

impl Seen {
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl Observer for Seen {
    fn name(&self) -> &str {
        "seen"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.0.lock().unwrap().push(event.seq.get());
        Ok(())
    }
}

/// An observer that misbehaves at every event that ends a trial.
pub(crate) enum Bad {
    Panics,
    Fails,
    Hangs,
}

#[async_trait]
impl Observer for Bad {
    fn name(&self) -> &str {
        "bad"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if !matches!(event.kind, EventKind::Fact(Fact::Ended(_))) {
            return Ok(());
        }
        match self {
            Self::Panics => panic!("no more"),
            Self::Fails => Err(ObserverError::new("the sink is closed")),
            Self::Hangs => pending().await,
        }
    }
}
