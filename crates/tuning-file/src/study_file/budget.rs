//! `budget`: when the study has done enough.

use tuning_core::{Budget, Counted};

use crate::{
    document::{Item, Key, Keys, Shape},
    limits,
};

pub(super) static KEYS: Keys = Keys::new(
    "a mapping such as `{trials: 40, time: 2h}`",
    &[
        Key::new(
            "trials",
            Shape::Count(1, limits::TRIALS),
            "How many trials there are in all, those of earlier runs included.",
        ).synonyms(&["max_trials", "n_trials", "num_trials", "num_samples", "max_evals", "evaluations", "runs"]),
        Key::new(
            "of",
            Shape::Word(&["started", "completed", "all"]),
            "Which trials count for `trials`: those that are `started`, failed ones included, only those that \
             `completed`, or `all`, those of `tune add` included.",
        )
        .default("\"started\""),
        Key::new(
            "time",
            Shape::Duration,
            "How long the study runs, all its runs together, such as `2h`.",
        ).synonyms(&["timeout", "time_limit", "max_time", "time_budget", "duration", "walltime"]),
        Key::new(
            "target",
            Shape::Number,
            "The value of the first objective that is good enough.",
        ).synonyms(&["goal", "threshold"]),
        Key::new(
            "no_improvement",
            Shape::Count(1, limits::TRIALS),
            "After this many trials in a row that were no better.",
        ).synonyms(&["patience", "early_stopping", "early_stop"]),
        Key::new(
            "resource",
            Shape::Count(1, limits::RESOURCE),
            "How much resource (epochs, steps, rows: what `fidelity` counts) all trials use together.",
        ).synonyms(&["total_resource"]),
        Key::new(
            "cost",
            Shape::Map(&COST),
            "What the trials may cost together, in a metric that the program prints.",
        ),
    ],
);

static COST: Keys = Keys::new(
    "a mapping such as `{metric: usd, limit: 5}`",
    &[
        Key::new("metric", Shape::Text, "The metric that the program prints.").required(),
        Key::new("limit", Shape::Above(0.0), "How large its sum may get.").required(),
    ],
);

fn counted(item: &Item<'_>) -> Option<Counted> {
    const EXPECTED: &str = "`started`, `completed` or `all`";
    match item.text(EXPECTED)?.as_str() {
        "started" => Some(Counted::Started),
        "completed" => Some(Counted::Completed),
        "all" => Some(Counted::All),
        _ => item.expected(EXPECTED),
    }
}

pub(super) fn read(item: &Item<'_>) -> Option<Budget> {
    let fields = item.fields(&KEYS)?;
    let mut budget = Budget::unlimited();
    budget.trials = fields
        .get("trials")
        .and_then(|item| item.count(1..=limits::TRIALS));
    if let Some(of) = fields.get("of") {
        budget.of = counted(&of)?;
        if budget.trials.is_none() && fields.get("trials").is_none() {
            return of.wrong("says which trials count, but not how many: add `trials`, as in `{trials: 60, of: completed}`");
        }
    }
    budget.time = fields.get("time").and_then(|item| item.duration());
    budget.target = fields.get("target").and_then(|item| item.number());
    budget.no_improvement = fields
        .get("no_improvement")
        .and_then(|item| item.count(1..=limits::TRIALS));
    budget.resource = fields
        .get("resource")
        .and_then(|item| item.count(1..=limits::RESOURCE));
    if let Some(cost) = fields.get("cost") {
        let cost = cost.fields(&COST)?;
        let metric = cost.need("metric", "name the metric that the program prints");
        let limit = cost.need("limit", "say how large the sum of the metric may get");
        let metric = metric.and_then(|item| item.text("the name of a metric"));
        let limit = limit.and_then(|item| match item.number()? {
            limit if limit > 0.0 => Some(limit),
            _ => item.expected("a number above 0"),
        });
        budget = budget.cost(metric?, limit?);
    }
    Some(budget)
}
