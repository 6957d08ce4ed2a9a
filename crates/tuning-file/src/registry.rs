//! [`registry`]: all strategies of the project, by name.

use tuning_auto::AutoConfig;
use tuning_cmaes::CmaEsConfig;
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};
use tuning_gp::GpConfig;
use tuning_strategies::{OptionInfo, Registry};
use tuning_tpe::TpeConfig;

use crate::process;

/// The name of the automatic strategy.
const NAME: &str = "auto";

/// All strategies of the project, by name: those of [`Registry::standard`], and `auto`, `gp`, `tpe`, `cmaes`, `de`,
/// `regularised_evolution`, `nsga2` and `process`.
///
/// # Example
/// ```
/// use tuning_core::StrategyConfig;
///
/// let config = tuning_file::registry().read(&serde_json::json!({"name": "tpe", "gamma": 0.2}))?;
/// assert_eq!(config.spec().name, "tpe");
/// # Ok::<(), tuning_strategies::RegistryError>(())
/// ```
#[must_use]
pub fn registry() -> Registry {
    let mut registry = Registry::standard();
    registry
        .register::<AutoConfig>(NAME, "what suits the study: gp, tpe, cmaes and evolution")
        .register::<GpConfig>("gp", "Gaussian process: the most from few trials")
        .register::<TpeConfig>(
            "tpe",
            "tree-structured Parzen estimator: fast, for any space",
        )
        .register::<CmaEsConfig>("cmaes", "CMA-ES: numeric spaces, hundreds of trials")
        .register::<DeConfig>("de", "differential evolution: hundreds of trials")
        .register::<RegularisedEvolutionConfig>(
            "regularised_evolution",
            "ageing evolution: spaces of choices, hundreds of trials",
        )
        .register::<Nsga2Config>("nsga2", "NSGA-II: several objectives, hundreds of trials");
    describe_models(&mut registry);
    describe_populations(&mut registry);
    process::register(&mut registry);
    registry
}

fn describe_models(registry: &mut Registry) {
    let info = OptionInfo::new;
    registry
        .describe(
            NAME,
            [
                (
                    "gp_until",
                    info("how many results the Gaussian process leads for; 0 leaves it out")
                        .at_least(0.0),
                ),
                (
                    "trial_seconds",
                    info("how long a trial takes, roughly; 0 where it is not known").at_least(0.0),
                ),
            ],
        )
        .describe(
            "gp",
            [
                (
                    "n_startup_trials",
                    info("how many trials are spread over the space before the model decides")
                        .at_least(1.0)
                        .at_most(10_000.0),
                ),
                (
                    "acquisition",
                    info(
                        "what trials are chosen by: `log_ei`, `ucb`, or `alternate`, both in turn",
                    ),
                ),
                (
                    "ucb_beta",
                    info("how many deviations the upper confidence bound is above the mean")
                        .at_least(0.0)
                        .at_most(100.0),
                ),
                (
                    "output_warp",
                    info("whether losses are warped, so that a few bad ones hide nothing"),
                ),
                (
                    "max_observations",
                    info("how many results the model rests on at most")
                        .at_least(16.0)
                        .at_most(2048.0),
                ),
                (
                    "trust_region_after",
                    info("from how many results on proposals keep to a region around the best")
                        .at_least(16.0),
                ),
            ],
        )
        .describe(
            "tpe",
            [
                (
                    "n_startup_trials",
                    info("how many trials must have ended before the model proposes").at_least(0.0),
                ),
                (
                    "gamma",
                    info("the share of trials that count as good")
                        .above(0.0)
                        .below(1.0),
                ),
                (
                    "n_ei_candidates",
                    info("how many candidates are drawn for each proposal")
                        .at_least(1.0)
                        .at_most(100_000.0),
                ),
                (
                    "prior_weight",
                    info("how much the even prior counts, in trials")
                        .above(0.0)
                        .at_most(1e6),
                ),
                (
                    "min_bandwidth",
                    info("no kernel is narrower than this part of the range")
                        .above(0.0)
                        .at_most(1.0),
                ),
                (
                    "random_fraction",
                    info("the share of proposals that are random all the same")
                        .at_least(0.0)
                        .at_most(1.0),
                ),
                (
                    "constant_liar",
                    info("whether trials in flight are taken for bad ones until they end"),
                ),
                (
                    "repeat",
                    info("whether a point may be tried again, for noisy objectives"),
                ),
            ],
        );
}

fn describe_populations(registry: &mut Registry) {
    let info = OptionInfo::new;
    let popsize = || {
        info("how many results make a generation or a population")
            .at_least(4.0)
            .at_most(10_000.0)
    };
    registry
        .describe(
            "cmaes",
            [
                (
                    "sigma0",
                    info("the first standard deviation, as a part of each range")
                        .above(0.0)
                        .at_most(1.0),
                ),
                ("popsize", popsize()),
                ("restart", info("what follows at the end of a descent")),
                (
                    "covariance",
                    info(
                        "what is learned of how parameters go together: `auto`, `full`, `diagonal`",
                    ),
                ),
                (
                    "warm_start",
                    info("which part of earlier trials says where to begin")
                        .at_least(0.0)
                        .at_most(1.0),
                ),
                ("earlier", info("results of another study to begin with")),
                (
                    "repeat",
                    info("whether a point may be tried again, for noisy objectives"),
                ),
            ],
        )
        .describe(
            "de",
            [
                ("popsize", popsize()),
                (
                    "p_best",
                    info("the part of the population that trials move towards")
                        .above(0.0)
                        .at_most(1.0),
                ),
                (
                    "memory",
                    info("how many means of what worked are remembered")
                        .at_least(1.0)
                        .at_most(1000.0),
                ),
                (
                    "archive",
                    info("how many replaced members are kept, in populations")
                        .at_least(0.0)
                        .at_most(100.0),
                ),
                (
                    "shrink",
                    info("whether the population shrinks over the budget of trials"),
                ),
            ],
        )
        .describe(
            "regularised_evolution",
            [
                ("popsize", popsize()),
                (
                    "tournament",
                    info("how many are drawn for the best one to become a parent")
                        .at_least(1.0)
                        .at_most(10_000.0),
                ),
            ],
        )
        .describe(
            "nsga2",
            [
                (
                    "popsize",
                    info("how many members the population has")
                        .at_least(4.0)
                        .at_most(1000.0),
                ),
                (
                    "crossover",
                    info("how likely two parents mix their genes")
                        .at_least(0.0)
                        .at_most(1.0),
                ),
                (
                    "crossover_eta",
                    info("how near children stay to their parents")
                        .at_least(0.0)
                        .at_most(1000.0),
                ),
                (
                    "mutation",
                    info("how likely each gene is mutated; if absent, one of a trial")
                        .at_least(0.0)
                        .at_most(1.0),
                ),
                (
                    "mutation_eta",
                    info("how near a mutated number stays to what it was")
                        .at_least(0.0)
                        .at_most(1000.0),
                ),
            ],
        );
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};
    use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig as _};
    use tuning_strategies::Bound;

    use super::*;

    #[test]
    fn every_option_is_described() {
        let registry = registry();
        for entry in registry.entries() {
            for option in entry.options().keys() {
                assert!(entry.info(option).is_some(), "{}.{option}", entry.name());
            }
        }
    }

    /// Whether a strategy can be built with this value of an option.
    fn takes(registry: &Registry, strategy: &str, option: &str, value: &Value) -> bool {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let problem = Problem::new(space, Objectives::minimize("loss").unwrap());
        let options = Map::from_iter([(option.to_owned(), value.clone())]);
        let config = registry.config(strategy, &options);
        config.is_ok_and(|config| config.build(&problem).is_ok())
    }

    /// The values at a bound and next to it, those that are allowed first. For counts, `next` is 1.
    fn around(bound: Bound, whole: bool, inwards: f64) -> (Value, Value) {
        let number = |value: f64| match whole {
            true => json!(value as i64),
            false => json!(value),
        };
        let step = if whole {
            1.0
        } else {
            1e-9 * bound.at.abs().max(1.0)
        };
        let (at, inside) = (number(bound.at), number(bound.at + inwards * step));
        match bound.included {
            true => (at, number(bound.at - inwards * step)),
            false => (inside, at),
        }
    }

    #[test]
    fn described_bounds_are_those_that_are_checked() {
        let registry = registry();
        let mut checked = 0;
        for entry in registry.entries() {
            for (option, default) in entry.options() {
                let Some(info) = entry.info(option) else {
                    continue;
                };
                // An option that may be left out is a count or a share: what it takes tells which.
                let whole = default.is_u64()
                    || default.is_i64()
                    || (default.is_null() && takes(&registry, entry.name(), option, &json!(5)));
                for (bound, inwards) in [(info.lower(), 1.0), (info.upper(), -1.0)] {
                    let Some(bound) = bound else { continue };
                    let (good, bad) = around(bound, whole, inwards);
                    let name = entry.name();
                    let takes = |value: &Value| takes(&registry, name, option, value);
                    assert!(takes(&good), "{name}.{option} refuses {good}");
                    assert!(!takes(&bad), "{name}.{option} takes {bad}");
                    checked += 1;
                }
            }
        }
        assert!(checked > 30, "only {checked} bounds were checked");
    }
}
