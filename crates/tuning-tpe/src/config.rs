//! [`TpeConfig`]: the options of [`Tpe`].

use serde::{Deserialize, Serialize};
use tuning_core::{Problem, Spec, StrategyConfig, Unsupported};

use crate::{NAME, Tpe};

/// More candidates than that cost time and find nothing.
const MOST_CANDIDATES: u32 = 100_000;

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
/// assert_eq!(error.to_string(), "strategy `tpe` cannot take `gamma` 1.5: it is the share of the better trials, above 0 and below 1");
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

    /// Says which option makes no sense, and what it is.
    fn check(&self) -> Result<(), Unsupported> {
        let refuse = |option: &str, value: &dyn std::fmt::Display, what: &str| {
            Err(Unsupported::new(
                NAME,
                format!("cannot take `{option}` {value}: it is {what}"),
            ))
        };
        if !(self.gamma > 0.0 && self.gamma < 1.0) {
            let what = "the share of the better trials, above 0 and below 1";
            return refuse("gamma", &self.gamma, what);
        }
        if !(1..=MOST_CANDIDATES).contains(&self.n_ei_candidates) {
            let what = "the number of candidates for each proposal, 1 to 100000";
            return refuse("n_ei_candidates", &self.n_ei_candidates, what);
        }
        if !(self.prior_weight > 0.0 && self.prior_weight <= 1e6) {
            let what = "how many trials the prior counts for, above 0 and at most 1000000";
            return refuse("prior_weight", &self.prior_weight, what);
        }
        if !(self.min_bandwidth > 0.0 && self.min_bandwidth <= 1.0) {
            let what = "a part of each parameter's range, above 0 and at most 1";
            return refuse("min_bandwidth", &self.min_bandwidth, what);
        }
        if !(0.0..=1.0).contains(&self.random_fraction) {
            let what = "the share of random proposals, 0 to 1";
            return refuse("random_fraction", &self.random_fraction, what);
        }
        Ok(())
    }
}

impl StrategyConfig for TpeConfig {
    type Strategy = Tpe;

    fn spec(&self) -> Spec {
        Spec::new(NAME)
            .option("n_startup_trials", i64::from(self.n_startup_trials))
            .option("gamma", self.gamma)
            .option("n_ei_candidates", i64::from(self.n_ei_candidates))
            .option("prior_weight", self.prior_weight)
            .option("min_bandwidth", self.min_bandwidth)
            .option("random_fraction", self.random_fraction)
            .option("constant_liar", self.constant_liar)
            .option("repeat", self.repeat)
    }

    fn build(&self, problem: &Problem) -> Result<Tpe, Unsupported> {
        self.check()?;
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
                error.contains(&format!("cannot take `{option}` ")),
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
