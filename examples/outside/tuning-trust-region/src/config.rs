//! [`TrustRegionConfig`]: the options.

use serde::{Deserialize, Serialize};
use tuning_core::{Problem, Spec, StrategyConfig, Unsupported};

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
    pub initial: u64,
    /// After this many better points in a row the box doubles: at least 1.
    pub successes: u64,
    /// After this many points in a row that are not better the box halves: at least 1.
    pub failures: u64,
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
    pub fn initial(mut self, points: u64) -> Self {
        self.initial = points;
        self
    }

    /// The same with this many failures in a row that halve the box.
    #[must_use]
    pub fn failures(mut self, failures: u64) -> Self {
        self.failures = failures;
        self
    }
}

impl StrategyConfig for TrustRegionConfig {
    type Strategy = TrustRegion;

    fn spec(&self) -> Spec {
        Spec::new(NAME)
            .option("length", self.length)
            .option("min_length", self.min_length)
            .option("initial", self.initial.cast_signed())
            .option("successes", self.successes.cast_signed())
            .option("failures", self.failures.cast_signed())
    }

    fn build(&self, problem: &Problem) -> Result<TrustRegion, Unsupported> {
        let refuse = |message| Err(Unsupported::new(NAME, message));
        if !(self.length > 0.0 && self.length <= 1.0) {
            let length = self.length;
            return refuse(format!(
                "cannot use `length: {length}`: give it more than 0, at most 1"
            ));
        }
        if !(self.min_length > 0.0 && self.min_length < self.length) {
            let (shortest, length) = (self.min_length, self.length);
            return refuse(format!(
                "cannot use `min_length: {shortest}`: give it more than 0, less than `length`, which is {length}"
            ));
        }
        let counts = [
            ("initial", self.initial),
            ("successes", self.successes),
            ("failures", self.failures),
        ];
        for (name, count) in counts {
            if count == 0 {
                return refuse(format!("cannot use `{name}: 0`: give it at least 1"));
            }
        }
        if problem.objectives.len() != 1 {
            return refuse("optimises one objective: choose one".to_owned());
        }
        Ok(TrustRegion::new(self.clone(), problem.space.clone()))
    }
}
