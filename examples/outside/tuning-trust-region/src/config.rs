//! [`TrustRegionConfig`]: the options.

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use crate::TrustRegion;

/// What it is called in study files, in journals and in errors.
pub const NAME: &str = "trust-region";

/// The options of [`TrustRegion`]. A study file gives them by the names of the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TrustRegionConfig {
    /// The sides of a new box, as a part of each parameter's range: above 0, at most 1.
    pub length: f64,
    /// A box with shorter sides is left, and the search starts elsewhere: above 0, below `length`.
    pub min_length: f64,
    /// How many random points a new box begins with: at least 1.
    pub initial: u32,
    /// After this many better points in a row the box doubles: at least 1.
    pub successes: u32,
    /// After this many points in a row that are not better the box halves: at least 1.
    pub failures: u32,
}

impl Default for TrustRegionConfig {
    fn default() -> Self {
        // Eriksson et al. 2019, appendix: 0.8, 2⁻⁷ and 3. Without a model a success is rarer, so failures get more time.
        Self {
            length: 0.8,
            min_length: 0.5_f64.powi(7),
            initial: 5,
            successes: 3,
            failures: 8,
        }
    }
}

impl TrustRegionConfig {
    /// The same with this many random points at the start of a box.
    #[must_use]
    pub fn initial(mut self, points: u32) -> Self {
        self.initial = points;
        self
    }

    /// The same with this many failures in a row that halve the box.
    #[must_use]
    pub fn failures(mut self, failures: u32) -> Self {
        self.failures = failures;
        self
    }
}

impl StrategyConfig for TrustRegionConfig {
    type Strategy = TrustRegion;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "length",
                self.length,
                "the sides of a new box, as a part of each parameter's range",
            )
            .above(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "min_length",
                self.min_length,
                "a box with shorter sides is left: shorter than `length`",
            )
            .above(0.0)
            .below(self.length),
            ConfigOption::new(
                "initial",
                self.initial,
                "how many random points a new box begins with",
            )
            .at_least(1.0),
            ConfigOption::new(
                "successes",
                self.successes,
                "after this many better points in a row the box doubles",
            )
            .at_least(1.0),
            ConfigOption::new(
                "failures",
                self.failures,
                "after this many points in a row that are not better the box halves",
            )
            .at_least(1.0),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<TrustRegion, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        if problem.objectives.len() != 1 {
            let message = "optimises one objective: choose one";
            return Err(Unsupported::new(NAME, message));
        }
        Ok(TrustRegion::new(self.clone(), problem.space.clone()))
    }
}
