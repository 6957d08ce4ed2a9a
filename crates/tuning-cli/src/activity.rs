//! [`Activity`]: whether a study runs at the moment, as far as its journal and its lock file tell.

use std::path::Path;

use serde_json::Value;
use tuning_core::{Closed, EndReason};
use tuning_sqlite::lock_path;

/// Whether a study runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// A process runs it: this one, if it is known.
    Running(Option<u32>),
    /// It has begun, and no process runs it.
    Interrupted,
    Stopped,
    Ended(EndReason),
}

impl Activity {
    /// Of a study whose last entry is this one, if that closed it.
    pub(crate) fn of(journal: &Path, study: &str, closed: Option<&Closed>) -> Self {
        match closed {
            Some(closed) if closed.reason == EndReason::Stopped => Self::Stopped,
            Some(closed) => Self::Ended(closed.reason),
            None => runner(journal, study),
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Running(_) => "running",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Ended(_) => "ended",
        }
    }
}

/// Looks for the process that runs the study: running, or interrupted. It takes no lock: that would disturb
/// one that starts.
pub(crate) fn runner(journal: &Path, study: &str) -> Activity {
    let Ok(text) = std::fs::read_to_string(lock_path(journal, study)) else {
        return Activity::Interrupted;
    };
    let owner: Value = serde_json::from_str(&text).unwrap_or_default();
    let Some(process) = owner["process"]
        .as_u64()
        .and_then(|process| u32::try_from(process).ok())
    else {
        return Activity::Running(None);
    };
    // Where there is no such folder, the lock file alone must do.
    let processes = Path::new("/proc");
    if processes.join("self").exists() && !processes.join(process.to_string()).exists() {
        return Activity::Interrupted;
    }
    Activity::Running(Some(process))
}
