//! [`Percentile`]: stops a trial that is worse than most were at the same fidelity.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use tuning_core::{
    ConfigOption, Fact, Fidelity, Outcome, Problem, Pruner, PrunerConfig, Spec, TrialId,
    Unsupported, Verdict,
};

use super::{curves::Curves, moments::Moments, ranked::Ranked};
use crate::config;

const NAME: &str = "percentile";

/// The options of [`Percentile`]; the defaults are Optuna's, which has none for `percentile`: a quarter here.
///
/// # Example
/// ```
/// use tuning_core::PrunerConfig;
/// use tuning_multifidelity::PercentileConfig;
///
/// let config = PercentileConfig::default().percentile(10.0).warmup(5);
/// let spec = "percentile (interval: 1, min_trials: 1, percentile: 10, startup: 5, warmup: 5)";
/// assert_eq!(config.spec().to_string(), spec);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PercentileConfig {
    /// Which share of the trials is good enough, from 0 to 100: with 25 a trial continues while it is among the best 25 %.
    pub percentile: f64,
    /// How many trials must have completed before one is stopped.
    pub startup: u32,
    /// The fidelity from which trials are judged.
    pub warmup: u64,
    /// How far apart the fidelities are at which a trial is judged.
    pub interval: u64,
    /// How many completed trials must have reported at a fidelity before one is stopped there.
    pub min_trials: u32,
}

impl Default for PercentileConfig {
    fn default() -> Self {
        Self {
            percentile: 25.0,
            startup: 5,
            warmup: 0,
            interval: 1,
            min_trials: 1,
        }
    }
}

impl PercentileConfig {
    /// Sets the share of the trials that is good enough, from 0 to 100.
    #[must_use]
    pub fn percentile(mut self, percentile: f64) -> Self {
        self.percentile = percentile;
        self
    }

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

    /// The options but for the percentile.
    pub(super) fn shared_options(&self) -> Vec<ConfigOption> {
        let moments = self.moments().options();
        let startup = ConfigOption::new(
            "startup",
            self.startup,
            "how many trials must have completed before one is stopped",
        );
        let min_trials = ConfigOption::new(
            "min_trials",
            self.min_trials,
            "how many completed trials must have reported at a fidelity before one is stopped there",
        );
        let mut options = vec![startup.at_least(0.0).at_most(1e9)];
        options.extend(moments);
        options.push(min_trials.at_least(1.0).at_most(1e9));
        options
    }

    /// What it builds once its options are checked.
    pub(super) fn built(&self) -> Percentile {
        Percentile {
            percent: self.percentile,
            startup: u64::from(self.startup),
            moments: self.moments(),
            min_trials: self.min_trials as usize,
            curves: Curves::default(),
            completed: 0,
            losses: Arc::default(),
        }
    }

    fn moments(&self) -> Moments {
        Moments {
            warmup: self.warmup,
            interval: self.interval,
        }
    }
}

impl PrunerConfig for PercentileConfig {
    type Pruner = Percentile;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let about = "which share of the trials is good enough, in percent";
        let percentile = ConfigOption::new("percentile", self.percentile, about);
        let mut options = vec![percentile.at_least(0.0).at_most(100.0)];
        options.extend(self.shared_options());
        options
    }

    fn build(&self, problem: &Problem) -> Result<Percentile, Unsupported> {
        config::check_pruner(NAME, &self.options(), problem)?;
        Ok(self.built())
    }
}

/// Stops a trial whose best loss so far is above a percentile of what the completed trials reported at the same fidelity.
///
/// With a percentile of 25 a trial continues while it is among the best 25 %, whichever way the objective goes. The rule
/// is that of Optuna's `PercentilePruner`, and so are its decisions on hundreds of random histories (`tests/suite/optuna`), but that a maximised objective is compared as the
/// loss that it becomes (between two values the last bit may differ):
///
/// - Completed trials alone are compared with: not those that were stopped, failed, run or are paused.
/// - They are compared at the very fidelity of the report. Trials that did not report there do not count, and where
///   fewer than `min_trials` did, none is stopped.
/// - Of the trial that is judged the best report so far counts, of the others the report at that fidelity.
/// - The percentile lies between two losses in proportion. A loss that is equal to it continues.
/// - Until `startup` trials have completed, none is stopped; completed trials without reports are counted, too.
/// - The first report at `warmup` or above is looked at, and from there the first in each `interval`, however late.
///
/// A report is finite: what is not fails the trial before a pruner sees it. (Optuna stops such a trial.) There has to be
/// one objective.
///
/// To judge takes a few microseconds, however many trials there were: the losses at each fidelity are kept in order.
#[derive(Clone, Debug)]
pub struct Percentile {
    percent: f64,
    startup: u64,
    moments: Moments,
    min_trials: usize,
    curves: Curves,
    completed: u64,
    /// What the completed trials have reported at each fidelity.
    losses: Arc<BTreeMap<Fidelity, Ranked>>,
}

impl Percentile {
    fn is_worse(&self, trial: TrialId) -> Option<bool> {
        let curve = self.curves.get(trial)?;
        let last = curve.last()?;
        if self.completed < self.startup || !self.moments.includes(last.at, curve.previous()) {
            return None;
        }
        let losses = self.losses.get(&last.at)?;
        if losses.len() < self.min_trials {
            return None;
        }
        Some(last.best > losses.percentile(self.percent)?)
    }
}

impl Pruner for Percentile {
    fn tell(&mut self, fact: &Fact) {
        let ended = self.curves.tell(fact);
        let Fact::Ended(fact) = fact else {
            return;
        };
        let (Some(curve), Outcome::Completed(_)) = (ended, &fact.outcome) else {
            return;
        };
        self.completed += 1;
        if curve.reports().is_empty() {
            return;
        }
        let losses = Arc::make_mut(&mut self.losses);
        for report in curve.reports() {
            losses.entry(report.at).or_default().insert(report.loss);
        }
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        match self.is_worse(trial) {
            Some(true) => Verdict::Stop,
            _ => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}
