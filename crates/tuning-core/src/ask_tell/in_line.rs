//! Keeps results in line: work in the order of its proposals, each piece's facts held back until it is
//! their turn to be told (`Order::AsProposed`).

use std::collections::VecDeque;

use crate::{Pruner, TrialId, fact::Fact};

/// The work that was proposed and not yet told, oldest first.
#[derive(Default)]
pub(super) struct Line {
    waiting: VecDeque<Held>,
    told: u64,
}

/// One piece of work of a trial, the facts of it that wait to be told, and the judge who knows what its proposal knew.
pub(super) struct Held {
    pub(super) trial: TrialId,
    pub(super) facts: Vec<Fact>,
    pub(super) done: bool,
    pub(super) pruner: Option<Box<dyn Pruner>>,
}

impl Line {
    /// How many pieces of work were told in full.
    pub(super) fn told(&self) -> u64 {
        self.told
    }

    /// The number of the next piece of work to be proposed.
    pub(super) fn next(&self) -> u64 {
        self.told + self.waiting.len() as u64
    }

    /// Adds the next piece of work.
    pub(super) fn push(&mut self, trial: TrialId, pruner: Option<Box<dyn Pruner>>) {
        self.waiting.push_back(Held {
            trial,
            facts: Vec::new(),
            done: false,
            pruner,
        });
    }

    /// The trials of the work that was not told yet.
    pub(super) fn trials(&self) -> impl Iterator<Item = TrialId> {
        self.waiting.iter().map(|held| held.trial)
    }

    /// Whether a piece of work of this trial was not told yet.
    pub(super) fn holds(&self, trial: TrialId) -> bool {
        self.waiting.iter().any(|held| held.trial == trial)
    }

    /// The last piece of work of this trial that was not told yet.
    pub(super) fn last_of(&mut self, trial: TrialId) -> Option<&mut Held> {
        self.waiting
            .iter_mut()
            .rev()
            .find(|held| held.trial == trial)
    }

    /// How many pieces of work can be known now: told, or done without a gap behind those.
    pub(super) fn knowable(&self) -> u64 {
        let done = self.waiting.iter().take_while(|held| held.done);
        self.told + done.count() as u64
    }

    /// A piece of work that was not told yet.
    pub(super) fn get_mut(&mut self, work: u64) -> Option<&mut Held> {
        let place = usize::try_from(work.checked_sub(self.told)?).ok()?;
        self.waiting.get_mut(place)
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes the facts of the oldest piece of work, if it is done.
    pub(super) fn pop(&mut self) -> Option<Vec<Fact>> {
        if !self.waiting.front()?.done {
            return None;
        }
        self.told += 1;
        self.waiting.pop_front().map(|held| held.facts)
    }
}
