//! [`Pruner`]: what judges running trials by their reports.

use serde::{Deserialize, Serialize};

use crate::{TrialId, fact::Fact};

/// A judge of running trials: the same fold of facts as a strategy, with the same purity.
///
/// # For callers
/// Tell it every fact (values as losses), then ask for a verdict after each report of a running trial.
///
/// # For implementors
/// - `judge` depends on the configuration and the facts told alone.
/// - The first trial is never stopped for want of others to compare with, and one that is the best of
///   all at each of its reports and still gets better is never stopped at all.
/// - `tell` survives trials without reports, failures, unknown facts, equal and huge values, and any
///   number of objectives.
///
/// Each of these promises is a law in `tuning-conformance`; a test of five lines checks them.
pub trait Pruner: Send {
    /// Learns one fact.
    fn tell(&mut self, fact: &Fact);

    /// Says whether a running trial is worth going on, by all that was told.
    fn judge(&self, trial: TrialId) -> Verdict;

    /// Returns an independent copy in the same state: `Box::new(self.clone())`. Under
    /// `Order::AsProposed` each trial is judged by a copy that knows what its proposal knew, and its
    /// own reports.
    fn boxed_clone(&self) -> Box<dyn Pruner>;
}

#[deny(clippy::missing_trait_methods)]
impl<P: Pruner + ?Sized> Pruner for Box<P> {
    fn tell(&mut self, fact: &Fact) {
        (**self).tell(fact);
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        (**self).judge(trial)
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        (**self).boxed_clone()
    }
}

/// What a running trial is to do after a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Go on.
    Continue,
    /// The fidelity that was asked for is reached: save a checkpoint and return.
    Pause,
    /// It is not worth going on, or the study stops: return.
    Stop,
}

impl Verdict {
    /// Whether to go on.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Continue)
    }
}
