//! [`Patience`]: lets a trial be stopped only when it has not got better for some reports.

use tuning_core::{
    ConfigOption, Fact, Literal, Problem, Pruner, PrunerConfig, Spec, TrialId, Unsupported, Verdict,
};

use super::{
    curves::{Curve, Curves},
    shared::{Held, SharedPrunerConfig, shared},
};
use crate::config;

const NAME: &str = "patience";

/// The options of [`Patience`].
///
/// # Example
/// ```
/// use tuning_core::PrunerConfig;
/// use tuning_multifidelity::{MedianConfig, PatienceConfig};
///
/// let config = PatienceConfig::over(MedianConfig::default()).patience(5);
/// assert_eq!((&*config.spec().name, config.patience), ("patience", 5));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PatienceConfig {
    /// How many reports in a row, besides the last one, may be worse than the best before them.
    pub patience: u32,
    /// By how much they have to be worse, all of them, to count as such.
    pub tolerance: f64,
    /// What judges a trial that has not got better; if none, it is stopped.
    pub inner: Option<SharedPrunerConfig>,
}

impl Default for PatienceConfig {
    /// Three reports, without tolerance or another pruner.
    fn default() -> Self {
        Self {
            patience: 3,
            tolerance: 0.0,
            inner: None,
        }
    }
}

impl PatienceConfig {
    /// Lets this one judge trials that have not got better.
    #[must_use]
    pub fn over(inner: impl PrunerConfig + 'static) -> Self {
        Self {
            inner: Some(shared(inner)),
            ..Self::default()
        }
    }

    /// Sets how many reports in a row, besides the last one, may be worse than the best before them.
    #[must_use]
    pub fn patience(mut self, reports: u32) -> Self {
        self.patience = reports;
        self
    }

    /// Sets by how much they have to be worse to count as such.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }
}

impl PrunerConfig for PatienceConfig {
    type Pruner = Patience;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let inner = self.inner.as_ref().map(|inner| Literal::from(inner.spec()));
        vec![
            ConfigOption::new(
                "patience",
                self.patience,
                "how many reports in a row, besides the last, may be worse than the best before",
            )
            .at_least(0.0)
            .at_most(1e9),
            ConfigOption::new(
                "tolerance",
                self.tolerance,
                "by how much a report has to be worse to count as such",
            )
            .at_least(0.0),
            ConfigOption::new(
                "inner",
                inner,
                "the pruner that judges a trial that has not got better; if none, it is stopped",
            ),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Patience, Unsupported> {
        config::check_pruner(NAME, &self.options(), problem)?;
        let inner = self.inner.as_ref();
        let inner = inner.map(|inner| Held::build(inner, "inner", problem));
        Ok(Patience {
            patience: self.patience as usize,
            tolerance: self.tolerance,
            inner: inner.transpose()?,
            curves: Curves::default(),
        })
    }
}

/// Has another pruner judge a trial only when its last `patience + 1` reports are all worse than its best before them, by
/// more than `tolerance`. Without another pruner such a trial is stopped.
///
/// The rule is that of Optuna's `PatientPruner`, whose `min_delta` is the `tolerance` here, and so are its decisions on
/// hundreds of random histories (`tests/suite/optuna`). Two things to know of it: a report that is equal to the best before ends the wait as a better one does, so that
/// a curve that is flat is never stopped; and a trial is judged from its report number `patience + 2` on. Reports are
/// counted, not fidelities: where they are sparse, the wait is longer. There has to be one objective.
#[derive(Clone, Debug)]
pub struct Patience {
    patience: usize,
    tolerance: f64,
    inner: Option<Held>,
    curves: Curves,
}

impl Patience {
    fn is_over(&self, curve: &Curve) -> bool {
        let reports = curve.reports();
        let recent = self.patience.saturating_add(1);
        let Some((before, recent)) = reports
            .len()
            .checked_sub(recent)
            .and_then(|first| reports.split_at_checked(first))
        else {
            return false;
        };
        let Some(before) = before.last() else {
            return false;
        };
        let recent = recent.iter().map(|report| report.loss);
        before.best + self.tolerance < recent.fold(f64::INFINITY, f64::min)
    }
}

impl Pruner for Patience {
    fn tell(&mut self, fact: &Fact) {
        self.curves.tell(fact);
        if let Some(inner) = &mut self.inner {
            inner.tell(fact);
        }
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        match self.curves.get(trial) {
            Some(curve) if self.is_over(curve) => self
                .inner
                .as_ref()
                .map_or(Verdict::Stop, |inner| inner.judge(trial)),
            _ => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}
