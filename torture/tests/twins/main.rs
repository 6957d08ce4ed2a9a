//! Broken twins of the torture: each takes one promise away from between a study and the world, and exactly the invariant
//! of that promise is broken. What no twin can reach from outside is mutated in the sources: `mutations.toml`.

mod evaluators;
mod journals;
mod observers;
mod study;

use std::collections::BTreeMap;

use torture::{Focus, Invariant, Plan, Seams, judge_with};

/// How many studies a twin may spoil, at least.
const STUDIES: u64 = 16;
/// How many more it gets if it has spoilt none: what a late attempt says is heard in one study of twenty-five.
const MORE: u64 = 300;

/// That a twin breaks this invariant, and no other one, in any study.
fn breaks(invariant: Invariant, focus: Focus, twin: impl Fn(&Plan) -> Box<dyn Seams>) {
    let mut found = BTreeMap::new();
    for seed in 0..STUDIES + MORE {
        if seed >= STUDIES && !found.is_empty() {
            break;
        }
        let plan = Plan::of(seed).with(focus);
        for breach in judge_with(&plan, &*twin(&plan)) {
            let told = format!("{plan}: {breach}");
            found.entry(breach.invariant).or_insert(told);
        }
    }
    let only: Vec<_> = found.keys().copied().collect();
    assert_eq!(only, [invariant], "{found:#?}");
}
