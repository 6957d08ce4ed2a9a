//! What the configurations of schedulers around a strategy have in common: their options, and what they build first.

use tuning_core::{ConfigOption, FidelityRange, Problem, StrategyConfig, Unsupported};

use super::{
    rungs::{self, Rungs},
    view::View,
};

/// The configuration of a scheduler around a strategy: `Config` builds `Strategy`, which is called `NAME`, of the rungs that
/// `rungs` makes of a range of fidelities, the reduction factor, and the inner strategy. Of the documentation, the first part is
/// that of the configuration, the second one of its lowest rung, and the third one of `over`.
macro_rules! config {
    (
        $(#[$about:meta])*
        $config:ident => $strategy:ident, $name:expr;
        $(#[$lowest:meta])*
        min_resource;
        $(#[$over:meta])*
        over;
        $rungs:expr, $new:expr
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct $config<C> {
            /// One trial in this many is promoted from rung to rung, and each rung is this many times the one before: η in the paper.
            pub reduction_factor: u32,
            $(#[$lowest])*
            pub min_resource: Option<u64>,
            /// What proposes new trials.
            pub inner: C,
        }

        impl<C: Default> Default for $config<C> {
            fn default() -> Self {
                Self::over(C::default())
            }
        }

        impl<C> $config<C> {
            $(#[$over])*
            pub fn over(inner: C) -> Self {
                Self {
                    reduction_factor: $crate::schedulers::rungs::REDUCTION_FACTOR,
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

        impl<C: tuning_core::StrategyConfig> tuning_core::StrategyConfig for $config<C> {
            type Strategy = $strategy<C::Strategy>;

            fn spec(&self) -> tuning_core::Spec {
                tuning_core::Spec::new($name).options(self.options())
            }

            fn options(&self) -> Vec<tuning_core::ConfigOption> {
                $crate::schedulers::around::options(self.reduction_factor, self.min_resource, &self.inner)
            }

            fn build(
                &self,
                problem: &tuning_core::Problem,
            ) -> Result<Self::Strategy, tuning_core::Unsupported> {
                let (least, factor) = (self.min_resource, self.reduction_factor);
                let (rungs, inner) = $crate::schedulers::around::build(
                    $name,
                    &self.options(),
                    &self.inner,
                    problem,
                    |range| $rungs(range, least, factor),
                )?;
                Ok($new(rungs, factor, inner))
            }
        }
    };
}

pub(crate) use config;

/// The options of a scheduler around `inner`.
pub(crate) fn options<C: StrategyConfig>(
    factor: u32,
    least: Option<u64>,
    inner: &C,
) -> Vec<ConfigOption> {
    let about = "the strategy that proposes new trials";
    let mut options = Vec::from(rungs::options(factor, least));
    options.push(ConfigOption::new("inner", inner.spec(), about));
    options
}

/// The rungs, which `rungs` makes of the fidelities of the problem, and what the inner strategy sees of them.
///
/// # Errors
/// If an option is out of its range, the problem is none for a scheduler, or the inner strategy refuses it.
pub(crate) fn build<C: StrategyConfig>(
    name: &str,
    options: &[ConfigOption],
    inner: &C,
    problem: &Problem,
    rungs: impl FnOnce(FidelityRange) -> Rungs,
) -> Result<(Rungs, View<C::Strategy>), Unsupported> {
    let rungs = rungs(rungs::range(name, options, problem)?);
    let view = View::build(inner, problem, rungs.clone());
    Ok((rungs, view.map_err(|error| error.within("inner"))?))
}
