//! [`Progress`]: how a study stands, as a fold of its events that forgets what is over.

mod best;
mod open;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use best::Best;
pub use open::OpenTrial;

use crate::{
    Closed, Counts, EventKind, Failure, FailureGroup, Fidelity, FidelityRange, Metrics, Objectives,
    Opened, Outcome, TrialId, Values, Warned, fact::Fact, resource::Resource, space::Params,
};

/// How a study stands. Its memory grows with the trials that are open, not with those that ended.
///
/// # Example
/// ```
/// use tuning_core::{Ended, EventKind, Objectives, Outcome, Parameter, Progress, Space, Started, TrialId, Values};
///
/// let space = Space::new([Parameter::int("layers", 1, 4)])?;
/// let mut progress = Progress::new(Objectives::maximize("accuracy")?);
/// for (trial, accuracy) in [(0, 0.8), (1, 0.9)] {
///     let (trial, params) = (TrialId::new(trial), space.params([("layers", 2)])?);
///     progress.apply(0, &Started::new(trial, params).into());
///     progress.apply(5, &Ended::new(trial, Outcome::Completed(Values::one(accuracy)?)).into());
/// }
/// assert_eq!(progress.counts().completed, 2);
/// assert_eq!(progress.best().map(|best| best.trial), Some(TrialId::new(1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Progress {
    objectives: Objectives,
    counts: Counts,
    open: BTreeMap<TrialId, OpenTrial>,
    front: Vec<Best>,
    partial: Option<Best>,
    failures: Vec<FailureGroup>,
    last_failure: Option<(TrialId, Failure)>,
    warnings: Vec<Warned>,
    resource: Resource,
    /// The fidelity of a whole trial, once it is known.
    whole: Option<Fidelity>,
    sessions: u64,
    opened: Option<Box<Opened>>,
    closed: Option<Box<Closed>>,
    /// Milliseconds of the sessions before this one, and when this one began.
    earlier_millis: u64,
    opened_at_millis: Option<u64>,
    last_millis: u64,
}

impl Progress {
    /// A study of these objectives that has not begun.
    #[must_use]
    pub fn new(objectives: Objectives) -> Self {
        Self {
            objectives,
            counts: Counts::default(),
            open: BTreeMap::new(),
            front: Vec::new(),
            partial: None,
            failures: Vec::new(),
            last_failure: None,
            warnings: Vec::new(),
            resource: Resource::default(),
            whole: None,
            sessions: 0,
            opened: None,
            closed: None,
            earlier_millis: 0,
            opened_at_millis: None,
            last_millis: 0,
        }
    }

    /// How many trials are in which state.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The best completed trial; while there is none, the one with the best report at the highest
    /// fidelity. With several objectives, the first objective decides. Ties go to the older trial.
    #[must_use]
    pub fn best(&self) -> Option<&Best> {
        self.front
            .iter()
            .min_by(|a, b| {
                self.loss(a)
                    .total_cmp(&self.loss(b))
                    .then_with(|| a.trial.cmp(&b.trial))
            })
            .or(self.partial.as_ref())
    }

    /// The completed trials that no other one dominates, in the order of their numbers: with a single
    /// objective, the best one.
    #[must_use]
    pub fn front(&self) -> &[Best] {
        &self.front
    }

    /// The failed trials by their reasons, the most frequent first. An observer that came late knows only of those since.
    #[must_use]
    pub fn failures(&self) -> &[FailureGroup] {
        &self.failures
    }

    /// The trial that failed last, and why.
    #[must_use]
    pub fn last_failure(&self) -> Option<(TrialId, &Failure)> {
        self.last_failure
            .as_ref()
            .map(|(trial, failure)| (*trial, failure))
    }

    /// How much resource all trials have used together, as a [budget](crate::Budget::resource) counts it. An observer that came
    /// late knows only of what was used since, and of none of a trial that never reports.
    #[must_use]
    pub fn resource(&self) -> u64 {
        self.resource.used()
    }

    /// What is not as it should be, in the order in which that came up. An observer that came late knows only of what came
    /// since.
    #[must_use]
    pub fn warnings(&self) -> &[Warned] {
        &self.warnings
    }

    /// The objectives of the study.
    #[must_use]
    pub fn objectives(&self) -> &Objectives {
        &self.objectives
    }

    /// A trial that has not ended.
    #[must_use]
    pub fn trial(&self, trial: TrialId) -> Option<&OpenTrial> {
        self.open.get(&trial)
    }

    /// The trials that have not ended, in the order of their numbers.
    pub fn open(&self) -> impl Iterator<Item = (TrialId, &OpenTrial)> {
        self.open.iter().map(|(trial, open)| (*trial, open))
    }

    /// How many sessions there were.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// How the last session began; none before the first.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.as_deref()
    }

    /// How the last session ended; none if it runs, or was interrupted.
    #[must_use]
    pub fn closed(&self) -> Option<&Closed> {
        self.closed.as_deref()
    }

    /// How long the study has run until its last event, all its sessions together, in milliseconds.
    #[must_use]
    pub fn elapsed_millis(&self) -> u64 {
        let session = self
            .opened_at_millis
            .map_or(0, |opened| self.last_millis.saturating_sub(opened));
        self.earlier_millis + session
    }

    /// Learns one event; returns the trial that ended with it, as it was at its end.
    pub fn apply(&mut self, at_millis: u64, kind: &EventKind) -> Option<OpenTrial> {
        if let EventKind::Opened(opened) = kind {
            self.open_session(at_millis, opened);
        }
        self.last_millis = self.last_millis.max(at_millis);
        self.closed = None;
        match kind {
            EventKind::Created(spec) => {
                self.whole = spec.fidelity.map(FidelityRange::max);
                None
            }
            EventKind::Retried(retried) => {
                self.counts.retries += 1;
                if let Some(open) = self.open.get_mut(&retried.trial) {
                    open.attempt = retried.attempt;
                    open.retries += 1;
                }
                None
            }
            EventKind::Fact(fact) => {
                self.resource.tell(self.whole, fact);
                self.apply_fact(at_millis, fact)
            }
            EventKind::Warned(warned) => {
                self.warnings.push(*warned);
                None
            }
            EventKind::Amended(amended) => {
                let best = self.front.iter_mut().chain(&mut self.partial);
                let params = best.map(|best| &mut best.params);
                let open = self.open.values_mut().map(|open| &mut open.params);
                for params in params.chain(open) {
                    if let Ok(carried) = amended.carry(params) {
                        *params = carried;
                    }
                }
                None
            }
            EventKind::Closed(closed) => {
                self.closed = Some(closed.clone());
                // An observer that came late does not know the trials that were open before.
                if let Some(best) = closed.best.as_ref().filter(|best| best.at.is_none()) {
                    self.note_completed(best.trial, &best.params, &best.values);
                }
                None
            }
            _ => None,
        }
    }

    fn open_session(&mut self, at_millis: u64, opened: &Opened) {
        self.earlier_millis = self.elapsed_millis();
        self.opened_at_millis = Some(at_millis);
        self.last_millis = at_millis;
        self.sessions = opened.session;
        self.opened = Some(Box::new(opened.clone()));
        if self.counts == Counts::default() {
            // An observer that comes late learns here how the study stood.
            self.counts = opened.counts;
            if let Some(best) = &opened.best {
                match best.at {
                    None => self.front.push(best.clone()),
                    Some(_) => self.partial = Some(best.clone()),
                }
            }
        }
    }

    fn apply_fact(&mut self, at_millis: u64, fact: &Fact) -> Option<OpenTrial> {
        match fact {
            Fact::Budgeted(_) => None,
            Fact::Started(started) => {
                self.counts.started += 1;
                self.counts.running += 1;
                self.counts.added += u64::from(started.tag.is_added());
                let open = OpenTrial {
                    params: started.params.clone(),
                    tag: started.tag.clone(),
                    until: started.until,
                    last: None,
                    paused: false,
                    attempt: 0,
                    retries: 0,
                    metrics: Metrics::default(),
                    took_micros: 0,
                    started_at_millis: at_millis,
                };
                self.open.insert(started.trial, open);
                None
            }
            Fact::Resumed(resumed) => {
                self.counts.paused = self.counts.paused.saturating_sub(1);
                self.counts.running += 1;
                if let Some(open) = self.open.get_mut(&resumed.trial) {
                    open.paused = false;
                    open.until = resumed.until;
                    open.attempt = 0;
                }
                None
            }
            Fact::Reported(reported) => {
                let open = self.open.get_mut(&reported.trial)?;
                open.last = Some((reported.at, reported.values.clone()));
                open.learn(&reported.metrics, 0);
                let best = Best {
                    trial: reported.trial,
                    params: open.params.clone(),
                    values: reported.values.clone(),
                    at: Some(reported.at),
                };
                self.note_partial(best);
                None
            }
            Fact::Paused(paused) => {
                self.counts.running = self.counts.running.saturating_sub(1);
                self.counts.paused += 1;
                if let Some(open) = self.open.get_mut(&paused.trial) {
                    open.paused = true;
                    open.learn(&paused.metrics, paused.took_micros);
                }
                None
            }
            Fact::Ended(ended) => {
                let mut open = self.open.remove(&ended.trial);
                if let Some(open) = &mut open {
                    open.learn(&ended.metrics, ended.took_micros);
                }
                if open.as_ref().is_some_and(|open| open.paused) {
                    self.counts.paused = self.counts.paused.saturating_sub(1);
                } else {
                    self.counts.running = self.counts.running.saturating_sub(1);
                }
                match &ended.outcome {
                    Outcome::Completed(values) => {
                        self.counts.completed += 1;
                        if let Some(open) = &open {
                            self.counts.added_completed += u64::from(open.tag.is_added());
                            self.note_completed(ended.trial, &open.params, values);
                        }
                    }
                    Outcome::Stopped => self.counts.stopped += 1,
                    Outcome::Failed(failure) => {
                        self.counts.failed += 1;
                        FailureGroup::note(&mut self.failures, ended.trial, failure);
                        self.last_failure = Some((ended.trial, failure.clone()));
                    }
                }
                open
            }
        }
    }

    fn note_completed(&mut self, trial: TrialId, params: &Params, values: &Values) {
        let objectives = &self.objectives;
        let beaten = self.front.iter().any(|other| {
            objectives.dominates(&other.values, values)
                || (other.values == *values && other.trial < trial)
        });
        if beaten {
            return;
        }
        self.front.retain(|other| {
            !objectives.dominates(values, &other.values) && other.values != *values
        });
        let place = self.front.partition_point(|other| other.trial < trial);
        let best = Best {
            trial,
            params: params.clone(),
            values: values.clone(),
            at: None,
        };
        self.front.insert(place, best);
    }

    /// The loss that decides which trial is best. Zero has two signs but is one number.
    fn loss(&self, best: &Best) -> f64 {
        self.objectives.losses(&best.values).first() + 0.0
    }

    fn note_partial(&mut self, new: Best) {
        if !self.front.is_empty() {
            return;
        }
        let better = self.partial.as_ref().is_none_or(|old| {
            new.at
                .cmp(&old.at)
                .then_with(|| self.loss(old).total_cmp(&self.loss(&new)))
                .then_with(|| old.trial.cmp(&new.trial))
                .is_gt()
        });
        if better {
            self.partial = Some(new);
        }
    }
}
