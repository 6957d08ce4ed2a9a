//! `budget`: when the study has done enough.

use tuning_core::Budget;

use crate::document::Item;

const KEYS: &[&str] = &[
    "trials",
    "time",
    "target",
    "no_improvement",
    "resource",
    "cost",
];

pub(super) fn read(item: &Item<'_>) -> Option<Budget> {
    let fields = item.fields("a mapping such as `{trials: 40, time: 2h}`", KEYS)?;
    let mut budget = Budget::unlimited();
    budget.trials = fields.get("trials").and_then(|item| item.count(1));
    budget.time = fields.get("time").and_then(|item| item.duration());
    budget.target = fields.get("target").and_then(|item| item.number());
    budget.no_improvement = fields.get("no_improvement").and_then(|item| item.count(1));
    budget.resource = fields.get("resource").and_then(|item| item.count(1));
    if let Some(cost) = fields.get("cost") {
        let cost = cost.fields(
            "a mapping such as `{metric: usd, limit: 5}`",
            &["metric", "limit"],
        )?;
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
