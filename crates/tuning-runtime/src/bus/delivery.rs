//! [`Delivery`]: what an observer is promised, and [`ObserverReport`]: what became of it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use tuning_core::{Circuit, ObserverStatus, Seq};

/// What an observer is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// Every event of this session. When it is this many events behind, the study waits for it; for
    /// `patience` at most, then it is cut off.
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
    /// Every event of the study, in order, also those of sessions before: one that it fails to take is
    /// told again until it takes it. Its place is kept in the journal, under its name. An event may come
    /// twice, after a failure or a crash. The study never waits for it; what it has not taken a while
    /// after the end of a session, the next one begins with.
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
    /// The observer. If several have one name, they are numbered: `mail`, `mail 2`.
    pub name: String,
    /// What it was promised.
    pub delivery: Delivery,
    /// How many events it took.
    pub delivered: u64,
    /// How many it never got: it was too slow, or its circuit was open.
    pub dropped: u64,
    /// How many times it failed to take one, or to flush.
    pub failed: u64,
    /// How many events of the study it was behind at the end. With durable delivery they stay for the
    /// next session.
    pub behind: u64,
    /// The last event that is behind it: taken, failed or lost. With durable delivery: taken.
    pub last: Seq,
    /// Whether it was delivered to at the end.
    #[serde(default)]
    pub circuit: Circuit,
    /// Why it was cut off before the end: it panicked, hung, or was too slow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<String>,
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
            circuit: Circuit::Closed,
            cut_off: None,
            last_error: None,
        }
    }

    /// Whether it took everything it was promised.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let complete = match self.delivery {
            // What failed came again.
            Delivery::Durable => self.behind == 0,
            _ => self.dropped == 0 && self.failed == 0,
        };
        complete && self.cut_off.is_none()
    }

    /// The same as a journal keeps it.
    #[must_use]
    pub(super) fn status(&self, session: u64, at_millis: u64) -> ObserverStatus {
        let mut status = ObserverStatus::new(self.name.clone(), self.delivery.to_string());
        status.session = session;
        status.at_millis = at_millis;
        status.delivered = self.delivered;
        status.dropped = self.dropped;
        status.failed = self.failed;
        status.last = self.last;
        status.circuit = self.circuit;
        status.cut_off.clone_from(&self.cut_off);
        status.last_error.clone_from(&self.last_error);
        status
    }
}

impl fmt::Display for ObserverReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            delivered,
            dropped,
            failed,
            behind,
            ..
        } = self;
        let events = if *delivered == 1 { "event" } else { "events" };
        write!(f, "{}: {delivered} {events} delivered", self.name)?;
        for (count, what) in [(dropped, "dropped"), (failed, "failures")] {
            if *count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        match self.delivery {
            Delivery::Durable if *behind > 0 => write!(f, ", {behind} left for the next session")?,
            _ if *behind > 0 => write!(f, ", {behind} behind")?,
            _ => {}
        }
        if self.circuit != Circuit::Closed {
            write!(f, ", circuit {}", self.circuit)?;
        }
        if let Some(reason) = &self.cut_off {
            write!(f, "; cut off: {reason}")?;
        }
        if let Some(error) = &self.last_error {
            write!(f, "; last error: {error}")?;
        }
        Ok(())
    }
}
