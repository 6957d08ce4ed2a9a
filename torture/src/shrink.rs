//! [`shrink`]: the smallest plan that still breaks something.

use crate::plan::Plan;

/// The smallest plan, made of this one, for which it is still true: fewer trials, faults, deaths and workers.
#[must_use]
pub fn shrink(plan: &Plan, is_broken: impl Fn(&Plan) -> bool) -> Plan {
    let mut least = plan.clone();
    loop {
        let before = least.clone();
        least = fewer(
            least,
            &is_broken,
            |plan| plan.deaths.into(),
            |plan, n| plan.deaths = n as u32,
        );
        let faults = |plan: &Plan| (plan.faults as u64).min(1 << 12);
        least = fewer(least, &is_broken, faults, |plan, n| {
            plan.faults = n as usize
        });
        least = fewer(
            least,
            &is_broken,
            |plan| plan.trials - 1,
            |plan, n| plan.trials = n + 1,
        );
        least = fewer(
            least,
            &is_broken,
            |plan| plan.workers as u64 - 1,
            |plan, n| plan.workers = n as usize + 1,
        );
        if least == before {
            return least;
        }
    }
}

/// The plan with the least of something, found by halving steps.
fn fewer(
    plan: Plan,
    is_broken: impl Fn(&Plan) -> bool,
    get: impl Fn(&Plan) -> u64,
    set: impl Fn(&mut Plan, u64),
) -> Plan {
    let mut least = plan;
    let mut step = get(&least);
    while step > 0 {
        let mut candidate = least.clone();
        set(&mut candidate, get(&least).saturating_sub(step));
        if get(&candidate) < get(&least) && is_broken(&candidate) {
            least = candidate;
            step = step.min(get(&least));
        } else {
            step /= 2;
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_taken_away() {
        let mut plan = Plan::of(1);
        (plan.trials, plan.deaths, plan.workers) = (24, 13, 6);
        let least = shrink(&plan, |plan| {
            plan.trials >= 7 && plan.faults >= 3 && plan.deaths >= 2
        });
        assert_eq!(
            (least.trials, least.faults, least.deaths, least.workers),
            (7, 3, 2, 1)
        );
    }
}
