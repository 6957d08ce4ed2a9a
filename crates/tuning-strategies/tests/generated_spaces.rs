//! The claims of the strategies and combinators, on generated spaces with conditions.

mod common;

use std::collections::BTreeSet;

use common::{Run, problem, spaces};
use proptest::prelude::*;
use tuning_core::{Params, ParamsKey, Space, Started, StrategyConfig, TrialId};
use tuning_strategies::{
    DedupConfig, EnqueueConfig, GridConfig, RandomConfig, Registry, SobolConfig,
};

fn keys(run: &Run) -> Vec<ParamsKey> {
    run.proposals
        .iter()
        .filter_map(|p| p.params())
        .map(Params::key)
        .collect()
}

fn distinct(keys: &[ParamsKey]) -> BTreeSet<ParamsKey> {
    keys.iter().cloned().collect()
}

/// The values' places, by which a grid is in order.
fn places(space: &Space, params: &Params) -> Vec<Option<f64>> {
    space.encode(params)
}

proptest! {
    // No file of failures: what fails becomes a named test.
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_grid_has_every_point_of_a_finite_space_once_and_in_order(
        space in spaces(true),
        batches in prop::collection::vec(1_usize..20, 1..4),
    ) {
        let points = space.cardinality().expect("finite");
        prop_assume!(points < 5000);
        let config = GridConfig::default().resolution(1000);
        prop_assert_eq!(config.build(&problem(&space)).unwrap().points(), points);
        let mut run = Run::new(&config, &space, 0);
        run.run(10_000, &batches);
        prop_assert!(run.done);
        prop_assert_eq!(keys(&run).len() as u128, points);
        prop_assert_eq!(distinct(&keys(&run)).len() as u128, points);
        let all: Vec<_> = run.proposals.iter().filter_map(|p| p.params()).collect();
        for params in &all {
            prop_assert!(space.check(params).is_ok());
        }
        prop_assert!(all.is_sorted_by(|a, b| places(&space, a) < places(&space, b)));
    }

    #[test]
    fn a_coarse_grid_has_distinct_points_in_the_space(space in spaces(false), resolution in 1_u32..5) {
        let config = GridConfig::default().resolution(resolution);
        let points = config.build(&problem(&space)).unwrap().points();
        prop_assume!(points < 5000);
        let mut run = Run::new(&config, &space, 0);
        run.run(10_000, &[64]);
        prop_assert!(run.done);
        prop_assert_eq!(distinct(&keys(&run)).len() as u128, points);
        prop_assert!(run.proposals.iter().all(|p| space.check(p.params().unwrap()).is_ok()));
    }

    #[test]
    fn a_shuffled_grid_has_the_same_points(space in spaces(false), seed: u64) {
        let config = GridConfig::default().resolution(3);
        prop_assume!(config.build(&problem(&space)).unwrap().points() < 2000);
        let mut plain = Run::new(&config, &space, seed);
        let mut shuffled = Run::new(&config.clone().shuffle(true), &space, seed);
        plain.run(5000, &[16]);
        shuffled.run(5000, &[7]);
        prop_assert_eq!(keys(&plain).len(), keys(&shuffled).len());
        prop_assert_eq!(distinct(&keys(&plain)), distinct(&keys(&shuffled)));
    }

    #[test]
    fn proposals_lie_in_the_space_whatever_the_batch_size(
        space in spaces(false),
        seed: u64,
        batches in prop::collection::vec(1_usize..9, 1..4),
    ) {
        let registry = Registry::standard();
        for entry in registry.entries() {
            let config = registry.config(entry.name(), &serde_json::Map::new()).unwrap();
            let mut one = Run::new(&config, &space, seed);
            let mut many = Run::new(&config, &space, seed);
            one.run(40, &[1]);
            many.run(40, &batches);
            prop_assert!(one.proposals.iter().all(|p| space.check(p.params().unwrap()).is_ok()));
            for (a, b) in one.proposals.iter().zip(&many.proposals) {
                prop_assert_eq!(a, b, "{}", entry.name());
            }
        }
    }

    #[test]
    fn a_strategy_that_was_told_the_log_goes_on_as_the_old_one(
        space in spaces(false),
        seed: u64,
        cut in 0_usize..20,
    ) {
        let registry = Registry::standard();
        for entry in registry.entries() {
            let config = registry.config(entry.name(), &serde_json::Map::new()).unwrap();
            let mut old = Run::new(&config, &space, seed);
            old.run(20, &[3]);
            let cut = cut.min(old.facts.len());
            let mut new = Run::new(&config, &space, seed);
            old.facts[..cut].iter().for_each(|fact| new.tell(fact.clone()));
            new.run(20, &[1]);
            for (a, b) in old.proposals[cut..].iter().zip(&new.proposals) {
                prop_assert_eq!(a, b, "{}", entry.name());
            }
        }
    }

    #[test]
    fn enqueued_points_come_once_and_in_order_wherever_the_study_was_cut(
        space in spaces(false),
        seed: u64,
        points in 0_usize..6,
        batch in 1_usize..5,
    ) {
        let mut config = EnqueueConfig::over(RandomConfig::default());
        let mut source = Run::new(&RandomConfig::default(), &space, seed ^ 1);
        source.run(points, &[1]);
        let given: Vec<Params> =
            source.proposals.iter().filter_map(|p| p.params().cloned()).collect();
        for params in &given {
            config = config.point(params.iter());
        }
        let mut whole = Run::new(&config, &space, seed);
        whole.run(10, &[batch]);
        let head: Vec<Params> =
            whole.proposals[..points].iter().filter_map(|p| p.params().cloned()).collect();
        prop_assert_eq!(head, given);
        for cut in 0..=whole.facts.len() {
            let mut rest = Run::new(&config, &space, seed);
            whole.facts[..cut].iter().for_each(|fact| rest.tell(fact.clone()));
            rest.run(10, &[batch]);
            for (a, b) in whole.proposals[cut..].iter().zip(&rest.proposals) {
                prop_assert_eq!(a, b);
            }
        }
    }

    #[test]
    fn dedup_proposes_every_point_of_a_finite_space_once(
        space in spaces(true),
        seed: u64,
        foreign in 0_usize..10,
        batch in 1_usize..9,
        inner in prop_oneof![Just("random"), Just("sobol"), Just("grid")],
    ) {
        let points = space.cardinality().expect("finite");
        prop_assume!(points < 400);
        let inner = Registry::standard().config(inner, &serde_json::Map::new()).unwrap();
        let mut run = Run::new(&DedupConfig::over(inner), &space, seed);
        let mut source = Run::new(&RandomConfig::default(), &space, seed ^ 1);
        source.run(foreign, &[1]);
        for (n, proposal) in source.proposals.iter().enumerate() {
            let params = proposal.params().unwrap().clone();
            run.tell(Started::new(TrialId::new(n as u64), params).into());
        }
        run.run(1000, &[batch]);
        prop_assert!(run.done);
        let foreign = distinct(&keys(&source));
        let own = keys(&run);
        prop_assert_eq!(own.len(), distinct(&own).len());
        prop_assert!(distinct(&own).is_disjoint(&foreign));
        prop_assert_eq!((own.len() + foreign.len()) as u128, points);
    }

    #[test]
    fn dedup_never_repeats_where_a_part_of_the_space_is_infinite(
        space in spaces(false),
        seed: u64,
        batch in 1_usize..9,
    ) {
        let mut run = Run::new(&DedupConfig::over(SobolConfig::default()), &space, seed);
        run.run(200, &[batch]);
        prop_assert_eq!(keys(&run).len(), distinct(&keys(&run)).len());
        if space.cardinality().is_none() {
            prop_assert!(!run.done);
        }
    }
}
