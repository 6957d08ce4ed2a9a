//! [`ObserverStatus`]: what became of an observer so far, for those who look at the study: a summary, a program,
//! a dashboard.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Seq;

/// What became of an observer so far.
///
/// A journal keeps the last one of each observer ([`Journal::set_observer_status`](crate::Journal::set_observer_status)),
/// so that another process can see it. It is for people: no decision looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ObserverStatus {
    /// The observer's name, by which it is known among those of its study.
    pub observer: String,
    /// What it was promised, in a word: `lossless`, `lossy`, `durable`.
    pub delivery: String,
    /// The session that it watched last, from 1; 0 before any.
    #[serde(default)]
    pub session: u64,
    /// When this was so, in milliseconds since the start of 1970 (UTC).
    #[serde(default)]
    pub at_millis: u64,
    /// How many events it took in this session.
    #[serde(default)]
    pub delivered: u64,
    /// How many of this session it never got: it was too slow, or its circuit was open.
    #[serde(default)]
    pub dropped: u64,
    /// How many times it failed to take one, or to flush, in this session.
    #[serde(default)]
    pub failed: u64,
    /// The last event that is behind it: taken, failed or lost.
    #[serde(default)]
    pub last: Seq,
    /// Whether it is delivered to.
    #[serde(default)]
    pub circuit: Circuit,
    /// Why it was cut off before the end of the session, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<String>,
    /// The last error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

impl ObserverStatus {
    /// An observer that has seen nothing yet.
    #[must_use]
    pub fn new(observer: impl Into<String>, delivery: impl Into<String>) -> Self {
        Self {
            observer: observer.into(),
            delivery: delivery.into(),
            session: 0,
            at_millis: 0,
            delivered: 0,
            dropped: 0,
            failed: 0,
            last: Seq::ZERO,
            circuit: Circuit::Closed,
            cut_off: None,
            last_error: None,
        }
    }

    /// How many events it is behind a study with this head.
    #[must_use]
    pub fn lag(&self, head: Seq) -> u64 {
        head.get().saturating_sub(self.last.get())
    }
}

/// Whether an observer is delivered to. As in an electric circuit: closed is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Circuit {
    /// It is.
    #[default]
    Closed,
    /// It failed too often in a row, and is left alone for a while.
    Open,
    /// It was left alone, and is being tried again.
    HalfOpen,
}

impl Circuit {
    /// The state as one snake_case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
}

impl fmt::Display for Circuit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HalfOpen => "half open",
            _ => self.as_str(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_what_is_not_behind_it_yet() {
        let mut status = ObserverStatus::new("mail", "durable");
        status.last = Seq::new(5);
        assert_eq!(status.lag(Seq::new(12)), 7);
        assert_eq!(status.lag(Seq::new(3)), 0);
    }
}
