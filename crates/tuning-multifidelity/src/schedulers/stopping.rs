//! [`AshaStopping`]: successive halving for trials that cannot pause: at each rung, a trial stops or runs on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tuning_core::{
    ConfigOption, Fact, FidelityRange, Problem, Pruner, PrunerConfig, Reported, Spec, TrialId,
    Unsupported, Verdict,
};

use super::{
    rungs::{self, REDUCTION_FACTOR, Rungs},
    split::{Entry, Split},
};
use crate::config;

const NAME: &str = "asha";

/// The options of [`AshaStopping`].
///
/// # Example
/// ```
/// use tuning_core::{FidelityRange, Objectives, Parameter, Problem, PrunerConfig, Space};
/// use tuning_multifidelity::AshaStoppingConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 81)?);
/// let pruner = AshaStoppingConfig::default().min_resource(3).build(&problem)?; // looks at 3, 9 and 27
/// # let _ = pruner;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AshaStoppingConfig {
    /// One trial in this many runs on at a rung, and each rung is this many times the one before: η in the paper.
    pub reduction_factor: u32,
    /// The lowest rung; if absent, a seventeenth of the largest fidelity, or 1 in a study without fidelities. It is moved
    /// into the range of the study's fidelities if it lies outside.
    pub min_resource: Option<u64>,
}

impl Default for AshaStoppingConfig {
    fn default() -> Self {
        Self {
            reduction_factor: REDUCTION_FACTOR,
            min_resource: None,
        }
    }
}

impl AshaStoppingConfig {
    /// Sets how many trials of a rung there are for each that runs on.
    #[must_use]
    pub fn reduction_factor(mut self, factor: u32) -> Self {
        self.reduction_factor = factor;
        self
    }

    /// Sets the lowest rung.
    #[must_use]
    pub fn min_resource(mut self, least: impl Into<Option<u64>>) -> Self {
        self.min_resource = least.into();
        self
    }
}

impl PrunerConfig for AshaStoppingConfig {
    type Pruner = AshaStopping;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        rungs::options(self.reduction_factor, self.min_resource).into()
    }

    fn build(&self, problem: &Problem) -> Result<AshaStopping, Unsupported> {
        config::check_pruner(NAME, &self.options(), problem)?;
        let (range, least) = match problem.fidelity {
            Some(range) => (range, self.min_resource),
            None => {
                let endless = FidelityRange::new(1, u64::MAX);
                let endless =
                    endless.map_err(|error| Unsupported::pruner(NAME, error.to_string()))?;
                (endless, self.min_resource.or(Some(1)))
            }
        };
        let rungs = Rungs::upwards(range, least, self.reduction_factor);
        Ok(AshaStopping {
            reached: vec![Arc::default(); rungs.count()],
            rungs,
            factor: usize::try_from(self.reduction_factor).unwrap_or(usize::MAX),
            looked: BTreeMap::new(),
            stopped: BTreeSet::new(),
        })
    }
}

/// Asynchronous successive halving by stopping: each trial runs until it reaches a rung, and there it stops unless it is
/// among the best third of those that have reached it so far, itself included.
///
/// - With m values at the rung, the new one y included, the trial runs on if m < η, or if at most ⌊(m − 1)/η⌋ values are less
///   than y: y is then at most the 1/η quantile of them, interpolated. So the first η − 1 trials at a rung run on whatever
///   they measure, and equal ones run on with each other.
/// - A trial is looked at once at each rung, by its first report at or beyond it. A report that oversteps several rungs
///   counts at the highest of them.
/// - The last rung is below the whole: what has come as far is not stopped.
/// - What was stopped, or fails later, keeps its places.
/// - A study of several objectives is refused: nothing says which of them counts.
///
/// The rule is not that of Optuna's `SuccessiveHalvingPruner`: of m values at a rung that keeps the best ⌊m/η⌋, and of the
/// first η − 1 trials only those that are better than all before them; and a trial that it looks at late is compared at each
/// rung that it has passed.
///
/// [`Asha`](crate::Asha) finds better trials for the same resource where trials can pause: a first arrival that is bad costs one step
/// there, and all of them here.
///
/// Source: Li et al. 2020, arXiv:1810.05934, section 3.3, as in the stopping variant of Syne Tune.
#[derive(Clone, Debug)]
pub struct AshaStopping {
    rungs: Rungs,
    factor: usize,
    /// Shared with the copies that are kept for trials in flight: a report copies the one rung that it reaches, if it must.
    reached: Vec<Arc<Split>>,
    /// The highest rung at which a running trial was looked at.
    looked: BTreeMap<TrialId, usize>,
    stopped: BTreeSet<TrialId>,
}

impl AshaStopping {
    fn reported(&mut self, reported: &Reported) {
        let Some(rung) = self.rungs.below_whole(reported.at) else {
            return;
        };
        if self
            .looked
            .get(&reported.trial)
            .is_some_and(|before| *before >= rung)
        {
            return;
        }
        self.looked.insert(reported.trial, rung);
        let values = Arc::make_mut(&mut self.reached[rung]);
        let entry = Entry::new(reported.values.first(), reported.trial);
        values.insert(entry);
        let count = values.len();
        values.keep((count - 1) / self.factor + 1);
        let runs_on = values.boundary().is_some_and(|last| entry.is_as_good(last));
        if count >= self.factor && !runs_on {
            self.stopped.insert(reported.trial);
        }
    }
}

impl Pruner for AshaStopping {
    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Reported(reported) => self.reported(reported),
            Fact::Ended(ended) => {
                self.looked.remove(&ended.trial);
                self.stopped.remove(&ended.trial);
            }
            _ => {}
        }
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        match self.stopped.contains(&trial) {
            true => Verdict::Stop,
            false => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}
