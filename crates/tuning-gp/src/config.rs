//! [`GpConfig`]: the options of [`Gp`].

use std::fmt;

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use crate::{NAME, strategy::Gp};

/// What the next trial is chosen by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Acquisition {
    /// The logarithm of the expected improvement (Ament et al. 2023).
    LogEi,
    /// The upper confidence bound: the mean and [`GpConfig::ucb_beta`] deviations (Srinivas et al. 2010).
    Ucb,
    /// One of them for odd trials, the other for even ones: each makes good what the other misses.
    #[default]
    Alternate,
}

impl fmt::Display for Acquisition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogEi => "log_ei",
            Self::Ucb => "ucb",
            Self::Alternate => "alternate",
        })
    }
}

/// The options of [`Gp`].
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_gp::{Acquisition, GpConfig};
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log(), Parameter::int("layers", 1, 8)])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let gp = GpConfig::default().n_startup_trials(12).acquisition(Acquisition::LogEi).build(&problem)?;
/// # let _ = gp;
/// let error = GpConfig::default().ucb_beta(-1.0).build(&problem).unwrap_err();
/// assert_eq!(error.to_string(), "strategy `gp` cannot use `ucb_beta: -1`: it must be from 0 to 100");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GpConfig {
    /// How many trials are spread over the space before the model decides; 1 to 10 000.
    pub n_startup_trials: u32,
    /// What the next trial is chosen by.
    pub acquisition: Acquisition,
    /// How many deviations above the mean the upper confidence bound is; 0 to 100. More explores more.
    pub ucb_beta: f64,
    /// Whether losses are drawn in where they are far worse than the median, and warped by a power of Yeo and
    /// Johnson, before they are modelled: so a few bad ones do not hide the differences between good ones.
    pub output_warp: bool,
    /// How many results the model rests on at most: the best, the newest, and a sample of the others;
    /// 16 to 2048. The cost of a proposal grows with its cube.
    pub max_observations: u32,
    /// From how many results on proposals keep to a region around the best point that grows with success and
    /// shrinks without; at least 16.
    pub trust_region_after: u32,
}

impl Default for GpConfig {
    fn default() -> Self {
        Self {
            n_startup_trials: 8,
            acquisition: Acquisition::default(),
            ucb_beta: 1.8,
            output_warp: true,
            max_observations: 256,
            trust_region_after: 400,
        }
    }
}

impl GpConfig {
    /// Sets how many trials come before the model decides.
    #[must_use]
    pub fn n_startup_trials(mut self, trials: u32) -> Self {
        self.n_startup_trials = trials;
        self
    }

    /// Sets how trials are chosen.
    #[must_use]
    pub fn acquisition(mut self, acquisition: Acquisition) -> Self {
        self.acquisition = acquisition;
        self
    }

    /// Sets how many deviations the bound is above the mean.
    #[must_use]
    pub fn ucb_beta(mut self, deviations: f64) -> Self {
        self.ucb_beta = deviations;
        self
    }

    /// Sets whether losses are warped.
    #[must_use]
    pub fn output_warp(mut self, warp: bool) -> Self {
        self.output_warp = warp;
        self
    }

    /// Sets how many results the model rests on at most.
    #[must_use]
    pub fn max_observations(mut self, results: u32) -> Self {
        self.max_observations = results;
        self
    }

    /// Sets from how many results on there is a trust region.
    #[must_use]
    pub fn trust_region_after(mut self, results: u32) -> Self {
        self.trust_region_after = results;
        self
    }
}

impl StrategyConfig for GpConfig {
    type Strategy = Gp;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "n_startup_trials",
                self.n_startup_trials,
                "how many trials are spread over the space before the model decides",
            )
            .at_least(1.0)
            .at_most(10_000.0),
            ConfigOption::new(
                "acquisition",
                self.acquisition.to_string(),
                "what trials are chosen by: `log_ei`, `ucb`, or `alternate`, both in turn",
            ),
            ConfigOption::new(
                "ucb_beta",
                self.ucb_beta,
                "how many deviations the upper confidence bound is above the mean",
            )
            .at_least(0.0)
            .at_most(100.0),
            ConfigOption::new(
                "output_warp",
                self.output_warp,
                "whether losses are warped, so that a few bad ones hide nothing",
            ),
            ConfigOption::new(
                "max_observations",
                self.max_observations,
                "how many results the model rests on at most",
            )
            .at_least(16.0)
            .at_most(2048.0),
            ConfigOption::new(
                "trust_region_after",
                self.trust_region_after,
                "from how many results on proposals keep to a region around the best",
            )
            .at_least(16.0)
            .at_most(1e9),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Gp, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        Ok(Gp::new(self.clone(), problem))
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Objectives, Parameter, Space};

    use super::*;

    #[test]
    fn options_out_of_range_are_refused_by_name() {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let problem = Problem::new(space, Objectives::minimize("loss").unwrap());
        let check = |config: GpConfig, name: &str| {
            let error = config.build(&problem).unwrap_err().to_string();
            assert!(error.contains(&format!("cannot use `{name}`")), "{error}");
        };
        let config = GpConfig::default;
        check(config().n_startup_trials(0), "n_startup_trials: 0");
        check(config().ucb_beta(f64::NAN), "ucb_beta: NaN");
        check(config().max_observations(15), "max_observations: 15");
        check(config().trust_region_after(1), "trust_region_after: 1");
    }

    #[test]
    fn every_option_is_in_the_spec_under_its_own_name() {
        let config = GpConfig::default();
        let fields = serde_json::to_value(&config).unwrap();
        let spec = config.spec();
        for (name, value) in fields.as_object().unwrap() {
            let kept = serde_json::to_value(&spec.options[name]).unwrap();
            assert_eq!(kept, *value, "{name}");
        }
        assert_eq!(spec.options.len(), fields.as_object().unwrap().len());
        let read: GpConfig = serde_json::from_str(r#"{"acquisition": "ucb"}"#).unwrap();
        assert_eq!(read, config.acquisition(Acquisition::Ucb));
        assert!(serde_json::from_str::<GpConfig>(r#"{"beta": 1}"#).is_err());
    }
}
