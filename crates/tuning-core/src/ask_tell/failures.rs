//! What the failed trials say of a study, as a fold of what was told: whether something is broken.

use std::collections::BTreeSet;

use crate::{FailureKind, FailureLimit, Outcome, TrialId};

/// The failures that count for the limit of a budget.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures {
    /// How many pieces of work have ended that say something of this.
    ended: u64,
    /// How many of those that the limit looks at failed.
    failed: u64,
    in_a_row: u64,
    /// The kind of the first failure.
    kind: Option<FailureKind>,
    /// Whether one of the first failed in another way.
    is_mixed: bool,
    /// Whether any did not fail.
    has_worked: bool,
    /// What had ended before the study was resumed after this limit, and is told only afterwards.
    forgiven: BTreeSet<TrialId>,
}

/// Shares of counts are not exact: `0.1 * 3` is more than `0.3`.
const ROUNDING: f64 = 1e-9;

impl Failures {
    /// Learns that a piece of work of this trial has ended, or paused without an outcome.
    pub(super) fn tell(&mut self, limit: FailureLimit, trial: TrialId, outcome: Option<&Outcome>) {
        if self.forgiven.remove(&trial) {
            return;
        }
        let failure = outcome.and_then(Outcome::failure);
        let kind = match failure.map(|failure| failure.kind) {
            // Neither says anything of the script.
            Some(FailureKind::Cancelled | FailureKind::Infeasible) => return,
            kind => kind,
        };
        self.ended += 1;
        let Some(kind) = kind else {
            self.in_a_row = 0;
            self.has_worked = true;
            return;
        };
        self.in_a_row += 1;
        let looked_at = match limit {
            FailureLimit::Alike(trials) => trials,
            FailureLimit::Share { first, .. } => first,
            _ => u64::MAX,
        };
        if self.ended <= looked_at {
            self.failed += 1;
            self.is_mixed |= self.kind.is_some_and(|first| first != kind);
            self.kind.get_or_insert(kind);
        }
    }

    /// Whether too many failed: something is broken.
    pub(super) fn are_too_many(&self, limit: FailureLimit) -> bool {
        match limit {
            FailureLimit::Never => false,
            FailureLimit::Alike(trials) => {
                self.ended >= trials && !self.has_worked && !self.is_mixed
            }
            FailureLimit::InARow(trials) => self.in_a_row >= trials,
            FailureLimit::Share { share, first } => {
                self.failed as f64 >= share * first as f64 - ROUNDING
            }
        }
    }

    /// The study ended for this reason, and is resumed: counts anew, without what has ended already but is told later.
    pub(super) fn forgive(&mut self, untold: impl Iterator<Item = TrialId>) {
        *self = Self {
            forgiven: untold.collect(),
            ..Self::default()
        };
    }
}
