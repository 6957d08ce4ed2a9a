//! [`Stages`]: who has run to which rung, who waits there, and who may continue: what promotions are judged by.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Fact, Fidelity, Proposal, ProposalKind, TrialId};

use super::{
    promotion::{Promotion, When},
    rungs::Rungs,
    walk::{Look, Trials},
};
use crate::report::Breach;

/// What is looked at in each answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Matter {
    TopFraction,
    BestFirst,
}

/// One rung, or one round at a rung.
#[derive(Clone, Debug, Default)]
struct Stage {
    /// What has paused there.
    paused: Vec<Entry>,
    begun: usize,
    resumed: usize,
    /// Whether one was promoted before the round was over: that what comes later is left behind is no fault of its own.
    is_spoilt: bool,
}

/// A loss with its trial: the order in which trials are ranked.
#[derive(Clone, Copy, Debug)]
struct Entry {
    loss: f64,
    trial: TrialId,
}

impl Entry {
    fn is_before(&self, other: &Self) -> bool {
        let order = self.loss.total_cmp(&other.loss);
        order.then(self.trial.cmp(&other.trial)).is_lt()
    }
}

/// The rungs of a study with the trials at each, all of them the scheduler's own.
#[derive(Debug)]
pub(super) struct Stages<'a> {
    matter: Matter,
    rungs: &'a Rungs,
    promotion: Promotion,
    stages: Vec<Stage>,
    /// The rungs that running trials run to, and those where paused ones wait.
    coming: BTreeMap<TrialId, usize>,
    waiting: BTreeMap<TrialId, (usize, Entry)>,
    /// How many more trials start.
    starts_left: usize,
    /// How many promotions were looked at.
    pub(super) looked: usize,
}

impl<'a> Stages<'a> {
    /// `starts`: how many trials start in the whole record.
    pub(super) fn new(
        matter: Matter,
        rungs: &'a Rungs,
        promotion: Promotion,
        starts: usize,
    ) -> Self {
        Self {
            matter,
            rungs,
            promotion,
            stages: vec![Stage::default(); rungs.count()],
            coming: BTreeMap::new(),
            waiting: BTreeMap::new(),
            starts_left: starts,
            looked: 0,
        }
    }

    fn begins(&mut self, trial: TrialId, until: Option<Fidelity>) {
        let rung = self.rungs.reached(self.rungs.aim(until));
        let stage = &mut self.stages[rung];
        if stage.resumed > 0 && self.promotion.when == When::InRounds {
            *stage = Stage::default(); // another round
        }
        stage.begun += 1;
        self.coming.insert(trial, rung);
    }

    fn pauses(&mut self, trial: TrialId, at: Fidelity, loss: f64) {
        let aimed = self.coming.remove(&trial);
        let rung = match (self.promotion.when, aimed) {
            (When::InRounds, Some(rung)) => rung,
            _ => self.rungs.reached(at),
        };
        let entry = Entry { loss, trial };
        self.stages[rung].paused.push(entry);
        self.waiting.insert(trial, (rung, entry));
    }

    fn rank(&self, rung: usize, entry: &Entry) -> usize {
        let better = self.stages[rung].paused.iter();
        better.filter(|other| other.is_before(entry)).count()
    }

    fn places(&self, rung: usize) -> usize {
        let stage = &self.stages[rung];
        self.promotion.places(stage.begun, stage.paused.len())
    }

    /// A trial that keeps the round at this rung open.
    fn open(&self, rung: usize) -> Option<TrialId> {
        let mut coming = self.coming.iter();
        let open = coming.find(|(_, to)| **to == rung).map(|(trial, _)| *trial);
        open.filter(|_| self.promotion.when == When::InRounds)
    }

    /// Whether it is the one trial that may continue although it is not in the top fraction.
    fn is_leader(&self, rung: usize, entry: &Entry, trials: &Trials) -> bool {
        let behind =
            |(at, other): &(usize, Entry)| *at < rung || (*at == rung && !other.is_before(entry));
        self.promotion.when == When::Always
            && self.starts_left == 0
            && trials.completed == 0
            && !trials.are_any_running()
            && self.waiting.values().all(behind)
    }

    fn top_fraction(&self, rung: usize, entry: &Entry, trials: &Trials) -> Result<(), Breach> {
        let Entry { trial, loss } = *entry;
        let level = self.rungs.level(rung);
        if let Some(open) = self.open(rung) {
            return Err(Breach::new(format!(
                "it promotes trial {trial} from rung {level} before the round is over: trial {open} runs"
            )));
        }
        let (rank, places) = (self.rank(rung, entry), self.places(rung));
        if rank < places || self.is_leader(rung, entry, trials) {
            return Ok(());
        }
        let stage = &self.stages[rung];
        let of = match self.promotion.when {
            When::Always => format!("{} that have paused there", stage.paused.len()),
            When::InRounds => format!("{} that began the round", stage.begun),
        };
        Err(Breach::new(format!(
            "it promotes trial {trial} from rung {level}, where {rank} are better than its loss of {loss}: of the {of}, {places} \
             may continue"
        )))
    }

    fn left_behind(
        &self,
        rung: usize,
        entry: &Entry,
        resumed: &BTreeSet<TrialId>,
    ) -> Result<(), Breach> {
        if self.stages[rung].is_spoilt {
            return Ok(());
        }
        let waiting = self.waiting.values().filter(|(at, _)| *at == rung);
        let mut better = waiting.filter(|(_, other)| other.is_before(entry));
        match better.find(|(_, other)| !resumed.contains(&other.trial)) {
            None => Ok(()),
            Some((_, left)) => Err(Breach::new(format!(
                "it promotes trial {} with a loss of {} from rung {}, and leaves trial {} with {} behind",
                entry.trial,
                entry.loss,
                self.rungs.level(rung),
                left.trial,
                left.loss
            ))),
        }
    }

    fn given_up(&self, rung: usize, entry: &Entry) -> Result<(), Breach> {
        let (rank, places) = (self.rank(rung, entry), self.places(rung));
        if rank >= places || self.stages[rung].is_spoilt || self.open(rung).is_some() {
            return Ok(());
        }
        Err(Breach::new(format!(
            "it gives up trial {}, number {} at rung {}, although the best {places} may continue",
            entry.trial,
            rank + 1,
            self.rungs.level(rung),
        )))
    }
}

impl Look for Stages<'_> {
    fn answered(&mut self, proposals: &[Proposal], trials: &Trials) -> Result<(), Breach> {
        let of_resumed = |proposal: &Proposal| match proposal.kind() {
            ProposalKind::Resume(trial) => Some(*trial),
            _ => None,
        };
        let resumed: BTreeSet<TrialId> = proposals.iter().filter_map(of_resumed).collect();
        for trial in &resumed {
            let Some((rung, entry)) = self.waiting.get(trial) else {
                continue;
            };
            self.looked += 1;
            match self.matter {
                Matter::TopFraction => self.top_fraction(*rung, entry, trials)?,
                Matter::BestFirst => self.left_behind(*rung, entry, &resumed)?,
            }
        }
        for proposal in proposals {
            if let (ProposalKind::GiveUp(trial), Matter::BestFirst) = (proposal.kind(), self.matter)
                && let Some((rung, entry)) = self.waiting.get(trial)
            {
                self.given_up(*rung, entry)?;
            }
        }
        Ok(())
    }

    fn told(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                self.starts_left = self.starts_left.saturating_sub(1);
                self.begins(started.trial, started.until);
            }
            Fact::Resumed(resumed) => {
                if let Some((rung, _)) = self.waiting.remove(&resumed.trial) {
                    let is_open = self.open(rung).is_some();
                    self.stages[rung].resumed += 1;
                    self.stages[rung].is_spoilt |= is_open;
                }
                self.begins(resumed.trial, resumed.until);
            }
            Fact::Paused(paused) => {
                self.pauses(paused.trial, paused.at, paused.values.first());
            }
            Fact::Ended(ended) => {
                self.coming.remove(&ended.trial);
                self.waiting.remove(&ended.trial);
            }
            _ => {}
        }
    }
}
