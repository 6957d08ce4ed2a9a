//! The small settings: objectives, fidelity, order, seed, retries.

use std::{num::NonZeroUsize, time::Duration};

use tuning_core::{Direction, FailureKind, FidelityRange, Objective, Objectives, Order};
use tuning_runtime::Retry;

use crate::{
    document::{Fields, Item, Key, Keys, Shape},
    limits,
};

pub(super) static OBJECTIVE: Keys = Keys::new(
    "a mapping such as `{name: loss, direction: minimize}`",
    &[
        Key::new(
            "name",
            Shape::Text,
            "The name of a value that the program prints.",
        )
        .synonyms(&["metric"])
        .required(),
        Key::new(
            "direction",
            Shape::Word(&["minimize", "maximize"]),
            "Whether less or more of it is better.",
        )
        .synonyms(&["type", "optimize"])
        .required(),
    ],
);

pub(super) static FIDELITY: Keys = Keys::new(
    "a mapping such as `{min: 1, max: 27}`",
    &[
        Key::new(
            "min",
            Shape::Count(1, limits::RESOURCE),
            "The least that a trial is run to.",
        )
        .synonyms(&[
            "min_resource",
            "min_budget",
            "min_iter",
            "grace_period",
            "lower",
            "low",
        ])
        .default("1"),
        Key::new(
            "max",
            Shape::Count(1, limits::RESOURCE),
            "How far a whole trial runs.",
        )
        .synonyms(&[
            "max_resource",
            "max_budget",
            "max_iter",
            "max_t",
            "upper",
            "high",
        ])
        .required(),
    ],
);

pub(super) static RETRY: Keys = Keys::new(
    "a mapping from classes of failure to counts, such as `{error: 1, timed_out: 1}`",
    &[
        Key::new(
            "error",
            Shape::Count(0, limits::RETRIES),
            "How often a trial that ended with an error is tried again.",
        )
        .synonyms(&["errors", "failed", "failure"])
        .default("0"),
        Key::new(
            "non_finite",
            Shape::Count(0, limits::RETRIES),
            "One that measured NaN or an infinity.",
        )
        .synonyms(&["nan", "inf"])
        .default("0"),
        Key::new(
            "timed_out",
            Shape::Count(0, limits::RETRIES),
            "One that took longer than `trial_timeout`.",
        )
        .synonyms(&["timeout", "timeouts"])
        .default("0"),
        Key::new(
            "lost",
            Shape::Count(0, limits::RETRIES),
            "One whose worker was lost.",
        )
        .synonyms(&["killed", "preempted"])
        .default("0"),
        Key::new(
            "backoff",
            Shape::Map(&BACKOFF),
            "How long to wait before each further attempt.",
        )
        .synonyms(&["delay", "wait"]),
    ],
);

static BACKOFF: Keys = Keys::new(
    "a mapping such as `{first: 1s, factor: 2, max: 60s}`",
    &[
        Key::new("first", Shape::Duration, "The first wait.")
            .default("\"1s\"")
            .synonyms(&["initial", "base", "min"]),
        Key::new(
            "factor",
            Shape::Between(1.0, 1e6),
            "How many times longer each further wait is.",
        )
        .synonyms(&["multiplier"])
        .default("2"),
        Key::new("max", Shape::Duration, "The longest wait.")
            .default("\"60s\"")
            .synonyms(&["cap", "max_delay"]),
    ],
);

/// `objective` or `objectives`.
pub(super) fn objectives(root: &Fields<'_>) -> Option<Objectives> {
    let (one, several) = (root.get("objective"), root.get("objectives"));
    let (item, objectives) = match (&one, &several) {
        (Some(_), Some(several)) => {
            return several.wrong("and `objective` are both given: keep one of them");
        }
        (Some(one), None) => (one, vec![objective(one)?]),
        (None, Some(several)) => {
            let items = several.list("a list of objectives")?;
            let read: Vec<_> = items.iter().map(objective).collect();
            (several, read.into_iter().collect::<Option<Vec<_>>>()?)
        }
        (None, None) => {
            let write =
                "say what to optimise, as in `objective: {name: loss, direction: minimize}`";
            root.need("objective", write)?;
            return None;
        }
    };
    match Objectives::new(objectives) {
        Ok(objectives) => Some(objectives),
        Err(error) => item.problem(item.place(), error.to_string()),
    }
}

fn objective(item: &Item<'_>) -> Option<Objective> {
    const DIRECTION: &str = "`minimize` or `maximize`";
    let fields = item.fields(&OBJECTIVE)?;
    let name = fields.need("name", "name the value that the program prints");
    let direction = fields.need("direction", "say `minimize` or `maximize`");
    let name = name.and_then(|item| item.text("the name of a value that the program prints"));
    let direction = direction.and_then(|item| match item.text(DIRECTION)?.as_str() {
        "minimize" => Some(Direction::Minimize),
        "maximize" => Some(Direction::Maximize),
        _ => item.expected(DIRECTION),
    });
    let name = name?;
    Some(match direction? {
        Direction::Minimize => Objective::minimize(name),
        Direction::Maximize => Objective::maximize(name),
    })
}

/// `fidelity: {min: 1, max: 27}`.
pub(super) fn fidelity(item: &Item<'_>) -> Option<FidelityRange> {
    let fields = item.fields(&FIDELITY)?;
    let min = fields
        .get("min")
        .map_or(Some(1), |item| item.count(1..=limits::RESOURCE));
    let max = fields
        .need("max", "say how far a whole trial runs")
        .and_then(|item| item.count(1..=limits::RESOURCE));
    match FidelityRange::new(min?, max?) {
        Ok(range) => Some(range),
        Err(error) => item.problem(item.place(), error.to_string()),
    }
}

/// `workers: 2`.
pub(super) fn workers(item: &Item<'_>) -> Option<NonZeroUsize> {
    let workers = usize::try_from(item.count(1..=limits::WORKERS)?).ok()?;
    NonZeroUsize::new(workers)
}

/// `order: as-proposed:8`.
pub(super) fn order(item: &Item<'_>) -> Option<Order> {
    let order = item.parsed("`as-finished` or `as-proposed`")?;
    match order {
        Order::AsProposed { lag } if lag.get() as u64 > limits::LAG => item.wrong(format_args!(
            "allows {lag} pieces of work in flight, which is too many: at most {}",
            limits::LAG
        )),
        order => Some(order),
    }
}

/// `retry: {error: 1, backoff: {first: 1s, factor: 2, max: 60s}}`.
pub(super) fn retry(item: &Item<'_>) -> Option<Retry> {
    const KINDS: [FailureKind; 4] = [
        FailureKind::Error,
        FailureKind::NonFinite,
        FailureKind::TimedOut,
        FailureKind::Lost,
    ];
    let fields = item.fields(&RETRY)?;
    let mut retry = Retry::never();
    for kind in KINDS {
        if let Some(times) = fields
            .get(kind.as_str())
            .and_then(|item| item.count(0..=limits::RETRIES))
        {
            retry = retry.on(kind, u32::try_from(times).unwrap_or(u32::MAX));
        }
    }
    if let Some(backoff) = fields.get("backoff") {
        let fields = backoff.fields(&BACKOFF)?;
        let wait = |key, default: Duration| {
            fields
                .get(key)
                .map_or(Some(default), |item| item.duration())
        };
        let first = wait("first", retry.first_delay);
        let max = wait("max", retry.max_delay);
        let factor = fields
            .get("factor")
            .map_or(Some(f64::from(retry.factor)), |item| {
                match item.number()? {
                    factor if (1.0..=1e6).contains(&factor) => Some(factor),
                    _ => item.expected("a number of at least 1"),
                }
            });
        retry = retry.backoff(first?, factor? as f32, max?);
    }
    Some(retry)
}
