//! [`Threshold`]: stops a trial whose value leaves a range.

use serde::{Deserialize, Serialize};
use tuning_core::{
    ConfigOption, Direction, Fact, Problem, Pruner, PrunerConfig, Spec, TrialId, Unsupported,
    Verdict,
};

use super::{curves::Curves, moments::Moments};
use crate::config;

const NAME: &str = "threshold";

/// The options of [`Threshold`]; the defaults are Optuna's. At least one of the bounds has to be given.
///
/// # Example
/// ```
/// use tuning_core::PrunerConfig;
/// use tuning_multifidelity::ThresholdConfig;
///
/// let config = ThresholdConfig::default().upper(10.0);
/// assert_eq!(config.spec().to_string(), "threshold (interval: 1, lower: null, upper: 10, warmup: 0)");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ThresholdConfig {
    /// A trial that reports a lower value is stopped.
    pub lower: Option<f64>,
    /// A trial that reports a higher value is stopped.
    pub upper: Option<f64>,
    /// The fidelity from which trials are judged.
    pub warmup: u64,
    /// How far apart the fidelities are at which a trial is judged.
    pub interval: u64,
}

impl Default for ThresholdConfig {
    fn default() -> Self {
        Self {
            lower: None,
            upper: None,
            warmup: 0,
            interval: 1,
        }
    }
}

impl ThresholdConfig {
    /// Stops what reports a lower value.
    #[must_use]
    pub fn lower(mut self, lower: impl Into<Option<f64>>) -> Self {
        self.lower = lower.into();
        self
    }

    /// Stops what reports a higher value.
    #[must_use]
    pub fn upper(mut self, upper: impl Into<Option<f64>>) -> Self {
        self.upper = upper.into();
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

    fn moments(&self) -> Moments {
        Moments {
            warmup: self.warmup,
            interval: self.interval,
        }
    }
}

impl PrunerConfig for ThresholdConfig {
    type Pruner = Threshold;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let lower = "a trial that reports a lower value is stopped";
        let upper = "a trial that reports a higher value is stopped";
        let mut options = vec![
            ConfigOption::new("lower", self.lower, lower),
            ConfigOption::new("upper", self.upper, upper),
        ];
        options.extend(self.moments().options());
        options
    }

    fn build(&self, problem: &Problem) -> Result<Threshold, Unsupported> {
        config::check_pruner(NAME, &self.options(), problem)?;
        let refuse = |message| Err(Unsupported::pruner(NAME, message));
        for (option, bound) in [("lower", self.lower), ("upper", self.upper)] {
            if let Some(bound) = bound.filter(|bound| !bound.is_finite()) {
                return refuse(format!(
                    "cannot use `{option}: {bound}`: give a finite number, or leave it out"
                ));
            }
        }
        match (self.lower, self.upper) {
            (None, None) => {
                return refuse(
                    "needs `lower` or `upper`: what a report may be at least, or at most"
                        .to_owned(),
                );
            }
            (Some(lower), Some(upper)) if lower > upper => {
                return refuse(format!(
                    "stops every trial: `lower` {lower} is above `upper` {upper}; swap them"
                ));
            }
            _ => {}
        }
        // The options are in the objective's own direction, what is told is a loss.
        let is_flipped = problem
            .objectives
            .first()
            .is_some_and(|objective| objective.direction == Direction::Maximize);
        let (lower, upper) = match is_flipped {
            true => (
                self.upper.map(|value| -value),
                self.lower.map(|value| -value),
            ),
            false => (self.lower, self.upper),
        };
        Ok(Threshold {
            lower,
            upper,
            moments: self.moments(),
            curves: Curves::default(),
        })
    }
}

/// Stops a trial that reports a value below `lower` or above `upper`, in the objective's own direction.
///
/// The rule is that of Optuna's `ThresholdPruner`, and so are its decisions on hundreds of random histories (`tests/suite/optuna`): the last report counts, a value that is
/// equal to a bound continues, and the first report at `warmup` or above is looked at, and from there the first in each
/// `interval`. (Optuna also stops what is not a number; here that has failed before a pruner sees it.) There has to be
/// one objective.
///
/// The bounds are absolute, so that the first trial, or the best one, may be stopped: the one promise of [`Pruner`] that
/// it does not keep, on purpose.
#[derive(Clone, Debug)]
pub struct Threshold {
    lower: Option<f64>,
    upper: Option<f64>,
    moments: Moments,
    curves: Curves,
}

impl Pruner for Threshold {
    fn tell(&mut self, fact: &Fact) {
        self.curves.tell(fact);
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        let Some(curve) = self.curves.get(trial) else {
            return Verdict::Continue;
        };
        let Some(last) = curve.last() else {
            return Verdict::Continue;
        };
        let is_outside = self.lower.is_some_and(|lower| last.loss < lower)
            || self.upper.is_some_and(|upper| last.loss > upper);
        match is_outside && self.moments.includes(last.at, curve.previous()) {
            true => Verdict::Stop,
            false => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}
