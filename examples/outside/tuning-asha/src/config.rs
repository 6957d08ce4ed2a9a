//! [`AshaConfig`]: the options, and [`register`], for study files.

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};
use tuning_strategies::{RandomConfig, Registry};
use tuning_toolkit::WholeTrials;

use crate::{Asha, ladder::Ladder};

/// What it is called in study files, in journals and in errors.
pub const NAME: &str = "asha";

/// The options of [`Asha`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AshaConfig<C> {
    /// One in this many trials of a rung is resumed, and the rungs lie this factor apart: at least 2.
    pub reduction: u32,
    /// What proposes the trials.
    pub inner: C,
}

impl<C: Default> Default for AshaConfig<C> {
    fn default() -> Self {
        Self::over(C::default())
    }
}

impl<C> AshaConfig<C> {
    /// Successive halving of the trials that `inner` proposes.
    pub fn over(inner: C) -> Self {
        Self {
            reduction: 3,
            inner,
        }
    }

    /// The same, where one in `reduction` trials is resumed.
    #[must_use]
    pub fn reduction(mut self, reduction: u32) -> Self {
        self.reduction = reduction;
        self
    }
}

impl<C: StrategyConfig> StrategyConfig for AshaConfig<C> {
    type Strategy = Asha<C::Strategy>;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let reduction = "one in this many trials of a rung is resumed";
        vec![
            ConfigOption::new("reduction", self.reduction, reduction).at_least(2.0),
            ConfigOption::new("inner", self.inner.spec(), "the strategy that proposes"),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let refuse = |message| Err(Unsupported::new(NAME, message));
        if problem.objectives.len() != 1 {
            return refuse("compares by one objective: choose one");
        }
        let Some(range) = problem.fidelity else {
            return refuse("needs fidelities: declare a range of them");
        };
        // Fidelities are ASHA's: to the inner strategy, every trial runs to its end.
        let inner =
            WholeTrials::build(&self.inner, problem).map_err(|error| error.within("inner"))?;
        Ok(Asha::new(inner, Ladder::new(range, self.reduction)))
    }
}

/// Lets study files name it: `strategy: {name: asha, reduction: 4, inner: tpe}`.
pub fn register(registry: &mut Registry) {
    registry.register_with(
        NAME,
        "successive halving without waiting, over another strategy",
        AshaConfig::over(RandomConfig::default()).options(),
        |options, registry| {
            let inner = options.strategy("inner", registry)?;
            Ok(AshaConfig::over(inner)
                .reduction(options.get("reduction")?)
                .boxed())
        },
    );
}
