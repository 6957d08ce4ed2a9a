//! A study as its events: sessions, reports, retries, and texts that do not fit on a line.

use std::sync::Arc;

use tuning_core::{
    Budget, Closed, EndReason, Ended, Event, EventKind, Failure, FailureKind, Fidelity, Objectives,
    Opened, Outcome, Parameter, Progress, Reported, Retried, Seq, Space, Spec, Started, StudySpec,
    TrialId, Values,
};

/// What the study optimises.
pub(super) fn objectives() -> Objectives {
    Objectives::minimize("loss").unwrap_or_else(|error| unreachable!("{error}"))
}

/// The events of a study of this name, whose times begin here.
pub(super) fn story(study: &str, begins: u64) -> Vec<Event> {
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::categorical("kind", ["a,\"b\"\nc", "größe 🦀", "=1+1"]),
    ]);
    let space = space.unwrap_or_else(|error| unreachable!("{error}"));
    let mut told = Story {
        study: study.into(),
        at_millis: begins,
        progress: Progress::new(objectives()),
        events: Vec::new(),
    };
    let spec = StudySpec::new(space.clone(), objectives(), Spec::new("random"));
    told.push(EventKind::Created(Box::new(spec)));
    for session in 1..=2 {
        let opened = Opened::new(session, Budget::trials(12), 2);
        told.push(EventKind::Opened(Box::new(opened)));
        for n in 6 * (session - 1)..6 * session {
            told.trial(n, &space);
        }
        let counts = told.progress.counts();
        let closed = Closed::new(EndReason::Stopped, counts, None);
        told.push(EventKind::Closed(Box::new(closed)));
    }
    told.events
}

struct Story {
    study: Arc<str>,
    at_millis: u64,
    progress: Progress,
    events: Vec<Event>,
}

impl Story {
    fn trial(&mut self, n: u64, space: &Space) {
        let trial = TrialId::new(n);
        let at = (n as f64 + 0.5) / 12.0;
        let params = space.decode(&[at, at]);
        let params = params.unwrap_or_else(|error| unreachable!("{error}"));
        let values =
            |value: f64| Values::new([value]).unwrap_or_else(|error| unreachable!("{error}"));
        self.push(Started::new(trial, params).into());
        self.push(Reported::new(trial, Fidelity::new(1), values(at / 3.0)).into());
        let failure = Failure::new(
            FailureKind::Error,
            "out of\r\n\"memory\", \u{1b}[31mhe said",
        );
        if n.is_multiple_of(5) {
            self.push(EventKind::Retried(Retried::new(
                trial,
                1,
                failure.clone(),
                0,
            )));
        }
        let outcome = match n % 4 {
            3 => Outcome::Failed(failure),
            2 => Outcome::Stopped,
            _ => Outcome::Completed(values(at / 7.0)),
        };
        self.push(Ended::new(trial, outcome).into());
    }

    fn push(&mut self, kind: EventKind) {
        self.at_millis += 7;
        self.progress.apply(self.at_millis, &kind);
        let seq = Seq::new(self.events.len() as u64 + 1);
        let study = Arc::clone(&self.study);
        (self.events).push(Event::new(study, seq, self.at_millis, kind));
    }
}
