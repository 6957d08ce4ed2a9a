//! [`Trials`]: every trial of a study in full, as a fold of its events.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    EventKind, Failure, Fidelity, Fork, Metrics, Outcome, Tag, TrialId, Values, fact::Fact,
    space::Params,
};

/// How a trial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TrialState {
    /// Being evaluated, or waiting to be.
    Running,
    /// Waiting to be resumed.
    Paused,
    /// Ended with values.
    Completed,
    /// Stopped by a pruner.
    Stopped,
    /// Ended without values.
    Failed,
}

impl TrialState {
    /// All states, in order.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Paused,
        Self::Completed,
        Self::Stopped,
        Self::Failed,
    ];

    /// The state as one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for TrialState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A trial in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trial {
    /// Its number.
    #[serde(rename = "trial")]
    pub id: TrialId,
    /// How it stands.
    pub state: TrialState,
    /// Its parameters.
    pub params: Params,
    /// Its values: those it completed with, or else those of its last report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Values>,
    /// What else was measured, last values.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub metrics: Metrics,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Its reports, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<(Fidelity, Values)>,
    /// The trial whose checkpoint it began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<Fork>,
    /// Its author's note.
    #[serde(default, skip_serializing_if = "Tag::is_none")]
    pub tag: Tag,
    /// How often its work was begun again.
    #[serde(default)]
    pub retries: u32,
    /// When it was started, in milliseconds since the start of 1970 (UTC).
    pub started_at_millis: u64,
    /// When it ended, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at_millis: Option<u64>,
    /// How long its evaluation took, all its work together, without failed attempts.
    #[serde(default)]
    pub took_micros: u64,
}

/// Every trial of a study, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Trials {
    trials: Vec<Trial>,
}

impl Trials {
    /// No trials yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The trials in the order of their numbers.
    pub fn iter(&self) -> std::slice::Iter<'_, Trial> {
        self.trials.iter()
    }

    /// The trial of this number.
    #[must_use]
    pub fn get(&self, trial: TrialId) -> Option<&Trial> {
        let place = self.trials.binary_search_by_key(&trial, |t| t.id).ok()?;
        self.trials.get(place)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// Learns one event. Facts about trials that were never started are passed over.
    pub fn apply(&mut self, at_millis: u64, kind: &EventKind) {
        if let EventKind::Fact(Fact::Started(started)) = kind {
            let trial = Trial {
                id: started.trial,
                state: TrialState::Running,
                params: started.params.clone(),
                values: None,
                metrics: Metrics::default(),
                failure: None,
                reports: Vec::new(),
                fork: started.fork,
                tag: started.tag.clone(),
                retries: 0,
                started_at_millis: at_millis,
                ended_at_millis: None,
                took_micros: 0,
            };
            if let Err(place) = self.trials.binary_search_by_key(&trial.id, |t| t.id) {
                self.trials.insert(place, trial);
            }
            return;
        }
        let place = kind
            .trial()
            .and_then(|id| self.trials.binary_search_by_key(&id, |t| t.id).ok());
        let Some(trial) = place.and_then(|place| self.trials.get_mut(place)) else {
            return;
        };
        match kind {
            EventKind::Retried(_) => trial.retries += 1,
            EventKind::Fact(fact) => trial.apply(at_millis, fact),
            _ => {}
        }
    }
}

impl Trial {
    fn apply(&mut self, at_millis: u64, fact: &Fact) {
        match fact {
            Fact::Started(_) => {}
            Fact::Resumed(_) => self.state = TrialState::Running,
            Fact::Reported(reported) => {
                self.values = Some(reported.values.clone());
                self.learn(&reported.metrics);
                self.reports.push((reported.at, reported.values.clone()));
            }
            Fact::Paused(paused) => {
                self.state = TrialState::Paused;
                self.took_micros += paused.took_micros;
            }
            Fact::Ended(ended) => {
                self.learn(&ended.metrics);
                self.took_micros += ended.took_micros;
                self.ended_at_millis = Some(at_millis);
                self.state = match &ended.outcome {
                    Outcome::Completed(values) => {
                        self.values = Some(values.clone());
                        TrialState::Completed
                    }
                    Outcome::Stopped => TrialState::Stopped,
                    Outcome::Failed(failure) => {
                        self.failure = Some(failure.clone());
                        TrialState::Failed
                    }
                };
            }
        }
    }

    fn learn(&mut self, metrics: &Metrics) {
        for (name, value) in metrics.iter() {
            self.metrics.set(name, value);
        }
    }
}

impl<'a> IntoIterator for &'a Trials {
    type Item = &'a Trial;
    type IntoIter = std::slice::Iter<'a, Trial>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Trials {
    type Item = Trial;
    type IntoIter = std::vec::IntoIter<Trial>;

    fn into_iter(self) -> Self::IntoIter {
        self.trials.into_iter()
    }
}
