//! [`Never`]: the pruner that stops nothing.

use serde::{Deserialize, Serialize};
use tuning_core::{Fact, Problem, Pruner, PrunerConfig, Spec, TrialId, Unsupported, Verdict};

const NAME: &str = "never";

/// The options of [`Never`]: there are none.
///
/// # Example
/// ```
/// use tuning_core::PrunerConfig;
/// use tuning_multifidelity::NeverConfig;
///
/// assert_eq!(NeverConfig::default().spec().name, "never");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct NeverConfig {}

impl PrunerConfig for NeverConfig {
    type Pruner = Never;

    fn spec(&self) -> Spec {
        Spec::new(NAME)
    }

    fn build(&self, _: &Problem) -> Result<Never, Unsupported> {
        Ok(Never)
    }
}

/// The pruner that stops nothing: a baseline to measure others against, and a way to say in a study file that the
/// pruner of an included one is not wanted.
#[derive(Clone, Copy, Debug)]
pub struct Never;

impl Pruner for Never {
    fn tell(&mut self, _: &Fact) {}

    fn judge(&self, _: TrialId) -> Verdict {
        Verdict::Continue
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(*self)
    }
}
