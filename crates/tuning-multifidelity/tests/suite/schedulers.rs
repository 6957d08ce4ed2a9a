//! Every scheduler keeps the laws of schedulers.

use tuning_conformance::{Promotion, scheduler};
use tuning_core::{FidelityRange, StrategyConfig};
use tuning_multifidelity::{
    AshaConfig, FreezeThawConfig, HyperbandConfig, PbtConfig, SuccessiveHalvingConfig,
};
use tuning_strategies::{GridConfig, RandomConfig};

/// From the lowest rung up, each this many times the one before.
fn upwards(factor: u64, least: Option<u64>) -> impl Fn(FidelityRange) -> Vec<u64> {
    move |range| {
        let (min, max) = (range.min().get(), range.max().get());
        let seventeenth = (max as f64 / 17.0).round() as u64;
        let lowest = least.unwrap_or(seventeenth).clamp(min, max);
        let levels = std::iter::successors(Some(lowest), |level| Some(factor * level));
        levels.take_while(|level| *level < max).collect()
    }
}

/// From the whole down, each a third of the one above.
fn downwards(range: FidelityRange) -> Vec<u64> {
    let (min, max) = (range.min().get(), range.max().get());
    let powers = std::iter::successors(Some(3), |power| Some(3 * power));
    let above = powers.take_while(|power| min * power <= max);
    above
        .map(|power| (max as f64 / power as f64).round() as u64)
        .collect()
}

/// The multiples of a tenth of the whole.
fn tenths(range: FidelityRange) -> Vec<u64> {
    let (min, max) = (range.min().get(), range.max().get());
    let step = max.div_ceil(10);
    let multiples = (1..=10).map(|n| n * step);
    multiples.filter(|at| (min..max).contains(at)).collect()
}

fn random() -> RandomConfig {
    RandomConfig::default()
}

/// It ends before the budget does.
fn grid() -> GridConfig {
    GridConfig::default().resolution(4)
}

#[test]
fn asha_keeps_the_laws() {
    let check = |config: AshaConfig<RandomConfig>, factor: u32, least| {
        scheduler(|problem| config.build(problem))
            .rungs(upwards(factor.into(), least))
            .promotes(Promotion::best_so_far(factor))
            .check();
    };
    check(AshaConfig::over(random()), 3, None);
    check(AshaConfig::over(random()).min_resource(1), 3, Some(1));
    let four = AshaConfig::over(random()).reduction_factor(4);
    check(four.min_resource(2), 4, Some(2));
}

#[test]
fn asha_keeps_the_laws_over_a_strategy_that_ends() {
    let config = AshaConfig::over(grid()).min_resource(1);
    scheduler(|problem| config.build(problem))
        .rungs(upwards(3, Some(1)))
        .promotes(Promotion::best_so_far(3))
        .seeds(2)
        .check();
}

#[test]
fn successive_halving_keeps_the_laws() {
    let config = SuccessiveHalvingConfig::over(random()).min_resource(1);
    scheduler(|problem| config.build(problem))
        .rungs(downwards)
        .promotes(Promotion::best_of_round(3))
        .check();
    let config = SuccessiveHalvingConfig::over(grid()).min_resource(1);
    scheduler(|problem| config.build(problem))
        .rungs(downwards)
        .promotes(Promotion::best_of_round(3))
        .seeds(2)
        .check();
}

#[test]
fn hyperband_keeps_the_laws() {
    let config = HyperbandConfig::over(random()).min_resource(1);
    scheduler(|problem| config.build(problem))
        .rungs(downwards)
        .starts_at_any_rung()
        .promotes(Promotion::best_of_round(3))
        .check();
}

#[test]
fn freeze_thaw_keeps_the_laws_but_promotes_by_its_model() {
    let small = FreezeThawConfig::default()
        .startup(0)
        .promote_every(0)
        .candidates(16)
        .max_observations(16);
    for config in [FreezeThawConfig::default().candidates(16), small] {
        scheduler(|problem| config.build(problem))
            .rungs(upwards(3, None))
            .seeds(1)
            .trials(16)
            .check();
    }
}

#[test]
fn population_based_training_keeps_the_laws() {
    for members in [4, 20] {
        let config = PbtConfig::default().population(members);
        scheduler(|problem| config.build(problem))
            .rungs(tenths)
            .starts_at_any_rung()
            .check();
    }
}
