//! [`Summary`]: how a session of a study ended, for people and for programs.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use tuning_core::{Best, Counts, EndReason, FailureGroup, Objectives, ParamsError, Seq, Tunable};
use tuning_observers::{format_duration, format_params, format_values};

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
    /// What is optimised, in the order of all values.
    pub objectives: Objectives,
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
        let took = format_duration(took);
        writeln!(f, "study `{}`: {} after {took}", self.study, self.reason)?;
        write!(f, "trials: {}", self.counts)?;
        if let Some(best) = &self.best {
            let values = format_values(&self.objectives, &best.values);
            let at = best.at.map_or_else(String::new, |at| format!(" at {at}"));
            let params = format_params(&best.params);
            write!(f, "\nbest: trial {}, {values}{at}: {params}", best.trial)?;
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

#[cfg(test)]
mod tests {
    use tuning_core::{Objective, Parameter, Space, TrialId, Values};

    use super::*;

    #[test]
    fn a_summary_names_its_objectives_and_has_six_digits() {
        let objectives = [Objective::minimize("loss"), Objective::maximize("accuracy")];
        let space = Space::new([Parameter::float("lr", 0.0, 1.0)]).unwrap();
        let best = Best::new(
            TrialId::new(7),
            space.params([("lr", 1.0 / 3.0)]).unwrap(),
            Values::new([0.123_456_789, 2.0 / 3.0]).unwrap(),
        );
        let summary = Summary {
            study: "mnist".to_owned(),
            reason: EndReason::Trials,
            objectives: Objectives::new(objectives).unwrap(),
            session: 1,
            counts: Counts::default(),
            best: Some(best),
            front: Vec::new(),
            failures: Vec::new(),
            session_millis: 3_290,
            elapsed_millis: 3_290,
            entries: Seq::new(9),
            observers: Vec::new(),
        };
        let text = summary.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "study `mnist`: all trials of the budget are done after 3.2s"
        );
        assert_eq!(
            lines[2],
            "best: trial 7, loss 0.123457, accuracy 0.666667: lr=0.333333"
        );
        // Programs get every digit.
        let json = serde_json::to_value(&summary).unwrap();
        assert_eq!(json["best"]["values"][0], 0.123_456_789);
        assert_eq!(json["objectives"][1]["name"], "accuracy");
    }
}
