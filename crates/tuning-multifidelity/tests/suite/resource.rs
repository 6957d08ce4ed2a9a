//! Budgets of resource: none is passed, and little of it is left over.

use std::collections::BTreeMap;

use tuning_core::{AskTell, Budget, EndReason, Fidelity, Order, Seed, StrategyConfig};
use tuning_multifidelity::{
    AshaConfig, FreezeThawConfig, HyperbandConfig, PbtConfig, SuccessiveHalvingConfig,
};
use tuning_strategies::RandomConfig;

use crate::studies::{Ran, drive_in_order, problem};

const WHOLE: u64 = 27;

/// The resource that trials were asked to use, those that failed on the way included.
fn asked(ran: &Ran) -> u64 {
    let mut reached = BTreeMap::<u64, u64>::new();
    for (trial, until) in &ran.work {
        let at = reached.entry(*trial).or_default();
        *at = (*at).max(*until);
    }
    let begun = |trial: u64| {
        let fork = ran.trial(trial).fork.and_then(|fork| fork.at);
        fork.map_or(0, Fidelity::get)
    };
    let used = reached.iter().map(|(trial, at)| at - begun(*trial));
    used.sum()
}

/// Runs studies with budgets that are no sum of rungs. Of each, at most `rest` is left over when it ends.
fn check<C: StrategyConfig>(config: &C, rest: u64) {
    let proposed = Order::AS_PROPOSED;
    for budget in [40, 81, 101, 162] {
        for (order, workers) in [
            (Order::AsFinished, 1),
            (Order::AsFinished, 8),
            (proposed, 1),
            (proposed, 8),
        ] {
            let problem = problem(WHOLE, Budget::unlimited().resource(budget));
            let strategy = config.build(&problem).unwrap();
            let study = AskTell::new(problem.clone(), strategy, Seed::new(budget)).order(order);
            let mut turn = 0;
            let first = |running: usize| {
                turn += 1;
                turn % running
            };
            let ran = drive_in_order(study, &problem, workers, first, |work, until| {
                let x = work.params.float("x").unwrap();
                let fails = work.trial.get() % 7 == 5;
                let loss = (x - 0.3).powi(2) + 1.0 / until as f64;
                (until, (!fails).then_some(loss))
            });
            let name = config.spec().name;
            let used = asked(&ran);
            let what = format!("{name}, {workers} workers, {order}: {used} of {budget}");
            assert!(used <= budget, "{what}");
            // A population may end by itself before.
            if ran.reason == EndReason::Resource {
                assert!(used + rest >= budget, "{what}");
            } else {
                assert_eq!(
                    (&*name, ran.reason),
                    ("pbt", EndReason::Exhausted),
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn no_strategy_passes_a_budget_of_resource() {
    let random = RandomConfig::default;
    // Its last units go to new trials, of one unit each.
    check(&AshaConfig::over(random()).min_resource(1), 0);
    check(&AshaConfig::over(random()).min_resource(4), 3);
    check(&HyperbandConfig::over(random()).min_resource(1), WHOLE - 1);
    let halving = SuccessiveHalvingConfig::over(random());
    check(&halving.min_resource(1), WHOLE - 10);
    // Its last piece of work ends where the budget does.
    check(&FreezeThawConfig::default().min_resource(1), 0);
    check(&FreezeThawConfig::default().min_resource(3), 2);
    check(&PbtConfig::default().population(8).interval(3), 2);
}
