//! [`Ladder`]: random search whose trials climb a ladder of rungs, the best third of each at any time, with one [`Slip`] or none.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    Ask, Asked, Fact, Fidelity, FidelityRange, Outcome, Problem, Proposal, Space, Strategy,
    StrategyError, Tag, TrialId, Unsupported,
};

const NAME: &str = "ladder";

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slip {
    None,
    StartsBelowTheLeast,
    ForgetsThatTrialsOverstep,
    StartsBetweenRungs,
    StartsSomeWithoutATarget,
    SkipsARung,
    PromotesAll,
    LeavesTheBestBehind,
    GivesSomeOfTheBestUp,
    WaitsForNothing,
    PanicsAtFailures,
    GivesNothingUp,
    GivesTheLeaderUp,
}

/// The rungs from this one up, each three times the one before, and the whole.
pub(crate) fn rungs_from(least: u64, range: FidelityRange) -> Vec<Fidelity> {
    let levels = std::iter::successors(Some(least), |level| Some(3 * level));
    let below = levels
        .map(Fidelity::new)
        .take_while(|level| *level < range.max());
    below.chain([range.max()]).collect()
}

#[derive(Debug)]
pub(crate) struct Ladder {
    slip: Slip,
    space: Space,
    rungs: Vec<Fidelity>,
    /// What has come to each rung, the best first.
    reached: Vec<Vec<(f64, TrialId)>>,
    targets: BTreeMap<TrialId, Option<Fidelity>>,
    /// The rungs of what is paused, and how far it has come.
    waiting: BTreeMap<TrialId, (usize, Fidelity)>,
    running: BTreeSet<TrialId>,
    has_whole: bool,
}

impl Ladder {
    pub(crate) fn build(slip: Slip, problem: &Problem) -> Result<Self, Unsupported> {
        let range = problem.fidelity;
        let range = range.ok_or_else(|| Unsupported::new(NAME, "needs a fidelity"))?;
        let least = match slip {
            Slip::StartsBelowTheLeast => 1,
            _ => range.min().get(),
        };
        let rungs = rungs_from(least, range);
        Ok(Self {
            slip,
            space: problem.space.clone(),
            reached: vec![Vec::new(); rungs.len()],
            rungs,
            targets: BTreeMap::new(),
            waiting: BTreeMap::new(),
            running: BTreeSet::new(),
            has_whole: false,
        })
    }

    fn until(&self, rung: usize) -> Option<Fidelity> {
        self.rungs[..self.rungs.len() - 1].get(rung).copied()
    }

    fn start(&self, ask: &Ask, n: usize) -> Result<Proposal, StrategyError> {
        let seed = ask.seed(n);
        let point = (0..self.space.len()).map(|d| seed.derive(d as u64).unit());
        let params = self.space.decode(&point.collect::<Vec<_>>())?;
        let until = match self.slip {
            Slip::StartsBetweenRungs => self.until(0).map(|rung| Fidelity::new(rung.get() + 1)),
            Slip::StartsSomeWithoutATarget if ask.trial(n).get() % 5 == 4 => None,
            _ => self.until(0),
        };
        Ok(Proposal::start(params).until(until).tag(Tag::new(NAME, "")))
    }

    fn resume(&self, trial: TrialId) -> Proposal {
        let at = match self.slip {
            Slip::ForgetsThatTrialsOverstep => self.targets[&trial].unwrap_or_default(),
            _ => self.waiting[&trial].1,
        };
        let next = self.rungs.partition_point(|rung| *rung <= at);
        let skips = usize::from(self.slip == Slip::SkipsARung);
        Proposal::resume(trial).until(self.until(next + skips))
    }

    /// What waits at a rung, the best first, of the first `places` there.
    fn due(&self, rung: usize, places: usize) -> impl Iterator<Item = TrialId> + '_ {
        let here =
            move |trial: &TrialId| self.waiting.get(trial).is_some_and(|(at, _)| *at == rung);
        let best = self.reached[rung].iter().take(places);
        best.map(|(_, trial)| *trial).filter(here)
    }

    fn promoted(&self, is_last: bool) -> Vec<TrialId> {
        let mut promoted = Vec::new();
        for rung in (0..self.rungs.len()).rev() {
            let count = self.reached[rung].len();
            let places = match self.slip {
                Slip::PromotesAll => count,
                _ => count / 3,
            };
            let due = self.due(rung, places);
            match self.slip {
                Slip::LeavesTheBestBehind if !is_last => promoted.extend(due.skip(1)),
                _ => promoted.extend(due),
            }
        }
        promoted
    }

    fn leader(&self) -> Option<TrialId> {
        let mut rungs = (0..self.rungs.len()).rev();
        rungs.find_map(|rung| self.due(rung, usize::MAX).next())
    }
}

impl Strategy for Ladder {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let slots = ask.slots().get();
        let is_last = ask.trials_left() == Some(0) && self.running.is_empty();
        let next = |trial: TrialId| match self.slip {
            Slip::GivesSomeOfTheBestUp if trial.get() % 4 == 3 => Proposal::give_up(trial),
            _ => self.resume(trial),
        };
        let promoted = self.promoted(is_last).into_iter().take(slots);
        let mut proposals: Vec<_> = promoted.map(next).collect();
        if ask.trials_left() != Some(0) {
            for n in 0..slots - proposals.len() {
                proposals.push(self.start(ask, n)?);
            }
        }
        if proposals.is_empty() && self.running.is_empty() {
            let keeps = !self.has_whole && self.slip != Slip::GivesTheLeaderUp;
            match self.leader().filter(|_| keeps) {
                Some(leader) => proposals.push(self.resume(leader)),
                None if self.slip == Slip::GivesNothingUp => {}
                None => proposals.extend(self.waiting.keys().copied().map(Proposal::give_up)),
            }
        }
        let waits = !self.running.is_empty() || self.slip == Slip::WaitsForNothing;
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if waits => Asked::Wait,
            true => Asked::Done,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                self.running.insert(started.trial);
                if started.tag.note(NAME).is_some() {
                    self.targets.insert(started.trial, started.until);
                }
            }
            Fact::Resumed(resumed) => {
                self.running.insert(resumed.trial);
                self.waiting.remove(&resumed.trial);
                self.targets.insert(resumed.trial, resumed.until);
            }
            Fact::Paused(paused) => {
                self.running.remove(&paused.trial);
                if !self.targets.contains_key(&paused.trial) {
                    return; // it is none of its own
                }
                let passed = self.rungs.partition_point(|rung| *rung <= paused.at);
                let rung = passed.saturating_sub(1);
                let entry = (paused.values.first(), paused.trial);
                let place = self.reached[rung].partition_point(|other| *other < entry);
                self.reached[rung].insert(place, entry);
                self.waiting.insert(paused.trial, (rung, paused.at));
            }
            Fact::Ended(ended) => {
                self.running.remove(&ended.trial);
                self.waiting.remove(&ended.trial);
                self.has_whole |= matches!(ended.outcome, Outcome::Completed(_))
                    && self.targets.contains_key(&ended.trial);
                assert!(
                    self.slip != Slip::PanicsAtFailures || ended.outcome.failure().is_none(),
                    "a failure is nothing unusual"
                );
            }
            _ => {}
        }
    }
}
