//! [`Member`]: a place in the population, and what is next for it.

use tuning_core::{Fidelity, Params, TrialId};

/// A place in the population.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) next: Next,
    /// The trial that trains here; none before the first.
    pub(crate) trial: Option<TrialId>,
    pub(crate) params: Option<Params>,
    /// Where its trial paused last; 0 before that.
    pub(crate) at: Fidelity,
    /// Its loss there, while it is paused.
    pub(crate) paused: Option<f64>,
}

/// What is next for a member.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Next {
    /// A new trial begins.
    #[default]
    Start,
    /// A new trial begins with the checkpoint of another member, which was paused there.
    Fork { member: usize },
    /// Its trial continues.
    Resume,
    /// Its trial runs.
    Run,
    /// Nothing: its trial waits for the end of the round, has ended, or was never started.
    Rest,
}

impl Next {
    /// Whether it takes a trial of the budget.
    pub(crate) fn is_new(self) -> bool {
        matches!(self, Self::Start | Self::Fork { .. })
    }
}
