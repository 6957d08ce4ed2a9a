//! What the tests share: an executor of ten lines, which shows that no runtime is needed, and entries
//! of every kind.
use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use tuning_core::{
    Budget, Budgeted, Closed, EndReason, Ended, Entry, EventKind, Failure, FailureKind, Fidelity,
    FidelityRange, Fork, Literal, Metrics, Objective, Objectives, Opened, Outcome, Parameter,
    Params, Paused, Progress, Reported, Resumed, Retried, Seed, Space, Spec, Started, StudySpec,
    Tag, TrialId, Values,
};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

pub(crate) fn space() -> Space {
    Space::new([
        Parameter::float("lr", 1e-5, 1e-1).log(),
        Parameter::int("layers", 1, 8),
        Parameter::categorical("opt.name", ["adam", "sgd"]),
        Parameter::float("momentum", 0.0, 1.0).when("opt.name", ["sgd"]),
        Parameter::bool("it's \"quoted\""),
    ])
    .unwrap()
}

pub(crate) fn params(lr: f64, layers: i64, opt: &str) -> Params {
    let mut values: Vec<(&str, Literal)> = vec![
        ("lr", lr.into()),
        ("layers", layers.into()),
        ("opt.name", opt.into()),
        ("it's \"quoted\"", true.into()),
    ];
    if opt == "sgd" {
        values.push(("momentum", 0.9.into()));
    }
    space().params(values).unwrap()
}

pub(crate) fn spec() -> StudySpec {
    let objectives = [Objective::minimize("loss"), Objective::maximize("accuracy")];
    let strategy = Spec::new("asha")
        .option("eta", 3)
        .option("warm", true)
        .option("inner", Spec::new("random"));
    let mut spec = StudySpec::new(space(), Objectives::new(objectives).unwrap(), strategy);
    spec.fidelity = Some(FidelityRange::new(1, 27).unwrap());
    spec.seed = Seed::new(u64::MAX);
    spec
}

pub(crate) fn created() -> Entry {
    Entry::new(START, EventKind::Created(Box::new(spec())))
}

pub(crate) fn started(trial: u64) -> Entry {
    let started = Started::new(TrialId::new(trial), params(0.01, 2, "adam"));
    Entry::new(START, started.into())
}

pub(crate) const START: u64 = 1_700_000_000_000;

fn values(loss: f64, accuracy: f64) -> Values {
    Values::new([loss, accuracy]).unwrap()
}

/// Entries of every kind, trials in every state, every class of failure, and difficult numbers.
pub(crate) fn every_kind() -> Vec<Entry> {
    let trial = TrialId::new;
    let budget = Budget::trials(100)
        .time(std::time::Duration::from_micros(3_600_000_001))
        .target(0.01)
        .no_improvement(30)
        .resource(u64::MAX)
        .cost("usd", 12.5);
    let mut kinds: Vec<EventKind> = vec![
        EventKind::Created(Box::new(spec())),
        EventKind::Opened(Box::new(Opened::new(1, budget.clone(), 8))),
        Budgeted::new(&budget).into(),
        Started::new(trial(0), params(0.1, 8, "sgd"))
            .until(Fidelity::new(1))
            .tag(Tag::new("random", 0).wrap("asha", "bracket 0"))
            .into(),
    ];
    let mut forked = Started::new(trial(1), params(1e-5, 1, "adam"));
    forked.fork = Some(Fork::new(trial(0), Some(Fidelity::new(1))));
    let mut reported = Reported::new(trial(0), Fidelity::new(1), values(5e-324, -0.0));
    reported.metrics = Metrics::from_iter([("a b", f64::MAX), ("µ", 0.1 + 0.2)]);
    let mut paused = Paused::new(trial(0), Fidelity::new(1), values(5e-324, -0.0));
    paused.took_micros = 1_500_000;
    kinds.extend([
        reported.into(),
        paused.into(),
        forked.into(),
        EventKind::Retried(Retried::new(
            trial(1),
            1,
            Failure::new(FailureKind::Lost, "worker 3 is gone:\n\"bye\""),
            250,
        )),
    ]);
    let mut resumed = Resumed::new(trial(0), Fidelity::new(3));
    resumed.tag = Tag::new("asha", "rung 1");
    let mut ended = Ended::new(
        trial(0),
        Outcome::Completed(values(f64::MIN_POSITIVE, 1e300)),
    );
    ended.took_micros = 500_000;
    ended.metrics = Metrics::from_iter([("usd", 0.25)]);
    kinds.extend([resumed.into(), ended.into()]);
    kinds.push(Ended::new(trial(1), Outcome::Stopped).into());
    for (failed, kind) in (2..).zip(FailureKind::ALL) {
        let reason = if failed == 2 {
            "it broke: ünïcode 🦀"
        } else {
            ""
        };
        kinds.push(Started::new(trial(failed), params(0.05, 3, "adam")).into());
        kinds.push(Ended::new(trial(failed), Outcome::failed(kind, reason)).into());
    }
    kinds.push(Started::new(trial(9), params(0.02, 4, "sgd")).into());
    kinds.push(Started::new(trial(10), params(0.03, 5, "sgd")).into());
    kinds.push(Reported::new(trial(10), Fidelity::new(2), values(0.5, 0.75)).into());
    kinds.push(Paused::new(trial(10), Fidelity::new(2), values(0.5, 0.75)).into());
    // `Best` can be made by its fold alone.
    let mut progress = Progress::new(spec().objectives);
    for kind in &kinds {
        progress.apply(START, kind);
    }
    kinds.push(EventKind::Closed(Box::new(Closed::new(
        EndReason::NoImprovement,
        progress.counts(),
        progress.best().cloned(),
    ))));
    let opened = Opened::new(2, Budget::unlimited(), 1).so_far(progress.counts(), None);
    kinds.push(EventKind::Opened(Box::new(opened)));
    let entry = |(place, kind): (u64, EventKind)| {
        let known = 7 * u64::from(kind.name() == "started" && place % 2 == 1);
        Entry::new(START + 1000 * place, kind).known(known)
    };
    (0..).zip(kinds).map(entry).collect()
}
