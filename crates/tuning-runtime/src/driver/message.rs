//! What reaches the driver's mailbox.

use std::time::Duration;

use tokio::sync::oneshot;
use tuning_core::{Fidelity, Metrics, Outcome, TrialId, Values, Verdict};

/// Everything that happens around the driver arrives as one of these, one after the other.
#[derive(Debug)]
pub(crate) enum Message {
    /// A running trial measured something.
    Report {
        trial: TrialId,
        at: Fidelity,
        values: Values,
        metrics: Metrics,
        reply: oneshot::Sender<Verdict>,
    },
    /// A running trial has gone on to this fidelity, beyond the end of its work.
    Overran { trial: TrialId, at: Fidelity },
    /// An attempt is over.
    Finished {
        trial: TrialId,
        end: AttemptEnd,
        metrics: Metrics,
        took: Duration,
    },
    /// A trial's wait before its next attempt is over.
    RetryDue(TrialId),
    /// The time of the budget is up.
    TimeUp,
    /// The study is to stop.
    Stop(Stop),
    /// One trial is to be cancelled.
    Cancel(TrialId),
    /// The journal failed; the log knows why.
    JournalFailed,
}

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum AttemptEnd {
    /// With an outcome.
    Outcome(Outcome),
    /// Without one: the study stops, and the work is done again when the study resumes.
    Interrupted,
    /// Without one, for a reason that stops the study.
    Halted(String),
}

/// How a study is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    /// Start nothing more; let running trials end.
    Gracefully,
    /// End running trials, too. Their work is done again when the study resumes.
    Now,
}
