//! [`Delivery`]: what an observer is promised, and [`ObserverReport`]: what became of it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use tuning_core::Seq;

/// What an observer is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// Every event of this session. When it is this many events behind, the study waits for it; for
    /// `patience` at most, then it is given up.
    Lossless {
        /// How many events may wait.
        capacity: usize,
        /// How long the study waits for it.
        patience: Duration,
    },
    /// What it can take: when it is this many events behind, the oldest are dropped, and it is told how
    /// many. The study never waits for it, nor at its end if it has been at one event for a second.
    Lossy {
        /// How many events may wait.
        capacity: usize,
    },
    /// Every event of the study, also those of sessions before and those that it failed to take: its
    /// place is kept in the journal. An event may come twice after a crash. The study never waits for it.
    Durable,
}

impl Delivery {
    /// Every event of this session; the study waits up to half a minute for a slow observer.
    #[must_use]
    pub const fn lossless() -> Self {
        Self::Lossless {
            capacity: 1024,
            patience: Duration::from_secs(30),
        }
    }

    /// What it can take, up to 4096 events behind.
    #[must_use]
    pub const fn lossy() -> Self {
        Self::Lossy { capacity: 4096 }
    }

    /// Every event of the study.
    #[must_use]
    pub const fn durable() -> Self {
        Self::Durable
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lossless { .. } => "lossless",
            Self::Lossy { .. } => "lossy",
            Self::Durable => "durable",
        })
    }
}

/// What became of an observer in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ObserverReport {
    /// The observer.
    pub name: String,
    /// What it was promised.
    pub delivery: Delivery,
    /// How many events it took.
    pub delivered: u64,
    /// How many it never got.
    pub dropped: u64,
    /// How many times it failed to take one, or to flush.
    pub failed: u64,
    /// How many events of the study it was behind at the end.
    pub behind: u64,
    /// The last event it took.
    pub last: Seq,
    /// Why it was given up before the end: it panicked, hung, or was too slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
    /// The last error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

impl ObserverReport {
    pub(super) fn new(name: String, delivery: Delivery) -> Self {
        Self {
            name,
            delivery,
            delivered: 0,
            dropped: 0,
            failed: 0,
            behind: 0,
            last: Seq::ZERO,
            given_up: None,
            last_error: None,
        }
    }

    /// Whether it took everything it was promised.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.dropped == 0 && self.failed == 0 && self.given_up.is_none()
    }
}
