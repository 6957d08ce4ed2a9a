//! [`TpeConfig`]: the options of [`Tpe`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use crate::{NAME, Tpe};

/// The options of [`Tpe`]. The defaults are good for 20 to some thousand trials.
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_tpe::TpeConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log()])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let tpe = TpeConfig::default().gamma(0.25).n_ei_candidates(24).build(&problem)?;
/// # let _ = tpe;
///
/// let error = TpeConfig::default().gamma(1.5).build(&problem).unwrap_err();
/// assert_eq!(error.to_string(), "strategy `tpe` cannot use `gamma: 1.5`: it must be above 0 and below 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TpeConfig {
    /// How many trials must have ended before the model proposes; until then points are random.
    pub n_startup_trials: u32,
    /// The share of trials, the best ones, that the better mixture stands on: above 0 and below 1. It
    /// stands on 25 at most; beyond 500 trials on 5 % of them, up to 64.
    pub gamma: f64,
    /// How many candidates are drawn for each proposal, 1 to 100,000. More of them exploit the model,
    /// fewer explore.
    pub n_ei_candidates: u32,
    /// How much the prior, which is even over the space, counts in both mixtures, in trials of mean
    /// weight: above 0.
    pub prior_weight: f64,
    /// No kernel is narrower than this part of its parameter's range: above 0, at most 1.
    pub min_bandwidth: f64,
    /// The share of proposals after the first ones that are random all the same, 0 to 1.
    pub random_fraction: f64,
    /// Whether trials in flight are taken for bad ones until they end, so that trials that run at the
    /// same time keep away from each other.
    pub constant_liar: bool,
    /// Whether a point may be proposed again after it was tried: for objectives with noise in spaces of
    /// few points. A space without points that were not tried is searched again in any case.
    pub repeat: bool,
}

impl Default for TpeConfig {
    fn default() -> Self {
        Self {
            n_startup_trials: 10,
            gamma: 0.15,
            n_ei_candidates: 40,
            prior_weight: 1.0,
            min_bandwidth: 0.003,
            random_fraction: 0.02,
            constant_liar: true,
            repeat: false,
        }
    }
}

macro_rules! setters {
    ($($name:ident: $type:ty),* $(,)?) => {$(
        #[doc = concat!("The same with another [`", stringify!($name), "`](Self#structfield.", stringify!($name), ").")]
        #[must_use]
        pub fn $name(mut self, $name: $type) -> Self {
            self.$name = $name;
            self
        }
    )*};
}

impl TpeConfig {
    setters! {
        n_startup_trials: u32,
        gamma: f64,
        n_ei_candidates: u32,
        prior_weight: f64,
        min_bandwidth: f64,
        random_fraction: f64,
        constant_liar: bool,
        repeat: bool,
    }
}

impl StrategyConfig for TpeConfig {
    type Strategy = Tpe;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "n_startup_trials",
                self.n_startup_trials,
                "how many trials must have ended before the model proposes",
            )
            .at_least(0.0)
            .at_most(1e9),
            ConfigOption::new(
                "gamma",
                self.gamma,
                "the share of trials that count as good",
            )
            .above(0.0)
            .below(1.0),
            // More candidates than that cost time and find nothing.
            ConfigOption::new(
                "n_ei_candidates",
                self.n_ei_candidates,
                "how many candidates are drawn for each proposal",
            )
            .at_least(1.0)
            .at_most(100_000.0),
            ConfigOption::new(
                "prior_weight",
                self.prior_weight,
                "how much the even prior counts, in trials",
            )
            .above(0.0)
            .at_most(1e6),
            ConfigOption::new(
                "min_bandwidth",
                self.min_bandwidth,
                "no kernel is narrower than this part of the range",
            )
            .above(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "random_fraction",
                self.random_fraction,
                "the share of proposals that are random all the same",
            )
            .at_least(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "constant_liar",
                self.constant_liar,
                "whether trials in flight are taken for bad ones until they end",
            ),
            ConfigOption::new(
                "repeat",
                self.repeat,
                "whether a point may be tried again, for noisy objectives",
            ),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Tpe, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        Ok(Tpe::new(self.clone(), problem))
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Objectives, Parameter, Space};

    use super::*;

    fn error(config: &TpeConfig) -> String {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let problem = Problem::new(space, Objectives::minimize("loss").unwrap());
        config.build(&problem).unwrap_err().to_string()
    }

    #[test]
    fn senseless_options_are_refused_by_name() {
        let config = TpeConfig::default;
        for (config, option) in [
            (config().gamma(0.0), "gamma"),
            (config().gamma(1.0), "gamma"),
            (config().gamma(f64::NAN), "gamma"),
            (config().n_ei_candidates(0), "n_ei_candidates"),
            (config().prior_weight(0.0), "prior_weight"),
            (config().prior_weight(f64::INFINITY), "prior_weight"),
            (config().min_bandwidth(-0.1), "min_bandwidth"),
            (config().min_bandwidth(1.1), "min_bandwidth"),
            (config().random_fraction(1.01), "random_fraction"),
        ] {
            let error = error(&config);
            assert!(
                error.contains(&format!("cannot use `{option}: ")),
                "{error}"
            );
        }
    }

    #[test]
    fn unknown_options_are_refused() {
        let read = serde_json::from_str::<TpeConfig>(r#"{"gama": 0.2}"#);
        assert!(
            read.unwrap_err()
                .to_string()
                .contains("unknown field `gama`")
        );
        let read: TpeConfig = serde_json::from_str(r#"{"gamma": 0.2}"#).unwrap();
        assert_eq!(read, TpeConfig::default().gamma(0.2));
    }

    #[test]
    fn the_spec_lists_every_option() {
        let config = TpeConfig::default();
        let written = serde_json::to_value(&config).unwrap();
        let written: Vec<&String> = written.as_object().unwrap().keys().collect();
        let spec = config.spec();
        assert_eq!(spec.options.len(), written.len());
        assert!(written.iter().all(|name| spec.options.contains_key(*name)));
    }
}
