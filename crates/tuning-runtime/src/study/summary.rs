//! [`Summary`]: how a session of a study ended, for people and for programs.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use tuning_core::{Best, Counts, EndReason, FailureGroup, ParamsError, Seq, Tunable};

use crate::bus::ObserverReport;

/// How many reasons of failed trials are shown.
const REASONS: usize = 5;

/// How a session of a study ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The study.
    pub study: String,
    /// Why it ended.
    pub reason: EndReason,
    /// The number of the session, from 1.
    pub session: u64,
    /// How the trials of all sessions stand.
    pub counts: Counts,
    /// The best trial.
    pub best: Option<Best>,
    /// The trials that no other one dominates; with a single objective, the best one.
    pub front: Vec<Best>,
    /// The failed trials of all sessions by their reasons, the most frequent first.
    #[serde(default)]
    pub failures: Vec<FailureGroup>,
    /// How long this session took, in milliseconds.
    pub session_millis: u64,
    /// How long all sessions took together, in milliseconds.
    pub elapsed_millis: u64,
    /// How many entries its journal has.
    pub entries: Seq,
    /// What became of the observers.
    pub observers: Vec<ObserverReport>,
}

impl Summary {
    /// Returns the parameters of the best trial as a value of this type; none if no trial has a value.
    ///
    /// # Errors
    /// If they are not those of the type.
    pub fn best_typed<T: Tunable>(&self) -> Result<Option<T>, ParamsError> {
        let best = self.best.as_ref();
        best.map(|best| T::from_params(&best.params)).transpose()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = Duration::from_millis(self.session_millis);
        writeln!(f, "study `{}`: {} ({took:?})", self.study, self.reason)?;
        write!(f, "trials: {}", self.counts)?;
        if let Some(best) = &self.best {
            write!(
                f,
                "\nbest: trial {}, {}: {}",
                best.trial, best.values, best.params
            )?;
        }
        for group in self.failures.iter().take(REASONS) {
            write!(f, "\nfailed: {group}")?;
        }
        if let Some(more) = self.failures.get(REASONS..).filter(|more| !more.is_empty()) {
            let trials: u64 = more.iter().map(|group| group.count).sum();
            write!(f, "\nfailed: {trials} for {} other reasons", more.len())?;
        }
        for observer in self
            .observers
            .iter()
            .filter(|observer| !observer.is_clean())
        {
            write!(f, "\nobserver {observer}")?;
        }
        Ok(())
    }
}
