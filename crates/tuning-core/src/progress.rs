//! [`Progress`]: how a study stands, as a fold of its events that forgets what is over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Counts, EventKind, Fidelity, Metrics, Objectives, Opened, Outcome, Tag, TrialId, Values,
    fact::Fact, space::Params,
};

/// A trial that was better than the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Best {
    /// The trial.
    pub trial: TrialId,
    /// Its parameters.
    pub params: Params,
    /// Its values, in the objectives' own directions.
    pub values: Values,
    /// The fidelity at which it had them, if it has not run to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Fidelity>,
}

impl Best {
    /// This trial completed with these values.
    #[must_use]
    pub fn new(trial: TrialId, params: Params, values: Values) -> Self {
        Self {
            trial,
            params,
            values,
            at: None,
        }
    }

    /// The same, but it had them at this fidelity and has not run to its end.
    #[must_use]
    pub fn at(mut self, at: Fidelity) -> Self {
        self.at = Some(at);
        self
    }
}

/// A trial that has not ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OpenTrial {
    /// Its parameters.
    pub params: Params,
    /// Its author's note.
    pub tag: Tag,
    /// How far it is to run; to its end if absent.
    pub until: Option<Fidelity>,
    /// Its last report.
    pub last: Option<(Fidelity, Values)>,
    /// Whether it is paused.
    pub paused: bool,
    /// How often its work was begun again since it was started, or resumed last.
    pub attempt: u32,
    /// How often its work was begun again in all.
    pub retries: u32,
    /// What else was measured, last values.
    pub metrics: Metrics,
    /// How long its evaluation took so far, in microseconds, without failed attempts.
    pub took_micros: u64,
    /// When it was started, in milliseconds since the start of 1970 (UTC).
    pub started_at_millis: u64,
}

impl OpenTrial {
    fn learn(&mut self, metrics: &Metrics, took_micros: u64) {
        for (name, value) in metrics.iter() {
            self.metrics.set(name, value);
        }
        self.took_micros = self.took_micros.saturating_add(took_micros);
    }
}

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
    sessions: u64,
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
            sessions: 0,
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
        match kind {
            EventKind::Retried(retried) => {
                self.counts.retries += 1;
                if let Some(open) = self.open.get_mut(&retried.trial) {
                    open.attempt = retried.attempt;
                    open.retries += 1;
                }
                None
            }
            EventKind::Fact(fact) => self.apply_fact(at_millis, fact),
            EventKind::Closed(closed) => {
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
            Fact::Started(started) => {
                self.counts.started += 1;
                self.counts.running += 1;
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
                            self.note_completed(ended.trial, &open.params, values);
                        }
                    }
                    Outcome::Stopped => self.counts.stopped += 1,
                    Outcome::Failed(_) => self.counts.failed += 1,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        Budget, Closed, EndReason, Ended, Failure, FailureKind, Objective, Parameter, Paused,
        Reported, Resumed, Retried, Space, Started,
    };

    fn id(n: u64) -> TrialId {
        TrialId::new(n)
    }

    fn started(n: u64) -> EventKind {
        let space = Space::new([Parameter::int("n", 0, 99)]).unwrap();
        let params = space.params([("n", n as i64)]).unwrap();
        Started::new(id(n), params).into()
    }

    fn reported(n: u64, at: u64, value: f64) -> EventKind {
        Reported::new(id(n), Fidelity::new(at), Values::one(value).unwrap()).into()
    }

    fn paused(n: u64, at: u64) -> EventKind {
        Paused::new(id(n), Fidelity::new(at)).into()
    }

    fn completed(n: u64, values: &[f64]) -> EventKind {
        let values = Values::new(values.iter().copied()).unwrap();
        Ended::new(id(n), Outcome::Completed(values)).into()
    }

    fn failed(n: u64) -> EventKind {
        Ended::new(id(n), Outcome::failed(FailureKind::Lost, "")).into()
    }

    fn loss() -> Objectives {
        Objectives::minimize("loss").unwrap()
    }

    fn fold(objectives: Objectives, events: &[EventKind]) -> Progress {
        let mut progress = Progress::new(objectives);
        for event in events {
            progress.apply(0, event);
        }
        progress
    }

    fn opened(session: u64, counts: Counts, best: Option<Best>) -> EventKind {
        let opened = Opened::new(session, Budget::default(), 1).so_far(counts, best);
        EventKind::Opened(Box::new(opened))
    }

    #[test]
    fn ties_go_to_the_older_trial_whichever_ended_first() {
        for order in [[0, 1], [1, 0]] {
            for (values, other) in [(0.5, 0.5), (0.0, -0.0), (-0.0, 0.0)] {
                let ends = order.map(|n| completed(n, &[if n == 0 { values } else { other }]));
                let events = [vec![started(0), started(1)], ends.to_vec()].concat();
                let progress = fold(loss(), &events);
                assert_eq!(progress.best().unwrap().trial, id(0), "{order:?}");
                assert_eq!(progress.front().len(), 1);
            }
        }
    }

    #[test]
    fn the_best_is_the_largest_where_more_is_better() {
        let events = [
            started(0),
            started(1),
            completed(0, &[0.5]),
            completed(1, &[0.7]),
        ];
        let best = |objectives| fold(objectives, &events).best().unwrap().trial;
        assert_eq!(best(Objectives::maximize("accuracy").unwrap()), id(1));
        assert_eq!(best(loss()), id(0));
    }

    #[test]
    fn until_something_completed_the_best_report_at_the_highest_fidelity_leads() {
        let mut progress = fold(loss(), &[started(0), started(1), started(2)]);
        let mut check = |event: EventKind, trial: u64, at: Option<u64>| {
            progress.apply(0, &event);
            let best = progress.best().unwrap();
            assert_eq!((best.trial, best.at), (id(trial), at.map(Fidelity::new)));
        };
        check(reported(2, 1, 0.5), 2, Some(1));
        check(reported(1, 1, 0.5), 1, Some(1)); // a tie: the older one
        check(reported(0, 1, 0.9), 1, Some(1));
        check(reported(0, 2, 9.0), 0, Some(2)); // worse, but further
        check(failed(1), 0, Some(2));
        check(completed(2, &[99.0]), 2, None);
        check(reported(0, 3, 0.1), 2, None);
    }

    #[test]
    fn zero_has_two_signs_but_is_one_report() {
        let events = [
            started(0),
            started(1),
            reported(0, 1, 0.0),
            reported(1, 1, -0.0),
        ];
        assert_eq!(fold(loss(), &events).best().unwrap().trial, id(0));
    }

    #[test]
    fn counts_follow_each_trial_to_its_end() {
        let retried = Retried::new(id(0), 1, Failure::new(FailureKind::Lost, ""), 0);
        let stopped = Ended::new(id(1), Outcome::Stopped);
        let mut progress = Progress::new(loss());
        let mut check = |event: EventKind, expect: &str| {
            progress.apply(0, &event);
            assert_eq!(progress.counts().to_string(), expect);
        };
        check(started(0), "0 completed, 1 running");
        check(started(1), "0 completed, 2 running");
        check(EventKind::Retried(retried), "0 completed, 2 running");
        check(paused(0, 1), "0 completed, 1 paused, 1 running");
        check(Resumed::new(id(0), None).into(), "0 completed, 2 running");
        check(stopped.into(), "0 completed, 1 stopped, 1 running");
        check(completed(0, &[1.0]), "1 completed, 1 stopped");
        check(started(2), "1 completed, 1 stopped, 1 running");
        check(paused(2, 1), "1 completed, 1 stopped, 1 paused");
        check(failed(2), "1 completed, 1 stopped, 1 failed");
        let counts = progress.counts();
        assert_eq!((counts.started, counts.ended(), counts.retries), (3, 3, 1));
        assert_eq!(progress.open().count(), 0);
    }

    #[test]
    fn an_open_trial_is_known_until_it_ends() {
        let mut progress = Progress::new(loss());
        progress.apply(7, &started(0));
        progress.apply(8, &reported(0, 3, 0.5));
        progress.apply(9, &paused(0, 3));
        let open = progress.trial(id(0)).unwrap();
        assert_eq!((open.started_at_millis, open.paused), (7, true));
        assert_eq!(open.last.as_ref().unwrap().0, Fidelity::new(3));
        let ended = progress.apply(10, &completed(0, &[0.5])).unwrap();
        assert_eq!(ended.params.int("n"), Ok(0));
        assert_eq!(progress.trial(id(0)), None);
        assert_eq!(progress.apply(11, &completed(0, &[0.5])), None);
    }

    #[test]
    fn a_trial_that_ended_tells_of_all_its_pieces_of_work() {
        let mut progress = fold(loss(), &[started(0)]);
        let mut report = Reported::new(id(0), Fidelity::new(1), Values::one(1.0).unwrap());
        report.metrics = Metrics::from_iter([("cost", 1.0), ("size", 3.0)]);
        let mut pause = Paused::new(id(0), Fidelity::new(1));
        pause.took_micros = 5;
        let mut end = Ended::new(id(0), Outcome::Stopped);
        end.metrics = Metrics::from_iter([("cost", 2.0)]);
        end.took_micros = 7;
        let again = |attempt| {
            let failure = Failure::new(FailureKind::Lost, "");
            EventKind::Retried(Retried::new(id(0), attempt, failure, 0))
        };
        for event in [report.into(), again(1), pause.into()] {
            progress.apply(0, &event);
        }
        for event in [Resumed::new(id(0), None).into(), again(1)] {
            progress.apply(0, &event);
        }
        let trial = progress.apply(0, &end.into()).unwrap();
        assert_eq!(
            (trial.took_micros, trial.retries, trial.attempt),
            (12, 2, 1)
        );
        assert_eq!(
            trial.metrics,
            Metrics::from_iter([("cost", 2.0), ("size", 3.0)])
        );
    }

    #[test]
    fn elapsed_adds_up_the_sessions_and_not_what_is_between() {
        let mut progress = Progress::new(loss());
        let closed = || {
            let closed = Closed::new(EndReason::Stopped, Counts::default(), None);
            EventKind::Closed(closed)
        };
        let mut check = |at, event: EventKind, expect| {
            progress.apply(at, &event);
            assert_eq!(progress.elapsed_millis(), expect);
        };
        let open = |session| opened(session, Counts::default(), None);
        check(1000, open(1), 0);
        check(1500, started(0), 500);
        check(1600, closed(), 600);
        check(9000, open(2), 600); // and not the night between
        check(9100, completed(0, &[1.0]), 700);
        check(9050, started(1), 700); // a clock that went back
        check(5000, open(3), 700);
        check(5001, failed(1), 701);
        assert_eq!(progress.sessions(), 3);
    }

    #[test]
    fn a_late_observer_learns_how_the_study_stood() {
        let whole = [
            started(0),
            started(1),
            started(2),
            completed(0, &[0.5]),
            paused(1, 1),
        ];
        let mut full = fold(loss(), &whole);
        let session = opened(2, full.counts(), full.best().cloned());
        let mut late = fold(loss(), std::slice::from_ref(&session));
        full.apply(0, &session);
        assert_eq!(late.counts(), full.counts());
        assert_eq!(late.best(), full.best());
        for event in [started(3), completed(3, &[0.4]), failed(2)] {
            full.apply(0, &event);
            late.apply(0, &event);
            assert_eq!((late.counts(), late.best()), (full.counts(), full.best()));
        }
        // It cannot know what becomes of trial 1, but is told at the end.
        for event in [Resumed::new(id(1), None).into(), completed(1, &[0.1])] {
            full.apply(0, &event);
            late.apply(0, &event);
        }
        assert_eq!(late.counts(), full.counts());
        assert_eq!(full.best().unwrap().trial, id(1));
        let closed = Closed::new(EndReason::Trials, full.counts(), full.best().cloned());
        full.apply(0, &EventKind::Closed(closed.clone()));
        late.apply(0, &EventKind::Closed(closed));
        assert_eq!(late.best(), full.best());
        assert_eq!(full.front().len(), 1);
    }

    #[test]
    fn a_partial_best_is_handed_on_to_a_late_observer() {
        let full = fold(loss(), &[started(0), reported(0, 3, 0.5)]);
        let mut late = fold(loss(), &[opened(2, full.counts(), full.best().cloned())]);
        assert_eq!(late.best(), full.best());
        late.apply(0, &started(1));
        late.apply(0, &reported(1, 2, 0.1));
        assert_eq!(late.best(), full.best(), "it is not as far");
    }

    #[test]
    fn counts_never_fall_below_zero() {
        let mut progress = Progress::new(loss());
        for event in [
            completed(0, &[1.0]),
            failed(1),
            paused(2, 1),
            Resumed::new(id(3), None).into(),
            Resumed::new(id(3), None).into(),
            failed(2),
            failed(3),
            failed(3),
            failed(3),
        ] {
            progress.apply(0, &event);
        }
        assert_eq!(
            (progress.counts().running, progress.counts().paused),
            (0, 0)
        );
        assert_eq!(progress.best(), None);
    }

    proptest! {
        #[test]
        fn the_front_is_what_nobody_dominates_in_whatever_order_it_came(
            values in proptest::collection::vec((0..6_i32, 0..6_i32), 1..30),
            seed in any::<u64>(),
        ) {
            let objectives = Objectives::new([Objective::minimize("a"), Objective::maximize("b")]).unwrap();
            let values: Vec<_> = values.iter().map(|(a, b)| Values::new([f64::from(*a), f64::from(*b)]).unwrap()).collect();
            let mut order: Vec<_> = (0..values.len()).collect();
            order.sort_by_key(|n| crate::Seed::new(seed).derive(*n as u64));
            let mut events: Vec<_> = (0..values.len() as u64).map(started).collect();
            events.extend(order.iter().map(|n| completed(*n as u64, values[*n].as_slice())));
            let progress = fold(objectives.clone(), &events);

            let front: Vec<_> = (0..values.len()).filter(|n| {
                let beats = |m: &usize| objectives.dominates(&values[*m], &values[*n]) || (values[*m] == values[*n] && m < n);
                !(0..values.len()).any(|m| beats(&m))
            }).collect();
            let found: Vec<_> = progress.front().iter().map(|best| best.trial.get() as usize).collect();
            prop_assert_eq!(&found, &front);
            let first = front.iter().min_by(|m, n| values[**m].first().total_cmp(&values[**n].first()).then(m.cmp(n)));
            prop_assert_eq!(progress.best().map(|best| best.trial.get() as usize), first.copied());
        }
    }
}
