//! [`MedianConfig`]: stops a trial that is worse than half of them were at the same fidelity.

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, PrunerConfig, Spec, Unsupported};

use super::percentile::{Percentile, PercentileConfig};
use crate::config;

const NAME: &str = "median";

/// The options of the median rule: [`Percentile`] at 50, by the defaults of Optuna's `MedianPruner`.
///
/// # Example
/// ```
/// use tuning_core::PrunerConfig;
/// use tuning_multifidelity::MedianConfig;
///
/// let config = MedianConfig::default().warmup(3);
/// assert_eq!(config.spec().to_string(), "median (interval: 1, min_trials: 1, startup: 5, warmup: 3)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MedianConfig {
    /// How many trials must have completed before one is stopped.
    pub startup: u32,
    /// The fidelity from which trials are judged.
    pub warmup: u64,
    /// How far apart the fidelities are at which a trial is judged.
    pub interval: u64,
    /// How many completed trials must have reported at a fidelity before one is stopped there.
    pub min_trials: u32,
}

impl Default for MedianConfig {
    fn default() -> Self {
        let PercentileConfig {
            startup,
            warmup,
            interval,
            min_trials,
            ..
        } = PercentileConfig::default();
        Self {
            startup,
            warmup,
            interval,
            min_trials,
        }
    }
}

impl MedianConfig {
    /// Sets how many trials must have completed before one is stopped.
    #[must_use]
    pub fn startup(mut self, trials: u32) -> Self {
        self.startup = trials;
        self
    }

    /// Sets the fidelity from which trials are judged.
    #[must_use]
    pub fn warmup(mut self, fidelity: u64) -> Self {
        self.warmup = fidelity;
        self
    }

    /// Sets how far apart the fidelities are at which a trial is judged.
    #[must_use]
    pub fn interval(mut self, interval: u64) -> Self {
        self.interval = interval;
        self
    }

    /// Sets how many completed trials must have reported at a fidelity before one is stopped there.
    #[must_use]
    pub fn min_trials(mut self, trials: u32) -> Self {
        self.min_trials = trials;
        self
    }

    fn percentile(&self) -> PercentileConfig {
        PercentileConfig {
            percentile: 50.0,
            startup: self.startup,
            warmup: self.warmup,
            interval: self.interval,
            min_trials: self.min_trials,
        }
    }
}

impl PrunerConfig for MedianConfig {
    type Pruner = Percentile;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        self.percentile().shared_options()
    }

    fn build(&self, problem: &Problem) -> Result<Percentile, Unsupported> {
        config::check_pruner(NAME, &self.options(), problem)?;
        Ok(self.percentile().built())
    }
}
