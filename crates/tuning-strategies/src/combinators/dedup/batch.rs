//! [`Batch`]: an answer in the making.

use std::collections::HashSet;

use tuning_core::{ParamsKey, Proposal};

/// An answer in the making.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) proposals: Vec<Proposal>,
    /// How many of them are new trials.
    pub(super) new: usize,
    /// The parameters of those.
    pub(super) taken: HashSet<ParamsKey>,
}

impl Batch {
    /// Adds a new trial from nothing.
    pub(super) fn push(&mut self, proposal: Proposal, key: Option<ParamsKey>) {
        self.taken.extend(key);
        self.new += 1;
        self.proposals.push(proposal);
    }
}
