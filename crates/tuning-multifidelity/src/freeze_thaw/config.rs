//! [`FreezeThawConfig`]: the options of [`FreezeThaw`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{NAME, strategy::FreezeThaw};
use crate::schedulers::rungs::{self, REDUCTION_FACTOR, Rungs};

/// The options of [`FreezeThaw`].
///
/// # Example
/// ```
/// use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_multifidelity::FreezeThawConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log(), Parameter::int("layers", 1, 8)])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let error = FreezeThawConfig::default().build(&problem).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "strategy `freeze_thaw` needs a fidelity to compare trials early: declare it, as in \
///      `fidelity: {name: epoch, min: 1, max: 81}`"
/// );
/// let strategy = FreezeThawConfig::default().build(&problem.fidelity(FidelityRange::new(1, 52)?))?;
/// # let _ = strategy;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FreezeThawConfig {
    /// How much resource random trials and promotions by rank use before the model decides, in whole trials; 0 to 100.
    /// With 0, or a budget of less than six whole trials, eight random trials run to the lowest rung instead.
    pub startup: u32,
    /// How many times as high each rung is as the one before, and which part of a rung ranks promote; 2 to 1000.
    pub reduction_factor: u32,
    /// The lowest rung; a seventeenth of the largest fidelity if absent. It is moved into the range of the study's
    /// fidelities if it lies outside.
    pub min_resource: Option<u64>,
    /// Every this many decisions, one is left to ranks; 0 for none, at most 1000.
    pub promote_every: u32,
    /// How many new points are looked at for each decision; 16 to 10 000. The 128 of which the model expects most are
    /// judged in full, and then 48 more in ever smaller steps around the best one.
    pub candidates: u32,
    /// How many points of learning curves the model rests on at most; 16 to 2048. The cost of a decision grows with its
    /// square, and that of the first one in an ask with its cube.
    pub max_observations: u32,
}

impl Default for FreezeThawConfig {
    fn default() -> Self {
        Self {
            startup: 1,
            reduction_factor: REDUCTION_FACTOR,
            min_resource: None,
            promote_every: 5,
            candidates: 300,
            max_observations: 250,
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident),*) => {
        impl FreezeThawConfig {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: u32) -> Self {
                self.$name = $name;
                self
            }
        )*}
    };
}

setters!(
    /// Sets how much resource is used before the model decides, in whole trials.
    startup,
    /// Sets how many times as high each rung is as the one before.
    reduction_factor,
    /// Sets how often ranks decide.
    promote_every,
    /// Sets how many new points are looked at for each decision.
    candidates,
    /// Sets how many points of learning curves the model rests on at most.
    max_observations
);

impl FreezeThawConfig {
    /// Sets the lowest rung.
    #[must_use]
    pub fn min_resource(mut self, least: impl Into<Option<u64>>) -> Self {
        self.min_resource = least.into();
        self
    }
}

impl StrategyConfig for FreezeThawConfig {
    type Strategy = FreezeThaw;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let option = |name, value: u32, about, least: f64, most: f64| {
            ConfigOption::new(name, value, about)
                .at_least(least)
                .at_most(most)
        };
        let rungs = rungs::options(self.reduction_factor, self.min_resource);
        let mut options = vec![
            option(
                "startup",
                self.startup,
                "how much resource is used before the model decides, in whole trials",
                0.0,
                100.0,
            ),
            option(
                "promote_every",
                self.promote_every,
                "after how many decisions one is left to ranks; 0 for none",
                0.0,
                1000.0,
            ),
            option(
                "candidates",
                self.candidates,
                "how many new points are looked at for each decision",
                16.0,
                10_000.0,
            ),
            option(
                "max_observations",
                self.max_observations,
                "how many points of learning curves the model rests on at most",
                16.0,
                2048.0,
            ),
        ];
        options.extend(rungs);
        options
    }

    fn build(&self, problem: &Problem) -> Result<FreezeThaw, Unsupported> {
        let range = rungs::range(NAME, &self.options(), problem)?;
        let rungs = Rungs::upwards(range, self.min_resource, self.reduction_factor);
        Ok(FreezeThaw::new(self.clone(), &problem.space, rungs))
    }
}
