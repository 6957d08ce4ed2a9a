//! [`Asha`]: the best of each rung continue as soon as a worker is free.

use std::{cmp::Reverse, num::NonZeroUsize};

use tuning_core::{Ask, Asked, Fact, Proposal, Strategy, StrategyError, Tag, TrialId};

use super::NAME;
use crate::schedulers::{
    in_flight::InFlight, ladder::Ladder, rungs::Rungs, split::Split, view::View,
};

/// Asynchronous successive halving by promotion: new trials run to the lowest rung and pause, and the best of each rung go
/// on to the next one, the last of which is the whole.
///
/// A free worker looks through the rungs from the top. In the first one with a paused trial among the best ⌊m/η⌋ of the m
/// that have reached it, the best such trial continues; if there is none, the inner strategy proposes a new one. So no
/// worker waits for another, and a trial that looks good too early costs one step of the ladder.
///
/// - A trial that pauses beyond its rung is compared at the highest rung at or below the fidelity that it has reached. Of
///   equal losses, the older trial is the better one.
/// - A rung that fewer than η trials have reached lets none continue.
/// - A trial that fails on its way to a rung takes no place there; below, it keeps its places.
/// - The inner strategy sees values of one fidelity: there is one of it per rung, which is told that trials complete at
///   that rung, and the highest one with enough results is asked: 10, or three more than there are parameters. So values
///   of different rungs are never mixed.
/// - What can never continue is given up: with a budget of trials, a trial that is behind the best ⌊N/η⌋ of the lowest rung, of
///   the N that can reach it at most; and at the end, what is left behind in a rung that no trial can reach any more. Until
///   a trial has run to its end, the best of these is kept, the one of the highest rung: it continues to the end if there are
///   too few trials for another one to come as far, or if those ahead of it fail.
/// - A budget of resource ends a study between two steps: what is paused then can continue when the budget is raised. A step
///   that it leaves too little for is passed over, so that its last units go to lower rungs and new trials.
///
/// Source: Li et al. 2020, "A system for massively parallel hyperparameter tuning", arXiv:1810.05934, algorithm 2.
#[derive(Clone, Debug)]
pub struct Asha<S> {
    inner: View<S>,
    ladder: Ladder,
    in_flight: InFlight,
    factor: u64,
    /// How many trials the study starts, if that is limited, and how many it has started.
    trials: Option<u64>,
    started: u64,
    /// What has reached the lowest rung, with the boundary behind those that can still continue.
    hopeful: Split,
}

impl<S: Strategy> Asha<S> {
    pub(crate) fn new(rungs: Rungs, factor: u32, inner: View<S>) -> Self {
        Self {
            inner,
            ladder: Ladder::new(rungs, factor),
            in_flight: InFlight::default(),
            factor: u64::from(factor),
            trials: None,
            started: 0,
            hopeful: Split::default(),
        }
    }

    fn resume(&self, (trial, rung): (TrialId, usize)) -> Proposal {
        let rungs = self.ladder.rungs();
        let tag = Tag::new(NAME, rungs.note(rung));
        Proposal::resume(trial).until(rungs.until(rung)).tag(tag)
    }

    fn start(&self, proposal: Proposal) -> Proposal {
        let rungs = self.ladder.rungs();
        proposal.until(rungs.until(0)).wrapped(NAME, rungs.note(0))
    }

    /// How many trials can still be started, by what was told.
    fn left(&self) -> Option<u64> {
        Some(self.trials?.saturating_sub(self.started))
    }

    /// The paused trials that can never continue.
    fn beaten(&self, left: Option<u64>) -> Vec<TrialId> {
        let mut beaten: Vec<_> = match left {
            Some(0) => self.ladder.left_behind().collect(),
            _ => Vec::new(),
        };
        // A budget that counts completed trials alone leaves more than was told.
        if left.is_some_and(|left| self.left().is_some_and(|told| left <= told)) {
            let behind = self.ladder.behind(self.hopeful.boundary());
            beaten.extend(behind.map(|entry| (0, entry)));
        }
        beaten.sort_unstable_by_key(|(rung, entry)| (Reverse(*rung), *entry));
        beaten.dedup();
        // The best of them continues if those ahead of it fail.
        let kept = usize::from(!self.ladder.has_whole());
        let mut beaten: Vec<_> = beaten
            .iter()
            .skip(kept)
            .map(|(_, entry)| entry.trial)
            .collect();
        beaten.sort_unstable();
        beaten
    }

    /// Moves the boundary of what can still continue from the lowest rung.
    fn hope(&mut self) {
        let most = match self.left() {
            Some(left) => (self.ladder.begun() as u64).saturating_add(left) / self.factor,
            None => u64::MAX,
        };
        self.hopeful
            .keep(usize::try_from(most).unwrap_or(usize::MAX));
    }
}

impl<S: Strategy> Strategy for Asha<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let slots = ask.slots().get();
        let mut room = ask.resource_left().unwrap_or(u64::MAX);
        let fitting = self.ladder.promotable().filter(|(_, rung)| {
            let left = room.checked_sub(self.ladder.rungs().step(*rung));
            room = left.unwrap_or(room);
            left.is_some()
        });
        let promoted = fitting.take(slots);
        let mut proposals: Vec<_> = promoted.map(|next| self.resume(next)).collect();
        let mut left = ask.trials_left();
        let mut waits = false;
        let free = NonZeroUsize::new(slots - proposals.len()).filter(|_| left != Some(0));
        if let Some(free) = free {
            let idle = proposals.is_empty() && self.in_flight.is_empty();
            match self.inner.ask(&ask.with_slots(free), idle)? {
                Asked::Propose(new) => {
                    proposals.extend(new.into_iter().map(|proposal| self.start(proposal)));
                }
                Asked::Wait => waits = true,
                Asked::Done => left = Some(0),
            }
        }
        proposals.extend(self.beaten(left).into_iter().map(Proposal::give_up));
        if !proposals.is_empty() {
            return Ok(Asked::Propose(proposals));
        }
        if waits || !self.in_flight.is_empty() {
            return Ok(Asked::Wait);
        }
        // What is due and does not fit ends the study, until its budget is raised.
        if let Some(next) = self.ladder.promotable().next() {
            return Ok(Asked::Propose(vec![self.resume(next)]));
        }
        let leader = self.ladder.leader().filter(|_| !self.ladder.has_whole());
        let last = leader.map(|next| self.resume(next));
        Ok(last.map_or(Asked::Done, |last| Asked::Propose(vec![last])))
    }

    fn tell(&mut self, fact: &Fact) {
        self.in_flight.tell(fact);
        match fact {
            Fact::Budgeted(budgeted) => self.trials = budgeted.trials,
            Fact::Started(started) => {
                self.started += 1;
                if started.tag.note(NAME) == Some(self.ladder.rungs().note(0)) {
                    self.ladder.started(started);
                }
            }
            Fact::Resumed(resumed) => self.ladder.resumed(resumed),
            Fact::Paused(paused) => {
                if let Some((0, entry)) = self.ladder.paused(paused) {
                    self.hopeful.insert(entry);
                }
            }
            Fact::Ended(ended) => self.ladder.ended(ended),
            _ => {}
        }
        self.hope();
        self.inner.tell(&fact.unwrapped(NAME));
    }
}
