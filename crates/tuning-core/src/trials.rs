//! [`Trials`]: every trial of a study in full, as a fold of its events.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Amended, EventKind, Failure, Fidelity, Fork, Metrics, Objectives, Outcome, Tag, TrialId,
    Values, fact::Fact, space::Params,
};

/// The state of a trial.
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
    /// Its state.
    pub state: TrialState,
    /// Its parameters.
    pub params: Params,
    /// Its values: those it completed with, or else those of its last report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Values>,
    /// Other measurements, with their last values.
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
    /// Whether it was given up while it was paused: its strategy will never resume it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
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

    /// The completed trials, the best ones first: by the first objective, then by age.
    #[must_use]
    pub fn ranked(&self, objectives: &Objectives) -> Vec<&Trial> {
        let completed = self
            .trials
            .iter()
            .filter(|trial| trial.state == TrialState::Completed);
        let mut ranked: Vec<_> = completed
            .filter_map(|trial| Some((objectives.losses(trial.values.as_ref()?).first(), trial)))
            .collect();
        ranked.sort_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| x.id.cmp(&y.id)));
        ranked.into_iter().map(|(_, trial)| trial).collect()
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
                given_up: false,
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
        if let EventKind::Amended(amended) = kind {
            for trial in &mut self.trials {
                trial.carry(amended);
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
    /// Has the parameters that it has in an amended space, if it fits.
    pub fn carry(&mut self, amended: &Amended) {
        if let Ok(params) = amended.carry(&self.params) {
            self.params = params;
        }
    }

    fn apply(&mut self, at_millis: u64, fact: &Fact) {
        match fact {
            Fact::Started(_) | Fact::Budgeted(_) => {}
            Fact::Resumed(_) => self.state = TrialState::Running,
            Fact::Reported(reported) => {
                self.values = Some(reported.values.clone());
                self.learn(&reported.metrics);
                self.reports.push((reported.at, reported.values.clone()));
            }
            Fact::Paused(paused) => {
                self.state = TrialState::Paused;
                self.learn(&paused.metrics);
                self.took_micros += paused.took_micros;
            }
            Fact::Ended(ended) => {
                self.learn(&ended.metrics);
                self.took_micros += ended.took_micros;
                self.ended_at_millis = Some(at_millis);
                self.given_up = self.state == TrialState::Paused;
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

    /// How much resource its own work used: from where it began to its last report.
    #[must_use]
    pub fn resource(&self) -> u64 {
        let reached = self.reports.last().map_or(0, |(at, _)| at.get());
        let begun = self.fork.and_then(|fork| fork.at);
        let begun = begun.map_or(0, |at| at.get());
        reached.saturating_sub(begun)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Ended, FailureKind, Parameter, Paused, Reported, Resumed, Retried, Space, Started,
    };

    fn id(n: u64) -> TrialId {
        TrialId::new(n)
    }

    fn started(n: u64) -> EventKind {
        let space = Space::new([Parameter::bool("b")]).unwrap();
        Started::new(id(n), space.decode(&[0.0]).unwrap()).into()
    }

    fn values(value: f64) -> Values {
        Values::one(value).unwrap()
    }

    fn ended(n: u64, outcome: Outcome, metrics: &[(&str, f64)]) -> EventKind {
        let mut ended = Ended::new(id(n), outcome);
        ended.metrics = metrics.iter().copied().collect();
        ended.took_micros = 30;
        ended.into()
    }

    fn reported(n: u64, at: u64, value: f64, metrics: &[(&str, f64)]) -> EventKind {
        let mut reported = Reported::new(id(n), Fidelity::new(at), values(value));
        reported.metrics = metrics.iter().copied().collect();
        reported.into()
    }

    fn fold(events: &[EventKind]) -> Trials {
        let mut trials = Trials::new();
        for (at, event) in events.iter().enumerate() {
            trials.apply(at as u64, event);
        }
        trials
    }

    #[test]
    fn a_trial_that_was_given_up_says_so_and_knows_what_it_used() {
        let paused = Paused::new(id(0), Fidelity::new(3), Values::one(1.0).unwrap());
        let trials = fold(&[
            started(0),
            reported(0, 3, 0.9, &[]),
            paused.into(),
            ended(0, Outcome::Stopped, &[]),
            started(1),
            reported(1, 5, 0.9, &[]),
            ended(1, Outcome::Stopped, &[]),
        ]);
        let of = |n| {
            let trial = trials.get(id(n)).unwrap();
            (trial.state, trial.given_up, trial.resource())
        };
        assert_eq!(of(0), (TrialState::Stopped, true, 3));
        assert_eq!(of(1), (TrialState::Stopped, false, 5));
    }

    #[test]
    fn a_trial_keeps_its_reports_and_the_last_of_each_metric() {
        let mut paused = Paused::new(id(0), Fidelity::new(2), Values::one(1.0).unwrap());
        paused.took_micros = 12;
        let trials = fold(&[
            started(0),
            reported(0, 1, 0.9, &[("cost", 1.0), ("size", 7.0)]),
            reported(0, 2, 0.7, &[("cost", 2.0)]),
            paused.into(),
            Resumed::new(id(0), None).into(),
            reported(0, 3, 0.8, &[]),
            ended(0, Outcome::Completed(values(0.6)), &[("cost", 3.0)]),
        ]);
        let trial = trials.get(id(0)).unwrap();
        let reports: Vec<_> = trial
            .reports
            .iter()
            .map(|(at, v)| (at.get(), v.first()))
            .collect();
        assert_eq!(reports, [(1, 0.9), (2, 0.7), (3, 0.8)]);
        assert_eq!(trial.values, Some(values(0.6)));
        let metrics: Vec<_> = trial.metrics.iter().collect();
        assert_eq!(metrics, [("cost", 3.0), ("size", 7.0)]);
        assert_eq!(
            (trial.state, trial.took_micros),
            (TrialState::Completed, 42)
        );
        assert_eq!(
            (trial.started_at_millis, trial.ended_at_millis),
            (0, Some(6))
        );
    }

    #[test]
    fn a_trial_that_was_stopped_or_failed_keeps_its_last_report() {
        for (outcome, state) in [
            (Outcome::Stopped, TrialState::Stopped),
            (
                Outcome::failed(FailureKind::Lost, "gone"),
                TrialState::Failed,
            ),
        ] {
            let trials = fold(&[
                started(0),
                reported(0, 1, 0.9, &[]),
                ended(0, outcome.clone(), &[]),
            ]);
            let trial = trials.get(id(0)).unwrap();
            assert_eq!((trial.state, &trial.values), (state, &Some(values(0.9))));
            assert_eq!(trial.failure.as_ref(), outcome.failure());
        }
    }

    #[test]
    fn retries_are_counted_over_all_the_work_of_a_trial() {
        let retried = |attempt| {
            let failure = Failure::new(FailureKind::Lost, "");
            EventKind::Retried(Retried::new(id(0), attempt, failure, 0))
        };
        let trials = fold(&[
            started(0),
            retried(1),
            retried(2),
            Paused::new(id(0), Fidelity::new(1), Values::one(1.0).unwrap()).into(),
            Resumed::new(id(0), None).into(),
            retried(1),
        ]);
        let trial = trials.get(id(0)).unwrap();
        assert_eq!((trial.retries, trial.state), (3, TrialState::Running));
    }

    #[test]
    fn trials_are_found_by_number_in_whatever_order_they_came() {
        let trials = fold(&[
            started(5),
            started(2),
            started(9),
            ended(7, Outcome::Stopped, &[]),
        ]);
        let ids: Vec<_> = trials.iter().map(|trial| trial.id.get()).collect();
        assert_eq!((ids, trials.len()), (vec![2, 5, 9], 3));
        assert!(trials.get(id(5)).is_some() && trials.get(id(7)).is_none());
    }

    #[test]
    fn a_trial_reads_back_as_it_was_written() {
        let mut paused = Paused::new(id(0), Fidelity::new(2), Values::one(1.0).unwrap());
        paused.metrics = [("cost", 2.0)].into_iter().collect();
        let trials = fold(&[
            started(0),
            reported(0, 2, 0.1, &[("size", 7.0)]),
            paused.into(),
        ]);
        let text = serde_json::to_string(&trials).unwrap();
        let back: Vec<Trial> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, trials.into_iter().collect::<Vec<_>>());
    }
}
