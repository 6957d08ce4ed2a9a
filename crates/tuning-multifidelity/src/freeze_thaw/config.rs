//! [`FreezeThawConfig`]: the options of [`FreezeThaw`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{NAME, rungs::Rungs, strategy::FreezeThaw};

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
///     "strategy `freeze_thaw` needs trials that report on their way: give the study a `fidelity`, or take another strategy"
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
    /// How many times as high each rung is as the one before; 2 to 16.
    pub reduction_factor: u32,
    /// The lowest rung; 0 for a seventeenth of the full fidelity.
    pub min_resource: u32,
    /// Each so many decisions one is left to ranks; 0 for none, at most 1000.
    pub promote_every: u32,
    /// How many new points are judged for each decision; 16 to 10 000.
    pub candidates: u32,
    /// How many points of learning curves the model rests on at most; 16 to 2048. The cost of a decision grows with its
    /// square, and that of the first one in an ask with its cube.
    pub max_observations: u32,
}

impl Default for FreezeThawConfig {
    fn default() -> Self {
        Self {
            startup: 2,
            reduction_factor: 3,
            min_resource: 0,
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
    /// Sets the lowest rung; 0 for a seventeenth of the full fidelity.
    min_resource,
    /// Sets how often ranks decide.
    promote_every,
    /// Sets how many new points are judged for each decision.
    candidates,
    /// Sets how many points of learning curves the model rests on at most.
    max_observations
);

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
        vec![
            option(
                "startup",
                self.startup,
                "how much resource is used before the model decides, in whole trials",
                0.0,
                100.0,
            ),
            option(
                "reduction_factor",
                self.reduction_factor,
                "how many times as high each rung is as the one before",
                2.0,
                16.0,
            ),
            option(
                "min_resource",
                self.min_resource,
                "the lowest rung; 0 for a seventeenth of the full fidelity",
                0.0,
                f64::from(u32::MAX),
            ),
            option(
                "promote_every",
                self.promote_every,
                "each so many decisions one is left to ranks; 0 for none",
                0.0,
                1000.0,
            ),
            option(
                "candidates",
                self.candidates,
                "how many new points are judged for each decision",
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
        ]
    }

    fn build(&self, problem: &Problem) -> Result<FreezeThaw, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let Some(range) = problem.fidelity else {
            return Err(Unsupported::new(
                NAME,
                "needs trials that report on their way: give the study a `fidelity`, or take another strategy",
            ));
        };
        let objectives = problem.objectives.len();
        if objectives != 1 {
            return Err(Unsupported::new(
                NAME,
                format!(
                    "models one objective, and there are {objectives}: keep one, or take another strategy"
                ),
            ));
        }
        let lowest = (self.min_resource > 0).then(|| u64::from(self.min_resource));
        let rungs = Rungs::new(range, lowest, self.reduction_factor);
        Ok(FreezeThaw::new(self.clone(), &problem.space, rungs))
    }
}
