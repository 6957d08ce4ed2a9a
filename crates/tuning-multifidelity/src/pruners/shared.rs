//! [`SharedPrunerConfig`]: the configuration of a pruner that another one holds, and [`Held`], the pruner itself.

use std::{fmt, sync::Arc};

use tuning_core::{Fact, Problem, Pruner, PrunerConfig, TrialId, Unsupported, Verdict};

/// A configuration of a pruner whose type is known at run time only, cheap to clone: what pruners of pruners hold.
pub type SharedPrunerConfig = Arc<dyn PrunerConfig<Pruner = Box<dyn Pruner>>>;

/// Forgets the type.
pub(super) fn shared(config: impl PrunerConfig + 'static) -> SharedPrunerConfig {
    Arc::from(config.boxed())
}

/// A pruner inside of another one.
pub(super) struct Held(Box<dyn Pruner>);

impl Held {
    /// Builds it; what it refuses is told as that of the `part`.
    pub(super) fn build(
        config: &SharedPrunerConfig,
        part: &str,
        problem: &Problem,
    ) -> Result<Self, Unsupported> {
        let built = config.build(problem);
        built.map(Self).map_err(|refused| refused.within(part))
    }

    pub(super) fn tell(&mut self, fact: &Fact) {
        self.0.tell(fact);
    }

    pub(super) fn judge(&self, trial: TrialId) -> Verdict {
        self.0.judge(trial)
    }

    pub(super) fn stops(&self, trial: TrialId) -> bool {
        self.judge(trial) == Verdict::Stop
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        Self(self.0.boxed_clone())
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held(…)")
    }
}
