//! [`After`]: lets another pruner stop a trial from a fidelity on.

use tuning_core::{
    ConfigOption, Fact, Literal, Problem, Pruner, PrunerConfig, Spec, TrialId, Unsupported, Verdict,
};

use super::{
    curves::Curves,
    shared::{Held, SharedPrunerConfig, shared},
};
use crate::config;

const NAME: &str = "after";

/// The options of [`After`].
///
/// # Example
/// ```
/// use tuning_multifidelity::{Combine as _, PatienceConfig};
///
/// let config = PatienceConfig::default().after(10);
/// assert_eq!(config.step, 10);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AfterConfig {
    /// The fidelity from which a trial may be stopped.
    pub step: u64,
    /// What judges it from there on.
    pub inner: SharedPrunerConfig,
}

impl AfterConfig {
    /// Lets this one judge trials from a fidelity on.
    #[must_use]
    pub fn over(inner: impl PrunerConfig + 'static, step: u64) -> Self {
        Self {
            step,
            inner: shared(inner),
        }
    }
}

impl PrunerConfig for AfterConfig {
    type Pruner = After;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let step = "the fidelity from which a trial may be stopped";
        let inner = Literal::from(self.inner.spec());
        vec![
            config::fidelity("step", self.step, step, 0.0),
            ConfigOption::new("inner", inner, "the pruner that judges from there on"),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<After, Unsupported> {
        for option in self.options() {
            option.check_pruner(NAME)?;
        }
        Ok(After {
            step: self.step,
            inner: Held::build(&self.inner, "inner", problem)?,
            curves: Curves::default(),
        })
    }
}

/// Has another pruner judge a trial whose last report is at `step` or above; until then it continues.
///
/// The other one learns everything from the start. That is what sets it apart from a `warmup`, from which an `interval`
/// is counted.
#[derive(Clone, Debug)]
pub struct After {
    step: u64,
    inner: Held,
    curves: Curves,
}

impl Pruner for After {
    fn tell(&mut self, fact: &Fact) {
        self.curves.tell(fact);
        self.inner.tell(fact);
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        let last = self.curves.get(trial).and_then(|curve| curve.last());
        match last {
            Some(last) if last.at.get() >= self.step => self.inner.judge(trial),
            _ => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}
