//! [`AshaConfig`]: the options of [`Asha`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{Asha, NAME};
use crate::schedulers::{
    around,
    rungs::{REDUCTION_FACTOR, Rungs},
};

/// The options of [`Asha`].
///
/// # Example
/// ```
/// use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_multifidelity::AshaConfig;
/// use tuning_strategies::RandomConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 81)?);
/// let asha = AshaConfig::over(RandomConfig::default()).min_resource(3).build(&problem)?; // rungs 3, 9, 27 and 81
/// # let _ = asha;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AshaConfig<C> {
    /// One trial in this many is promoted from rung to rung, and each rung is this many times the one before: η in the paper.
    pub reduction_factor: u32,
    /// The lowest rung; a seventeenth of the largest fidelity if absent. It is moved into the range of the study's
    /// fidelities if it lies outside.
    pub min_resource: Option<u64>,
    /// What proposes new trials.
    pub inner: C,
}

impl<C: Default> Default for AshaConfig<C> {
    fn default() -> Self {
        Self::over(C::default())
    }
}

impl<C> AshaConfig<C> {
    /// Promotes the best trials that `inner` proposes.
    pub fn over(inner: C) -> Self {
        Self {
            reduction_factor: REDUCTION_FACTOR,
            min_resource: None,
            inner,
        }
    }

    /// Sets how many trials of a rung there are for each that goes to the next.
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

impl<C: StrategyConfig> StrategyConfig for AshaConfig<C> {
    type Strategy = Asha<C::Strategy>;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        around::options(self.reduction_factor, self.min_resource, &self.inner)
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        let (least, factor) = (self.min_resource, self.reduction_factor);
        let (rungs, inner) = around::build(NAME, &self.options(), &self.inner, problem, |range| {
            Rungs::upwards(range, least, factor)
        })?;
        Ok(Asha::new(rungs, factor, inner))
    }
}
