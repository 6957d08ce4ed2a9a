//! [`registry`]: all strategies of the project, by name.

use tuning_auto::AutoConfig;
use tuning_cmaes::CmaEsConfig;
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};
use tuning_gp::GpConfig;
use tuning_strategies::Registry;
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
    process::register(&mut registry);
    registry
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
