//! [`Round`]: one round of a bracket: its trials run to the same rung, and when all have, the best of them continue.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Fidelity, TrialId};

use super::split::Entry;

/// One round of a bracket. A trial that fails is not among the best; it counts all the same for how many these are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Round {
    /// How many trials have begun in it.
    begun: usize,
    running: BTreeSet<TrialId>,
    /// Those that have reached the rung, and where exactly.
    results: BTreeMap<Entry, Fidelity>,
    /// Those of the round before that are to continue in this one, the best first.
    due: BTreeMap<Entry, Fidelity>,
    /// Where a trial is in `results` or in `due`.
    entries: BTreeMap<TrialId, Entry>,
}

impl Round {
    pub(crate) fn begun(&self) -> usize {
        self.begun
    }

    /// The trials that are to continue in this round, and where they are.
    pub(crate) fn due(&self) -> impl Iterator<Item = (TrialId, Fidelity)> + '_ {
        self.due.iter().map(|(entry, at)| (entry.trial, *at))
    }

    /// Whether no trial runs, and none is to continue.
    pub(crate) fn is_quiet(&self) -> bool {
        self.running.is_empty() && self.due.is_empty()
    }

    /// Whether no trial of it can do anything more.
    pub(crate) fn is_over(&self) -> bool {
        self.is_quiet() && self.results.is_empty()
    }

    /// The trials that continue when all have ended, the best first: one of `factor` that have begun, and at least one.
    pub(crate) fn best(&self, factor: usize) -> impl Iterator<Item = (TrialId, Fidelity)> + '_ {
        let best = self.results.iter().take(self.places(factor));
        best.map(|(entry, at)| (entry.trial, *at))
    }

    /// The trials that do not continue then.
    pub(crate) fn others(&self, factor: usize) -> impl Iterator<Item = TrialId> + '_ {
        let others = self.results.keys().skip(self.places(factor));
        others.map(|entry| entry.trial)
    }

    fn places(&self, factor: usize) -> usize {
        (self.begun / factor).max(1)
    }

    /// A trial begins here.
    pub(crate) fn started(&mut self, trial: TrialId) {
        self.begun += 1;
        self.running.insert(trial);
    }

    /// Whether a trial continues in this round, as it was due.
    pub(crate) fn resumed(&mut self, trial: TrialId) -> bool {
        let entry = self.entries.get(&trial);
        if entry.and_then(|entry| self.due.remove(entry)).is_none() {
            return false;
        }
        self.entries.remove(&trial);
        self.started(trial);
        true
    }

    /// The round behind this one, and those that have no part in it; none if this trial is not among the best ones here.
    pub(crate) fn next(
        &mut self,
        trial: TrialId,
        factor: usize,
    ) -> Option<(Self, BTreeSet<TrialId>)> {
        let first = *self.entries.get(&trial)?;
        let best = self.results.iter().take(self.places(factor));
        if !self.is_quiet()
            || best
                .clone()
                .next_back()
                .is_none_or(|(last, _)| first > *last)
        {
            return None;
        }
        let others = self.others(factor).collect();
        let rest = best.filter(|(entry, _)| **entry != first);
        let due: BTreeMap<_, _> = rest.map(|(entry, at)| (*entry, *at)).collect();
        let mut next = Self {
            entries: due.keys().map(|entry| (entry.trial, *entry)).collect(),
            due,
            ..Self::default()
        };
        next.started(trial);
        Some((next, others))
    }

    /// A trial has reached the rung.
    pub(crate) fn paused(&mut self, entry: Entry, at: Fidelity) {
        if self.running.remove(&entry.trial) {
            self.results.insert(entry, at);
            self.entries.insert(entry.trial, entry);
        }
    }

    /// A trial has ended.
    pub(crate) fn ended(&mut self, trial: TrialId) {
        self.running.remove(&trial);
        if let Some(entry) = self.entries.remove(&trial) {
            self.results.remove(&entry);
            self.due.remove(&entry);
        }
    }
}
