//! [`CmaEsConfig`]: the options of [`CmaEs`].

use serde::{Deserialize, Serialize};
use tuning_core::{Problem, StrategyConfig, StrategySpec, Unsupported};

use crate::{CmaEs, NAME};

/// The options of [`CmaEs`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CmaEsConfig {
    /// The first standard deviation, as a part of each parameter's range.
    pub sigma: f64,
    /// How many results make a generation; `4 + 3 ln n` if absent.
    pub population: Option<usize>,
    /// How many points are spread over the space before the first generation.
    pub startup: usize,
    /// Experiments.
    pub lab: Vec<f64>,
}

impl Default for CmaEsConfig {
    fn default() -> Self {
        Self {
            sigma: 1.0 / 6.0,
            population: None,
            startup: 0,
            lab: Vec::new(),
        }
    }
}

impl StrategyConfig for CmaEsConfig {
    type Strategy = CmaEs;

    fn spec(&self) -> StrategySpec {
        StrategySpec::new(NAME)
            .option("sigma", self.sigma)
            .option("startup", self.startup as i64)
    }

    fn build(&self, problem: &Problem) -> Result<CmaEs, Unsupported> {
        let objectives = problem.objectives.len();
        if objectives != 1 {
            return Err(Unsupported::new(
                NAME,
                format!(
                    "optimises one objective, and the problem has {objectives}: use `nsga2`, or let the evaluator weigh \
                     them into one"
                ),
            ));
        }
        Ok(CmaEs::new(self.clone(), problem))
    }
}
