//! [`Wilcoxon`]: stops a trial that is worse than the best one on the same folds or instances.

use std::{cmp::Ordering, sync::Arc};

use serde::{Deserialize, Serialize};
use tuning_core::{
    ConfigOption, Fact, Outcome, Problem, Pruner, PrunerConfig, Spec, TrialId, Unsupported, Verdict,
};

use super::{
    curves::{Curve, Curves},
    signed_rank::p_greater,
};
use crate::config;

const NAME: &str = "wilcoxon";

/// The options of [`Wilcoxon`]; the defaults are Optuna's.
///
/// # Example
/// ```
/// use tuning_core::PrunerConfig;
/// use tuning_multifidelity::WilcoxonConfig;
///
/// let config = WilcoxonConfig::default().p(0.05);
/// assert_eq!(config.spec().to_string(), "wilcoxon (p: 0.05, startup: 2)");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WilcoxonConfig {
    /// How likely chance may be as the reason for what is stopped.
    pub p: f64,
    /// How many reports must be there to compare before a trial is stopped.
    pub startup: u32,
}

impl Default for WilcoxonConfig {
    fn default() -> Self {
        Self { p: 0.1, startup: 2 }
    }
}

impl WilcoxonConfig {
    /// Sets how likely chance may be as the reason for what is stopped.
    #[must_use]
    pub fn p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }

    /// Sets how many reports must be there to compare before a trial is stopped.
    #[must_use]
    pub fn startup(mut self, reports: u32) -> Self {
        self.startup = reports;
        self
    }
}

impl PrunerConfig for WilcoxonConfig {
    type Pruner = Wilcoxon;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "p",
                self.p,
                "how likely chance may be as the reason for what is stopped",
            )
            .above(0.0)
            .below(1.0),
            ConfigOption::new(
                "startup",
                self.startup,
                "how many reports must be there to compare before a trial is stopped",
            )
            .at_least(0.0)
            .at_most(1e9),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Wilcoxon, Unsupported> {
        config::check_pruner(NAME, &self.options(), problem)?;
        Ok(Wilcoxon {
            p: self.p,
            startup: self.startup as usize,
            curves: Curves::default(),
            best: None,
        })
    }
}

/// Stops a trial whose reports are worse than those of the best trial so far at the same fidelities, by Wilcoxon's
/// signed-rank test.
///
/// It is made for reports that are independent of each other: the loss on each fold of a cross-validation, or on each
/// instance of a benchmark, where the fidelity is the number of the fold or instance. The reports of a learning curve
/// hang together, so that the test is too sure of itself; for them there is
/// [`MedianConfig`](crate::MedianConfig).
///
/// The rule is that of Optuna's `WilcoxonPruner`:
///
/// - The best trial is the completed one with the lowest loss, the first of several. If it has not reported, or none has
///   completed, nothing is stopped.
/// - Reports at fidelities that both trials have are paired; at least `startup` pairs, and two in any case, are needed.
/// - The differences are tested one-sided; a zero counts half for each side. A trial is stopped if chance alone gives
///   such differences with a probability below `p`.
/// - A trial whose mean over all its reports is no worse than that of the best trial continues.
///
/// The decisions are Optuna's, too, on hundreds of random histories (`tests/suite/optuna`). They may differ where 14 to 50
/// pairs have ties or zeros among their differences: the probability is exact there, where SciPy takes the normal
/// distribution.
///
/// To judge takes time that grows with the pairs, not with the trials: a microsecond for 10 of them, some 60 for 50. There
/// has to be one objective.
#[derive(Clone, Debug)]
pub struct Wilcoxon {
    p: f64,
    startup: usize,
    curves: Curves,
    best: Option<Best>,
}

/// The best trial that has completed.
#[derive(Clone, Debug)]
struct Best {
    loss: f64,
    trial: TrialId,
    curve: Arc<Curve>,
}

impl Wilcoxon {
    fn is_worse(&self, trial: TrialId) -> Option<bool> {
        let (curve, best) = (self.curves.get(trial)?, &self.best.as_ref()?.curve);
        if mean(best) >= mean(curve) {
            return Some(false);
        }
        let differences = differences(curve, best);
        if differences.len() < self.startup.max(2) {
            return None;
        }
        Some(p_greater(&differences)? < self.p)
    }
}

/// How much worse a trial is than another one, wherever both have reported.
fn differences(curve: &Curve, best: &Curve) -> Vec<f64> {
    let mut best = best.reports().iter().peekable();
    let mut differences = Vec::new();
    for report in curve.reports() {
        while let Some(other) = best.next_if(|other| other.at <= report.at) {
            if other.at.cmp(&report.at) == Ordering::Equal {
                differences.push(report.loss - other.loss);
            }
        }
    }
    differences
}

/// Zero if there are no reports.
fn mean(curve: &Curve) -> f64 {
    let reports = curve.reports();
    let sum: f64 = reports.iter().map(|report| report.loss).sum();
    sum / reports.len().max(1) as f64
}

impl Pruner for Wilcoxon {
    fn tell(&mut self, fact: &Fact) {
        let ended = self.curves.tell(fact);
        let Fact::Ended(fact) = fact else {
            return;
        };
        let (Some(curve), Outcome::Completed(values)) = (ended, &fact.outcome) else {
            return;
        };
        let (loss, trial) = (values.first(), fact.trial);
        let is_better = self
            .best
            .as_ref()
            .is_none_or(|best| loss < best.loss || loss <= best.loss && trial < best.trial);
        if is_better {
            self.best = Some(Best { loss, trial, curve });
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
