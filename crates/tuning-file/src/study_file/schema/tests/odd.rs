//! [`Odd`]: a strategy with options of every type that is common.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use tuning_core::{Problem, Spec, StrategyConfig, Unsupported};

/// Options of every type that is common.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Odd {
    rate: f64,
    maybe: Option<u32>,
    kind: Kind,
    name: String,
    some: NonZeroU32,
    signed: i32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Fast,
    VerySlow,
}

impl Default for Odd {
    fn default() -> Self {
        Self {
            rate: 0.5,
            maybe: None,
            kind: Kind::Fast,
            name: "x".to_owned(),
            some: NonZeroU32::MIN,
            signed: -3,
        }
    }
}

impl StrategyConfig for Odd {
    type Strategy = tuning_strategies::Random;

    fn spec(&self) -> Spec {
        Spec::new("odd")
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        tuning_strategies::RandomConfig::default().build(problem)
    }
}
