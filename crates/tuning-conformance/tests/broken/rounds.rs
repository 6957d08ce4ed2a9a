//! [`Rounds`]: random search in rounds of nine trials, the best third of which continue, with one [`Slip`] or none.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    Ask, Asked, Fact, Fidelity, Problem, Proposal, Space, Strategy, StrategyError, Tag, TrialId,
    Unsupported,
};

use super::ladder::rungs_from;

const NAME: &str = "rounds";
const TRIALS: usize = 9;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slip {
    None,
    PromotesTwoThirds,
    DoesNotWaitForTheLast,
}

#[derive(Debug)]
pub(crate) struct Rounds {
    slip: Slip,
    space: Space,
    rungs: Vec<Fidelity>,
    /// Whether it is a first round.
    is_first: bool,
    begun: usize,
    running: BTreeSet<TrialId>,
    /// What has paused in this round, the best first.
    results: Vec<(f64, TrialId)>,
    /// What is to continue in this round, the best first.
    due: Vec<TrialId>,
    /// What runs although its round is over, and what has lost and is paused.
    late: BTreeSet<TrialId>,
    lost: BTreeSet<TrialId>,
    at: BTreeMap<TrialId, Fidelity>,
    others: BTreeSet<TrialId>,
}

impl Rounds {
    pub(crate) fn build(slip: Slip, problem: &Problem) -> Result<Self, Unsupported> {
        let range = problem.fidelity;
        let range = range.ok_or_else(|| Unsupported::new(NAME, "needs a fidelity"))?;
        Ok(Self {
            slip,
            space: problem.space.clone(),
            rungs: rungs_from(range.min().get(), range),
            is_first: true,
            begun: 0,
            running: BTreeSet::new(),
            results: Vec::new(),
            due: Vec::new(),
            late: BTreeSet::new(),
            lost: BTreeSet::new(),
            at: BTreeMap::new(),
            others: BTreeSet::new(),
        })
    }

    fn until(&self, at: Fidelity) -> Option<Fidelity> {
        let below = &self.rungs[..self.rungs.len() - 1];
        below.iter().copied().find(|rung| *rung > at)
    }

    fn resume(&self, trial: TrialId) -> Proposal {
        Proposal::resume(trial).until(self.until(self.at[&trial]))
    }

    fn places(&self) -> usize {
        match self.slip {
            Slip::PromotesTwoThirds => (2 * self.begun / 3).max(1),
            _ => (self.begun / 3).max(1),
        }
    }

    fn fills(&self) -> bool {
        self.is_first && self.begun < TRIALS
    }

    /// Whether the round can be ranked, when this many slots are free.
    fn is_over(&self, slots: usize) -> bool {
        let enough = self.results.len() >= self.places() && slots >= self.places();
        let hurries = self.slip == Slip::DoesNotWaitForTheLast && enough;
        self.due.is_empty() && (self.running.is_empty() || hurries)
    }

    fn begins(&mut self, trial: TrialId) {
        self.begun += 1;
        self.running.insert(trial);
    }
}

impl Strategy for Rounds {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let slots = ask.slots().get();
        let due = self.due.iter().take(slots);
        let mut proposals: Vec<_> = due.map(|trial| self.resume(*trial)).collect();
        if self.fills() && ask.trials_left() != Some(0) {
            for n in 0..slots.min(TRIALS - self.begun) {
                let seed = ask.seed(n);
                let point = (0..self.space.len()).map(|d| seed.derive(d as u64).unit());
                let params = self.space.decode(&point.collect::<Vec<_>>())?;
                let start = Proposal::start(params).until(self.until(Fidelity::default()));
                proposals.push(start.tag(Tag::new(NAME, "")));
            }
        } else if self.is_over(slots) {
            for (place, (_, trial)) in self.results.iter().enumerate() {
                match place < self.places() {
                    true if place < slots => proposals.push(self.resume(*trial)),
                    true => {}
                    false => proposals.push(Proposal::give_up(*trial)),
                }
            }
        }
        proposals.extend(self.lost.iter().copied().map(Proposal::give_up));
        let runs = [&self.running, &self.late, &self.others];
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if runs.iter().all(|trials| trials.is_empty()) => Asked::Done,
            true => Asked::Wait,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        let Some(trial) = fact.trial() else { return };
        match fact {
            Fact::Started(started) if started.tag.note(NAME).is_some() => self.begins(trial),
            Fact::Started(_) => drop(self.others.insert(trial)),
            Fact::Resumed(_) if self.due.contains(&trial) => {
                self.due.retain(|other| *other != trial);
                self.begins(trial);
            }
            Fact::Resumed(_) => {
                // The first one of the next round.
                let best = self.results.iter().take(self.places());
                self.due = best
                    .map(|(_, best)| *best)
                    .filter(|best| *best != trial)
                    .collect();
                let others = self.results.iter().skip(self.places());
                self.lost.extend(others.map(|(_, trial)| *trial));
                self.late.append(&mut self.running);
                self.results.clear();
                (self.is_first, self.begun) = (false, 0);
                self.begins(trial);
            }
            Fact::Paused(paused) => {
                self.at.insert(trial, paused.at);
                if self.late.remove(&trial) {
                    self.lost.insert(trial);
                } else if self.running.remove(&trial) {
                    let entry = (paused.values.first(), trial);
                    let place = self.results.partition_point(|other| *other < entry);
                    self.results.insert(place, entry);
                }
                self.others.remove(&trial);
            }
            Fact::Ended(_) => {
                let all = [&mut self.running, &mut self.late, &mut self.lost];
                for trials in all.into_iter().chain([&mut self.others]) {
                    trials.remove(&trial);
                }
                self.due.retain(|other| *other != trial);
                self.results.retain(|(_, other)| *other != trial);
            }
            _ => {}
        }
        let open = [&self.running, &self.late, &self.lost];
        let quiet = open.iter().all(|trials| trials.is_empty()) && self.due.is_empty();
        if quiet && self.results.is_empty() && !self.fills() {
            (self.is_first, self.begun) = (true, 0);
        }
    }
}
