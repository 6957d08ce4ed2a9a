//! [`Counts`]: how many trials are in which state.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many trials are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// All that were started.
    pub started: u64,
    /// Being evaluated, or waiting to be.
    pub running: u64,
    /// Waiting to be resumed.
    pub paused: u64,
    /// Ended with values.
    pub completed: u64,
    /// Stopped by a pruner.
    pub stopped: u64,
    /// Ended without values.
    pub failed: u64,
    /// Repeated attempts.
    #[serde(default)]
    pub retries: u64,
    /// Of all that were started, those that were evaluated elsewhere and [added](crate::AddedTrial).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added: u64,
    /// Of these, those that completed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added_completed: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Counts {
    /// Ended, in whatever way.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.completed + self.stopped + self.failed
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} completed", self.completed)?;
        for (count, name) in [
            (self.stopped, "stopped"),
            (self.failed, "failed"),
            (self.paused, "paused"),
            (self.running, "running"),
        ] {
            if count > 0 {
                write!(f, ", {count} {name}")?;
            }
        }
        Ok(())
    }
}
