//! A fixed study as a list of events, a writer to look into, and a loop that delivers.

pub(crate) mod service;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tuning_core::*;

pub(crate) const STUDY: &str = "mnist";
pub(crate) const EPOCH: u64 = 1_700_000_000_000;

/// A study that is written down event by event; what a driver would know is folded along.
pub(crate) struct Story {
    pub(crate) events: Vec<Event>,
    pub(crate) space: Space,
    progress: Progress,
    objectives: Objectives,
    at_millis: u64,
    session: u64,
    /// The last values of each trial.
    reported: std::collections::BTreeMap<u64, Values>,
}

impl Story {
    pub(crate) fn new(objectives: Objectives) -> Self {
        let space = Space::new([
            Parameter::float("lr", 1e-5, 1.0).log(),
            Parameter::categorical("opt", ["adam", "sgd"]),
            Parameter::float("momentum", 0.0, 1.0).when("opt", ["sgd"]),
        ]);
        Self {
            events: Vec::new(),
            space: space.unwrap(),
            progress: Progress::new(objectives.clone()),
            objectives,
            at_millis: EPOCH,
            session: 0,
            reported: std::collections::BTreeMap::new(),
        }
    }

    pub(crate) fn created(mut self) -> Self {
        let strategy = Spec::new("random");
        let spec = StudySpec::new(self.space.clone(), self.objectives.clone(), strategy);
        self.push(EventKind::Created(Box::new(spec)));
        self
    }

    pub(crate) fn open(&mut self, budget: Budget, workers: usize) {
        self.session += 1;
        let best = self.progress.best().cloned();
        let opened = Opened::new(self.session, budget, workers);
        let opened = opened.so_far(self.progress.counts(), best);
        self.push(EventKind::Opened(Box::new(opened)));
    }

    pub(crate) fn close(&mut self, reason: EndReason) {
        let best = self.progress.best().cloned();
        let closed = Closed::new(reason, self.progress.counts(), best);
        self.push(EventKind::Closed(Box::new(closed)));
    }

    pub(crate) fn wait(&mut self, millis: u64) {
        self.at_millis += millis;
    }

    pub(crate) fn start(&mut self, trial: u64) {
        let lr = (0.123_456_789 / (trial as f64 + 1.0)).max(1e-5);
        let mut values: Vec<(&str, Literal)> = vec![("lr", lr.into())];
        if trial.is_multiple_of(2) {
            values.push(("opt", "adam".into()));
        } else {
            values.push(("opt", "sgd".into()));
            values.push(("momentum", 0.9.into()));
        }
        let params = self.space.params(values).unwrap();
        self.push(Started::new(TrialId::new(trial), params));
    }

    pub(crate) fn report(&mut self, trial: u64, at: u64, values: impl IntoIterator<Item = f64>) {
        let values = Values::new(values).unwrap();
        self.reported.insert(trial, values.clone());
        self.push(Reported::new(TrialId::new(trial), at.into(), values));
    }

    pub(crate) fn pause(&mut self, trial: u64, at: u64, took_micros: u64) {
        let values = self.reported.get(&trial).cloned();
        let values = values.unwrap_or_else(|| Values::one(0.5).unwrap());
        let mut paused = Paused::new(TrialId::new(trial), at.into(), values);
        paused.took_micros = took_micros;
        self.push(paused);
    }

    pub(crate) fn resume(&mut self, trial: u64, until: u64) {
        self.push(Resumed::new(TrialId::new(trial), Fidelity::new(until)));
    }

    pub(crate) fn retry(&mut self, trial: u64) {
        let failure = Failure::new(FailureKind::TimedOut, "no answer for 1m");
        self.push(EventKind::Retried(Retried::new(
            TrialId::new(trial),
            1,
            failure,
            500,
        )));
    }

    pub(crate) fn complete(&mut self, trial: u64, values: impl IntoIterator<Item = f64>) {
        self.end(trial, Outcome::Completed(Values::new(values).unwrap()));
    }

    pub(crate) fn end(&mut self, trial: u64, outcome: Outcome) {
        let mut ended = Ended::new(TrialId::new(trial), outcome);
        ended.took_micros = 1_500_000;
        self.push(ended);
    }

    pub(crate) fn push(&mut self, kind: impl Into<EventKind>) {
        let kind = kind.into();
        self.progress.apply(self.at_millis, &kind);
        let seq = Seq::new(self.events.len() as u64 + 1);
        self.events
            .push(Event::new(STUDY.into(), seq, self.at_millis, kind));
    }
}

/// Two sessions with everything that can happen to a trial.
pub(crate) fn two_sessions() -> Story {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::trials(12), 2);
    for trial in 0..4 {
        story.start(trial);
    }
    story.wait(2_000);
    story.complete(0, [0.912_345_678_9]);
    story.retry(1);
    story.wait(500);
    story.end(
        1,
        Outcome::failed(FailureKind::Error, "CUDA out of memory\nat line 3"),
    );
    story.report(2, 1, [0.95]);
    story.wait(4_000);
    story.end(2, Outcome::Stopped);
    story.report(3, 3, [0.7]);
    story.pause(3, 3, 3_000_000);
    for (trial, loss) in [(4, 0.5), (5, 0.7)] {
        story.start(trial);
        story.wait(6_000);
        story.complete(trial, [loss]);
    }
    story.close(EndReason::Stopped);

    story.wait(3_600_000);
    story.open(Budget::trials(12), 2);
    story.resume(3, 9);
    story.wait(7_000);
    story.report(3, 9, [0.031_25]);
    story.complete(3, [0.031_25]);
    for trial in 6..12 {
        story.start(trial);
        story.wait(3_000);
        story.complete(trial, [0.1 * trial as f64]);
    }
    story.close(EndReason::Trials);
    story
}

/// The events of the second session alone, as an observer of it may see them.
pub(crate) fn second_session() -> Vec<Event> {
    let events = two_sessions().events;
    let opened = |event: &Event| matches!(&event.kind, EventKind::Opened(o) if o.session == 2);
    let from = events.iter().position(opened).unwrap();
    events[from..].to_vec()
}

/// Two objectives, with a front of several trials.
pub(crate) fn front() -> Story {
    let objectives = [Objective::minimize("loss"), Objective::maximize("accuracy")];
    let mut story = Story::new(Objectives::new(objectives).unwrap()).created();
    story.open(Budget::unlimited(), 1);
    for (trial, values) in [[0.5, 0.8], [0.4, 0.7], [0.6, 0.6], [0.3, 0.75], [0.9, 0.99]]
        .into_iter()
        .enumerate()
    {
        story.start(trial as u64);
        story.wait(40_000);
        story.complete(trial as u64, values);
    }
    story.close(EndReason::Exhausted);
    story
}

/// Facts that no driver would tell: trials without a beginning, ends without a study, huge values.
pub(crate) fn out_of_the_blue() -> Story {
    let mut story = Story::new(Objectives::minimize("loss").unwrap());
    story.retry(7);
    story.complete(8, [f64::MAX]);
    story.report(9, 3, [f64::MIN]);
    story.pause(9, 3, u64::MAX);
    story.pause(9, 3, u64::MAX);
    story.resume(9, 9);
    story.end(9, Outcome::failed(FailureKind::Lost, ""));
    story.complete(9, [1.0, 2.0, 3.0]); // more values than objectives
    story.end(9, Outcome::Stopped);
    story.at_millis = 0; // the clock was set back
    story.open(Budget::trials(0), 0);
    story.start(0);
    story.start(0);
    story.wait(u64::MAX / 2);
    story.complete(0, [f64::MIN_POSITIVE]);
    story.complete(0, []);
    story.close(EndReason::Time);
    story.open(
        Budget::trials(u64::MAX).time(std::time::Duration::MAX),
        usize::MAX,
    );
    story.start(1);
    story.complete(1, [-f64::MAX]);
    story.close(EndReason::Cost);
    story
}

/// Delivers the events as a bus does.
pub(crate) fn deliver(observer: &mut impl Observer, events: &[Event]) {
    block_on(async {
        for event in events {
            observer.observe(event).await.unwrap();
        }
        observer.flush().await.unwrap();
    });
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

/// A writer to look into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer whose reader has left.
#[derive(Debug)]
pub(crate) struct BrokenPipe;

impl Write for BrokenPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}
