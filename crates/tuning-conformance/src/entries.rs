//! Entries of every kind, with values that do not survive a careless format.

use tuning_core::{
    Amended, Best, Budget, Budgeted, Closed, Counted, Counts, EndReason, Ended, Entry, EventKind,
    Fact, Failure, FailureKind, FailureLimit, Fidelity, FidelityRange, Fork, Literal, Metrics,
    Missing, Objective, Objectives, Opened, Order, Outcome, Params, Paused, Reported, Resumed,
    Retried, Seed, Spec, Started, StudySpec, Tag, TrialId, Values, Warned, Warning,
};

use crate::{simulation::Chance, spaces::spaces};

/// Numbers that a careless format rounds, or takes for something else.
const NUMBERS: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    0.1,
    0.3,
    -2.5e-8,
    1e300,
    -1e300,
    5e-324,
    f64::MAX,
    f64::MIN_POSITIVE,
    9_007_199_254_740_993.0,
    std::f64::consts::PI,
    1e15,
];

/// Texts that a careless format mangles.
const TEXTS: [&str; 6] = [
    "",
    "it's \"quoted\" \\ here",
    "two\nlines\tand a tab",
    "größe 日本語 🦀",
    "\u{0}\u{7f}",
    "null",
];

/// An entry of every kind, with every outcome and failure, and parameters of every awkward space.
///
/// They do not make up a study: a journal stores what it is given.
///
/// # Example
/// ```
/// let entries = tuning_conformance::entries();
/// assert!(entries.iter().any(|entry| entry.kind.name() == "resumed"));
/// ```
#[must_use]
pub fn entries() -> Vec<Entry> {
    let mut kinds = sessions();
    kinds.extend(trials());
    kinds.extend(ends());
    for budget in [
        Budget::unlimited(),
        Budget::trials(30),
        Budget::trials(u64::MAX).resource(7),
    ] {
        kinds.push(Budgeted::new(&budget).into());
    }
    for trial in [None, Some(TrialId::new(0)), Some(TrialId::new(u64::MAX))] {
        kinds.push(EventKind::Missing(Missing::new(trial)));
    }
    let (low, high) = (Fidelity::new(1), Fidelity::new(u64::MAX));
    for warning in [
        Warning::Repeated {
            from: high,
            at: low,
        },
        Warning::Beyond {
            until: low,
            at: high,
        },
    ] {
        kinds.push(EventKind::Warned(Warned::new(TrialId::new(7), warning)));
    }
    for (k, params) in params().into_iter().enumerate() {
        let amended = Amended::new(params.space().clone()).default(text(k), number(k));
        kinds.push(EventKind::Amended(Box::new(amended)));
    }
    let entry = |(place, kind)| {
        let at_millis = [0, 1, 1_700_000_000_000, u64::MAX / 2][place % 4];
        let known = match &kind {
            EventKind::Fact(_) => [0, 1, u64::MAX][place % 3],
            _ => 0,
        };
        Entry::new(at_millis, kind).known(known)
    };
    kinds.into_iter().enumerate().map(entry).collect()
}

fn values(values: impl IntoIterator<Item = f64>) -> Values {
    Values::new(values).unwrap_or_else(|error| unreachable!("{error}"))
}

fn number(k: usize) -> f64 {
    NUMBERS[k % NUMBERS.len()]
}

fn text(k: usize) -> &'static str {
    TEXTS[k % TEXTS.len()]
}

fn metrics(k: usize) -> Metrics {
    Metrics::from_iter([
        ("cost", number(k)),
        (text(k), number(k + 1)),
        ("a", number(k + 2)),
    ])
}

/// Parameters in every awkward space.
fn params() -> Vec<Params> {
    let mut chance = Chance::new(Seed::new(21));
    let mut all = Vec::new();
    for named in spaces() {
        let space = named.space;
        all.push(chance.params(&space));
        for end in [0.0, 1.0] {
            let end = space.decode(&vec![end; space.len()]);
            all.push(end.unwrap_or_else(|error| unreachable!("{error}")));
        }
    }
    all
}

fn sessions() -> Vec<EventKind> {
    let objectives = Objectives::new([
        Objective::minimize("loss \"x\""),
        Objective::maximize("größe"),
    ])
    .unwrap_or_else(|error| unreachable!("{error}"));
    let spec = Spec::new("tpe")
        .option("gamma", 0.1)
        .option("startup", 10)
        .option("multivariate", true)
        .option(text(3), Literal::from(text(1)))
        .option("inner", Spec::new("random").option("x", 1.0));
    let mut kinds = Vec::new();
    for (place, named) in spaces().into_iter().enumerate() {
        let mut study = StudySpec::new(named.space, objectives.clone(), spec.clone());
        study.seed = Seed::new([0, 42, u64::MAX][place % 3]);
        if place % 3 == 0 {
            study.pruner = Some(Spec::new("median").option("warmup", 4));
        }
        if place % 2 == 0 {
            study.fidelity = FidelityRange::new(1, 81).ok();
            study.order = Order::AS_PROPOSED;
        }
        kinds.push(EventKind::Created(Box::new(study)));
    }
    let budgets = [
        Budget::default(),
        Budget::trials(100)
            .target(number(3))
            .no_improvement(7)
            .cost("dollars", number(4)),
        Budget::unlimited()
            .time(std::time::Duration::from_nanos(1_000_000_001))
            .resource(81),
        Budget::trials(60)
            .of(Counted::Completed)
            .failures(FailureLimit::Share {
                share: 0.1 + 0.2,
                first: 20,
            }),
    ];
    let counts = counts();
    for (session, budget) in (1..).zip(budgets) {
        let mut opened = Opened::new(session, budget, 8);
        if session > 1 {
            opened = opened.so_far(counts, best());
        }
        kinds.push(EventKind::Opened(Box::new(opened)));
    }
    for reason in [
        EndReason::Trials,
        EndReason::Time,
        EndReason::Target,
        EndReason::NoImprovement,
        EndReason::Resource,
        EndReason::Cost,
        EndReason::Failures,
        EndReason::Exhausted,
        EndReason::Stopped,
    ] {
        kinds.push(EventKind::Closed(Box::new(Closed::new(
            reason,
            counts,
            best(),
        ))));
        kinds.push(EventKind::Closed(Box::new(Closed::new(
            reason,
            Counts::default(),
            None,
        ))));
    }
    kinds
}

fn counts() -> Counts {
    let mut counts = Counts::default();
    (counts.started, counts.running, counts.paused) = (28, 7, 6);
    (counts.added, counts.added_completed) = (3, 2);
    (
        counts.completed,
        counts.stopped,
        counts.failed,
        counts.retries,
    ) = (5, 4, 3, 2);
    counts
}

/// The best trial of a little study: `Best` is made by `Progress` alone.
fn best() -> Option<Best> {
    let objectives = Objectives::minimize("loss").ok()?;
    let mut progress = tuning_core::Progress::new(objectives);
    let started = Started::new(TrialId::new(3), params().into_iter().next()?);
    progress.apply(0, &started.into());
    let ended = Ended::new(TrialId::new(3), Outcome::Completed(values([number(3)])));
    progress.apply(1, &ended.into());
    progress.best().cloned()
}

fn trials() -> Vec<EventKind> {
    let mut kinds = Vec::new();
    for (k, params) in params().into_iter().enumerate() {
        let mut started = Started::new(TrialId::new(k as u64), params);
        if k % 2 == 1 {
            started.until = Some(Fidelity::new(3_u64.pow(k as u32 % 5)));
            started.tag = Tag::new(text(k), text(k + 1)).wrap("outer", k);
        }
        if k % 3 == 1 {
            let at = (k % 2 == 0).then(|| Fidelity::new(u64::MAX / 2));
            started.fork = Some(Fork::new(TrialId::new(0), at));
        }
        kinds.push(started.into());
    }
    for k in 0..NUMBERS.len() {
        let trial = TrialId::new(k as u64);
        let mut reported = Reported::new(
            trial,
            Fidelity::new(k as u64),
            values([number(k), number(k + 1)]),
        );
        reported.metrics = metrics(k);
        kinds.push(reported.into());
        let mut paused = Paused::new(
            trial,
            Fidelity::new(k as u64),
            values([number(k + 1), number(k)]),
        );
        paused.took_micros = k as u64 * 1_000_003;
        paused.metrics = metrics(k + 3);
        kinds.push(paused.into());
        let mut resumed = Resumed::new(trial, (k % 2 == 0).then(|| Fidelity::new(81)));
        resumed.tag = Tag::new("asha", k);
        kinds.push(resumed.into());
    }
    kinds
}

fn ends() -> Vec<EventKind> {
    let mut outcomes = vec![Outcome::Stopped];
    for k in 0..NUMBERS.len() {
        outcomes.push(Outcome::Completed(values([number(k)])));
        outcomes.push(Outcome::Completed(values([
            number(k),
            number(k + 5),
            number(k + 9),
        ])));
    }
    for kind in FailureKind::ALL {
        outcomes.extend(TEXTS.map(|text| Outcome::failed(kind, text)));
    }
    let mut kinds: Vec<EventKind> = Vec::new();
    for (k, outcome) in outcomes.into_iter().enumerate() {
        let mut ended = Ended::new(TrialId::new(k as u64), outcome);
        if k % 2 == 0 {
            ended.metrics = metrics(k);
            ended.took_micros = u64::MAX / 4;
        }
        kinds.push(ended.into());
    }
    for (k, kind) in FailureKind::ALL.into_iter().enumerate() {
        let failure = Failure::new(kind, text(k));
        let retried = Retried::new(
            TrialId::new(k as u64),
            k as u32 + 1,
            failure,
            250 * k as u64,
        );
        kinds.push(EventKind::Retried(retried));
    }
    kinds
}

/// A small log, different for each `salt`: `n` ends of trials.
pub(crate) fn plain(n: usize, salt: u64) -> Vec<Entry> {
    let entry = |k: usize| {
        let loss = values([salt as f64 + k as f64 / 7.0]);
        let fact: Fact = Ended::new(TrialId::new(k as u64), Outcome::Completed(loss)).into();
        Entry::new(salt, fact.into())
    };
    (0..n).map(entry).collect()
}

/// Where two entries differ, zero and minus zero told apart; none if they are the same to the last bit.
pub(crate) fn difference(written: &Entry, read: &Entry) -> Option<String> {
    // `Debug` writes the shortest text that reads back as the same number, and the sign of zero.
    let (a, b) = (format!("{written:?}"), format!("{read:?}"));
    (written != read || a != b).then(|| format!("written {a}\nread    {b}"))
}
