//! [`Pruner`]: what judges running trials by their reports.

use std::error::Error;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{TrialId, fact::Fact};

/// A judge of running trials: the same fold of facts as a strategy, with the same purity.
///
/// [Publish your own pruner](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-pruner.md) leads from nothing to a type that keeps the laws.
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

    /// Says whether a running trial is worth continuing, given all that was told.
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
    /// Continue.
    Continue,
    /// The fidelity that was asked for is reached: save a checkpoint and return.
    Pause,
    /// It is not worth continuing, or the study stops: return.
    Stop,
}

impl Verdict {
    /// The same for a loop that leaves by `?`.
    ///
    /// # Errors
    /// Unless it is to continue.
    pub(crate) const fn into_result(self) -> Result<(), Interrupted> {
        match self {
            Self::Continue => Ok(()),
            Self::Pause => Err(Interrupted::Paused),
            Self::Stop => Err(Interrupted::Stopped),
        }
    }
}

/// Why an evaluation returns early: what a report answers when the trial is not to continue.
///
/// Let it leave the objective by `?`, as it is or inside of an error of yours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Interrupted {
    /// The trial has reached the fidelity that it was asked for: save a checkpoint and return.
    #[error("interrupted: the trial has reached the fidelity that it was asked for")]
    Paused,
    /// The trial is not worth continuing, or has to end.
    #[error("interrupted: the trial is to stop")]
    Stopped,
}

impl Interrupted {
    /// Whether the error or one of its sources is this one.
    pub(crate) fn is_cause_of(error: &(dyn Error + 'static)) -> bool {
        // A box such as that of `anyhow` hides the type of what is in it, though not of the sources.
        let shown = error.to_string();
        let hidden = [Self::Paused, Self::Stopped].map(|interrupted| interrupted.to_string());
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        hidden.contains(&shown)
    }
}
