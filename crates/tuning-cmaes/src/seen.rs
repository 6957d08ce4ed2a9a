//! [`Seen`]: which points have been tried, and how they came out.

use std::collections::BTreeMap;

use crate::fitness::Fitness;

/// The points tried, by their [fingerprints](tuning_toolkit::fingerprint).
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(BTreeMap<u64, Option<Fitness>>);

impl Seen {
    /// A trial of it was started.
    pub(crate) fn begin(&mut self, key: u64) {
        self.0.entry(key).or_default();
    }

    /// It came out like this.
    pub(crate) fn end(&mut self, key: u64, fitness: Fitness) {
        self.0.insert(key, Some(fitness));
    }

    /// It may be tried again.
    pub(crate) fn forget(&mut self, key: u64) {
        self.0.remove(&key);
    }

    /// How many were tried.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it was tried, and how it came out if that is known.
    pub(crate) fn get(&self, key: u64) -> Option<Option<Fitness>> {
        self.0.get(&key).copied()
    }
}
