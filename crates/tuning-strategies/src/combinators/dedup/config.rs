//! [`DedupConfig`]: the options of [`Dedup`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{Dedup, NAME};

/// The options of [`Dedup`].
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_strategies::{DedupConfig, RandomConfig};
///
/// let space = Space::new([Parameter::int("layers", 1, 8), Parameter::bool("bias")])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let dedup = DedupConfig::over(RandomConfig::default()).attempts(8).build(&problem)?;
/// # let _ = dedup;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DedupConfig<C> {
    /// How often the inner strategy is asked for something else, for each point that is not new.
    pub attempts: u32,
    /// What proposes.
    pub inner: C,
}

impl<C: Default> Default for DedupConfig<C> {
    fn default() -> Self {
        Self::over(C::default())
    }
}

impl<C> DedupConfig<C> {
    /// Keeps `inner` from repeating points.
    pub fn over(inner: C) -> Self {
        Self {
            attempts: 16,
            inner,
        }
    }

    /// Sets how often the inner strategy is asked for something else.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }
}

impl<C: StrategyConfig> StrategyConfig for DedupConfig<C> {
    type Strategy = Dedup<C::Strategy>;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "attempts",
                self.attempts,
                "how often another point is asked for in place of a repeated one",
            )
            .at_least(0.0)
            .at_most(10_000.0),
            ConfigOption::new("inner", self.inner.spec(), "the strategy that proposes"),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let refused = |error: Unsupported| error.within("inner");
        let inner = self.inner.build(problem).map_err(refused)?;
        Ok(Dedup::new(problem.space.clone(), self.attempts, inner))
    }
}
