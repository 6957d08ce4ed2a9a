//! [`Run`]: the record of a simulated study, and [`Stop`]: what ended it.

use std::{error::Error as _, time::Duration};

use tuning_core::{EndReason, Entry, EventKind, Fact, IllegalProposal, StrategyError};

use super::spy::Call;
use crate::law::Law;

/// The record of a simulated study.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Run {
    /// What the strategy was asked and told, and what it answered.
    pub calls: Vec<Call>,
    /// What happened, in the objectives' own directions: the log.
    pub log: Vec<Entry>,
    /// What ended it.
    pub stop: Stop,
}

/// What ended a simulated study.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stop {
    /// The study is over, for this reason.
    Over(EndReason),
    /// The strategy proposed something illegal: it breaks this law.
    Illegal(Law, String),
    /// The strategy waits while nothing is in flight.
    Deadlock,
    /// The strategy returned an error.
    Failed(String),
    /// The strategy panicked.
    Panicked(String),
    /// The study does not end.
    Endless,
    /// A call did not return within this time.
    Hung(Duration),
    /// The log that it was to continue with does not fit.
    Unreplayable(String),
}

impl Stop {
    /// The law that is broken by such an end, and how; none if it is a good end.
    #[must_use]
    pub fn breach(&self) -> Option<(Law, String)> {
        Some(match self {
            Self::Over(_) => return None,
            Self::Illegal(law, message) => (*law, message.clone()),
            Self::Deadlock => (
                Law::WaitAndDone,
                "it answers `Wait` although nothing is in flight: the study would wait forever"
                    .into(),
            ),
            Self::Failed(message) => (
                Law::Extremes,
                format!("`ask` failed, which ends the study: {message}"),
            ),
            Self::Panicked(message) => (Law::Extremes, format!("it panicked: {message}")),
            Self::Endless => (
                Law::Extremes,
                "the study does not end, far beyond its budget of trials".into(),
            ),
            Self::Hung(patience) => (
                Law::Extremes,
                format!(
                    "a call did not return within {} s: it loops",
                    patience.as_secs_f64()
                ),
            ),
            Self::Unreplayable(message) => {
                (Law::Order, format!("its log cannot be replayed: {message}"))
            }
        })
    }

    /// A strategy that checks the proposals of another one (a program's) says by its error's source which law
    /// those have broken.
    pub(super) fn failed(error: &StrategyError) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            if let Some(illegal) = cause.downcast_ref::<IllegalProposal>() {
                return Self::illegal(illegal);
            }
            source = cause.source();
        }
        Self::Failed(error.to_string())
    }

    pub(super) fn illegal(error: &IllegalProposal) -> Self {
        let law = match error {
            IllegalProposal::TooMany { .. } | IllegalProposal::Empty => Law::Slots,
            IllegalProposal::Params(_) => Law::InSpace,
            _ => Law::ResumeAndFork,
        };
        Self::Illegal(law, error.to_string())
    }
}

impl Run {
    /// The facts of the log.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.log.iter().filter_map(|entry| match &entry.kind {
            EventKind::Fact(fact) => Some(fact),
            _ => None,
        })
    }

    /// The facts without what differs from machine to machine: how long work took.
    #[must_use]
    pub fn timeless(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.facts().cloned().collect();
        for fact in &mut facts {
            match fact {
                Fact::Paused(paused) => paused.took_micros = 0,
                Fact::Ended(ended) => ended.took_micros = 0,
                _ => {}
            }
        }
        facts
    }
}
