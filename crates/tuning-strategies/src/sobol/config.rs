//! [`SobolConfig`]: the options of [`Sobol`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{NAME, Sobol, sequence::MAX_DIMENSIONS};

/// The options of [`Sobol`].
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_strategies::SobolConfig;
///
/// let space = Space::new([Parameter::float("x", 0.0, 1.0), Parameter::float("y", 0.0, 1.0)])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let sobol = SobolConfig::default().scramble(false).build(&problem)?;
/// # let _ = sobol;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SobolConfig {
    /// Whether the sequence is scrambled by the study's seed. Without, it is the same in all studies
    /// and begins in the corner where every parameter is at its lower end.
    pub scramble: bool,
}

impl Default for SobolConfig {
    fn default() -> Self {
        Self { scramble: true }
    }
}

impl SobolConfig {
    /// Sets whether the sequence is scrambled.
    #[must_use]
    pub fn scramble(mut self, scramble: bool) -> Self {
        self.scramble = scramble;
        self
    }
}

impl StrategyConfig for SobolConfig {
    type Strategy = Sobol;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![ConfigOption::new(
            "scramble",
            self.scramble,
            "whether the study's seed scrambles the sequence",
        )]
    }

    fn build(&self, problem: &Problem) -> Result<Sobol, Unsupported> {
        let dimensions = problem.space.len();
        if dimensions > MAX_DIMENSIONS {
            return Err(Unsupported::new(
                NAME,
                format!(
                    "has at most {MAX_DIMENSIONS} dimensions, and the space has {dimensions} parameters: use `random`, \
                     which is as good in so many dimensions"
                ),
            ));
        }
        Ok(Sobol::new(problem.space.clone(), self.scramble))
    }
}
