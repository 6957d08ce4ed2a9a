//! [`Activity`]: whether a study runs at the moment, as far as its journal tells.

use tuning_core::{Closed, EndReason, JournalError};
use tuning_file::{JournalConfig, Running};

/// Whether a study runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// A process runs it: this one, if it is known.
    Running(Option<u32>),
    /// It has begun, and no process runs it.
    Interrupted,
    /// It has begun, and the journal cannot tell whether a process runs it.
    Unknown,
    Stopped,
    Ended(EndReason),
}

impl Activity {
    /// Of a study whose last entry is this one, if that closed it.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(crate) fn of(
        journal: &dyn JournalConfig,
        study: &str,
        closed: Option<&Closed>,
    ) -> Result<Self, JournalError> {
        match closed {
            Some(closed) if closed.reason == EndReason::Stopped => Ok(Self::Stopped),
            Some(closed) => Ok(Self::Ended(closed.reason)),
            None => runner(journal, study),
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running(_) => "running",
            Self::Interrupted => "interrupted",
            Self::Unknown => "unknown",
            Self::Stopped => "stopped",
            Self::Ended(_) => "ended",
        }
    }
}

/// Looks for the process that runs the study, without disturbing one that starts.
///
/// # Errors
/// If the journal cannot be read.
pub(crate) fn runner(journal: &dyn JournalConfig, study: &str) -> Result<Activity, JournalError> {
    Ok(match journal.running(study)? {
        Running::Yes { process } => Activity::Running(process),
        Running::No => Activity::Interrupted,
        _ => Activity::Unknown,
    })
}
