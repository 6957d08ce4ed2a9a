//! [`Ledger`]: what every strategy of this crate keeps of the facts: open trials, and points tried.

use std::collections::BTreeSet;

use tuning_core::{Fact, Params, ParamsKey, Seed, Started, StrategyError, TrialId};
use tuning_toolkit::{OpenTrials, Stream, says_nothing};

use crate::{
    fitness::Fitness,
    genome::{Genes, Genome},
};

/// How often a point is bred until it is one that was not tried, and how often one is then drawn from
/// the whole space.
const BRED: usize = 16;
const DRAWN: usize = 32;

/// Open trials, and points tried.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    genome: Genome,
    layer: &'static str,
    seen: BTreeSet<ParamsKey>,
    open: OpenTrials<Open>,
    /// Own trials that were begun, and those of them without a result.
    begun: u64,
    busy: usize,
}

#[derive(Clone, Debug)]
struct Open {
    /// Its genes, until it has a result.
    genes: Option<Genes>,
    key: ParamsKey,
    note: Option<String>,
}

/// The first result of a trial.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) genes: Genes,
    pub(crate) fitness: Fitness,
    /// The strategy's own note; none if the trial is foreign.
    pub(crate) note: Option<String>,
}

impl Ledger {
    /// `layer`: the strategy's name in tags.
    pub(crate) fn new(genome: Genome, layer: &'static str) -> Self {
        Self {
            genome,
            layer,
            seen: BTreeSet::new(),
            open: OpenTrials::default(),
            begun: 0,
            busy: 0,
        }
    }

    pub(crate) fn genome(&self) -> &Genome {
        &self.genome
    }

    /// How many own trials were begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun
    }

    /// How many own trials have no result yet.
    pub(crate) fn busy(&self) -> usize {
        self.busy
    }

    /// Takes a fact, and gives the first result of a trial if it is one: that of its end, or of its first
    /// pause (under successive halving most trials are never resumed).
    pub(crate) fn tell(&mut self, fact: &Fact) -> Option<Finished> {
        match fact {
            Fact::Started(started) => {
                self.started(started);
                None
            }
            Fact::Paused(paused) => {
                let last = self.open.follow(fact)?.last();
                let fitness = last.map_or(Fitness::Failed, |(_, losses)| {
                    Fitness::Measured(losses.clone())
                });
                self.result(paused.trial, fitness)
            }
            Fact::Ended(ended) => {
                let last = self.open.get(ended.trial)?.last();
                let fitness = Fitness::of(&ended.outcome, last.map(|(_, losses)| losses.clone()));
                let finished = self.result(ended.trial, fitness);
                let open = self.open.end(ended.trial)?;
                if says_nothing(&ended.outcome) {
                    self.seen.remove(&open.kept.key);
                    return None;
                }
                finished
            }
            _ => {
                self.open.follow(fact);
                None
            }
        }
    }

    fn started(&mut self, started: &Started) {
        let Some((genes, key)) = self.genome.encode(&started.params) else {
            return;
        };
        let note = started.tag.note(self.layer);
        if note.is_some() {
            self.begun += 1;
            self.busy += 1;
        }
        self.seen.insert(key.clone());
        let open = Open {
            genes: Some(genes),
            key,
            note,
        };
        self.open.start(started.trial, open);
    }

    fn result(&mut self, trial: TrialId, fitness: Fitness) -> Option<Finished> {
        let open = &mut self.open.get_mut(trial)?.kept;
        let genes = open.genes.take()?;
        let note = open.note.clone();
        if note.is_some() {
            self.busy = self.busy.saturating_sub(1);
        }
        Some(Finished {
            genes,
            fitness,
            note,
        })
    }

    /// Parameters that were not tried and that are not in the batch, if there are any: bred, or drawn from
    /// the whole space where breeding brings nothing new. They join the batch.
    pub(crate) fn distinct(
        &self,
        seed: Seed,
        batch: &mut BTreeSet<ParamsKey>,
        mut breed: impl FnMut(&mut Stream) -> Vec<f64>,
    ) -> Result<Params, StrategyError> {
        let mut stream = Stream::new(seed);
        let mut tries = 0;
        loop {
            let genes = match tries < BRED {
                true => breed(&mut stream),
                false => self.genome.anywhere(&mut stream),
            };
            let params = self.genome.decode(&genes)?;
            let key = params.key();
            tries += 1;
            if tries == BRED + DRAWN || !(self.seen.contains(&key) || batch.contains(&key)) {
                batch.insert(key);
                return Ok(params);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{
        Ended, FailureKind, Fidelity, Outcome, Parameter, Paused, Reported, Space, Tag, Values,
    };

    use super::*;

    fn ledger() -> (Ledger, Space) {
        let space = Space::new([Parameter::int("n", 0, 3)]).unwrap();
        (Ledger::new(Genome::new(&space), "me"), space)
    }

    fn start(ledger: &mut Ledger, space: &Space, trial: u64, n: i64, tag: &str) {
        let params = space.params([("n", n)]).unwrap();
        let started = Started::new(TrialId::new(trial), params).tag(Tag::from(tag.to_owned()));
        assert!(ledger.tell(&started.into()).is_none());
    }

    #[test]
    fn a_trial_has_one_result() {
        let (mut ledger, space) = ledger();
        start(&mut ledger, &space, 0, 1, "me:note");
        assert_eq!((ledger.begun(), ledger.busy()), (1, 1));
        let trial = TrialId::new(0);
        ledger.tell(&Reported::new(trial, Fidelity::new(1), Values::one(7.0).unwrap()).into());
        let paused = ledger
            .tell(&Paused::new(trial, Fidelity::new(1), Values::one(7.0).unwrap()).into())
            .unwrap();
        assert_eq!(paused.fitness, Fitness::Measured(Values::one(7.0).unwrap()));
        assert_eq!((paused.note.as_deref(), ledger.busy()), (Some("note"), 0));
        assert!(
            ledger
                .tell(&Ended::new(trial, Outcome::Stopped).into())
                .is_none()
        );
    }

    #[test]
    fn foreign_trials_are_not_its_own() {
        let (mut ledger, space) = ledger();
        start(&mut ledger, &space, 0, 1, "grid:1");
        assert_eq!((ledger.begun(), ledger.busy()), (0, 0));
        let outcome = Outcome::Completed(Values::one(1.0).unwrap());
        let finished = ledger
            .tell(&Ended::new(TrialId::new(0), outcome).into())
            .unwrap();
        assert!(finished.note.is_none());
    }

    #[test]
    fn what_was_tried_is_not_bred_again_unless_all_was() {
        let (mut ledger, space) = ledger();
        for n in 0..3 {
            start(&mut ledger, &space, n, n as i64, "me:");
        }
        let draw = |ledger: &Ledger| {
            let params = ledger.distinct(Seed::new(1), &mut BTreeSet::new(), |_| vec![0.1]);
            params.unwrap().int("n").unwrap()
        };
        assert_eq!(draw(&ledger), 3);
        let lost = Outcome::failed(FailureKind::Lost, "");
        assert!(
            ledger
                .tell(&Ended::new(TrialId::new(0), lost).into())
                .is_none()
        );
        assert_eq!(
            (draw(&ledger), ledger.busy()),
            (0, 2),
            "it may be tried again"
        );
        for n in 0..4 {
            start(&mut ledger, &space, 10 + n, n as i64, "me:");
        }
        assert!((0..4).contains(&draw(&ledger)));
    }
}
