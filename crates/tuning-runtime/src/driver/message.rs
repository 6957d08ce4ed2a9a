//! What reaches the driver's mailbox.

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
    /// An attempt is over.
    Finished {
        trial: TrialId,
        end: AttemptEnd,
        metrics: Metrics,
        took_micros: u64,
    },
    /// A trial's wait before its next attempt is over.
    RetryDue(TrialId),
    /// The time of the budget is up.
    TimeUp,
    /// Somebody wants the study to stop.
    Stop(Stop),
    /// Somebody wants one trial to be cancelled.
    Cancel(TrialId),
    /// The journal failed; the log knows why.
    JournalFailed,
}

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum AttemptEnd {
    /// With an outcome.
    Outcome(Outcome),
    /// Without one: the study stops, and the work is done again when it goes on.
    Interrupted,
}

/// How a study is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    /// Start nothing more; let what runs end.
    Gracefully,
    /// End what runs, too. It is done again when the study goes on.
    Now,
}
