//! [`registry`]: all strategies of the project, by name.

use tuning_auto::AutoConfig;
use tuning_cmaes::CmaEsConfig;
use tuning_core::StrategyConfig;
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};
use tuning_gp::GpConfig;
use tuning_multifidelity::{
    AshaConfig, FreezeThawConfig, HyperbandConfig, PbtConfig, SuccessiveHalvingConfig,
};
use tuning_strategies::Registry;
use tuning_tpe::TpeConfig;

use crate::process;

/// The name of the automatic strategy.
const NAME: &str = "auto";

/// All strategies of the project, by name: those of [`Registry::standard`], and `auto`, `gp`, `tpe`, `cmaes`, `de`,
/// `regularised_evolution`, `nsga2`, `asha`, `successive_halving`, `hyperband`, `freeze_thaw`, `pbt`
/// and `process`.
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
        .register::<Nsga2Config>("nsga2", "NSGA-II: several objectives, hundreds of trials")
        .register::<FreezeThawConfig>(
            "freeze_thaw",
            "a model of learning curves: what to start, resume and give up",
        )
        .register::<PbtConfig>("pbt", "parameters that change while trials train");
    schedulers(&mut registry);
    process::register(&mut registry);
    registry
}

/// Adds the strategies around a strategy that give more resource to the trials that do well.
fn schedulers(registry: &mut Registry) {
    macro_rules! scheduler {
        ($name:literal, $config:ident, $about:literal) => {
            registry.register_with(
                $name,
                $about,
                $config::over(TpeConfig::default()).options(),
                |options, registry| {
                    let config = $config::over(options.strategy("inner", registry)?)
                        .reduction_factor(options.get("reduction_factor")?)
                        .min_resource(options.get::<Option<u64>>("min_resource")?);
                    Ok(config.boxed())
                },
            );
        };
    }
    scheduler!(
        "asha",
        AshaConfig,
        "ASHA: all trials pause early, the best are resumed"
    );
    scheduler!(
        "successive_halving",
        SuccessiveHalvingConfig,
        "successive halving in rounds, which wait for the slowest trial"
    );
    scheduler!(
        "hyperband",
        HyperbandConfig,
        "successive halving in brackets; around tpe it is BOHB"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_described() {
        let registry = registry();
        for entry in registry.entries() {
            for option in entry.options().keys() {
                assert!(
                    entry.described(option).is_some(),
                    "{}.{option}",
                    entry.name()
                );
            }
        }
    }
}
