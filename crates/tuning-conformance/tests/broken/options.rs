//! Configurations of the twin: one whose `spec()` holds all options, and two that a journal cannot tell from others.

use serde::{Deserialize, Serialize};
use tuning_core::{Problem, Spec, StrategyConfig, Unsupported};

use super::twin::{Fault, Twin};

macro_rules! config {
    ($(#[$doc:meta])* $name:ident: $spec:expr) => {
        $(#[$doc])*
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $name {
            step: f64,
            shuffle: bool,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    step: 0.2,
                    shuffle: false,
                }
            }
        }

        impl StrategyConfig for $name {
            type Strategy = Twin;

            fn spec(&self) -> Spec {
                let spec: fn(&Self, Spec) -> Spec = $spec;
                spec(self, Spec::new("twin").option("shuffle", self.shuffle))
            }

            fn build(&self, problem: &Problem) -> Result<Twin, Unsupported> {
                Twin::build(Fault::None, problem)
            }
        }
    };
}

config!(
    /// Names all its options.
    Named: |config, spec| spec.option("step", config.step)
);
config!(
    /// Leaves one out.
    Forgetful: |_, spec| spec
);
config!(
    /// Names one that looks the same whatever it is.
    Rounding: |config, spec| spec.option("step", (config.step / 1e6).round())
);
