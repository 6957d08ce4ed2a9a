//! [`SuccessiveHalving`], and [`SuccessiveHalvingConfig`], which builds it.

use serde::{Deserialize, Serialize};
use tuning_core::{
    Ask, Asked, ConfigOption, Fact, Problem, Spec, Strategy, StrategyConfig, StrategyError,
    Unsupported,
};

use super::{
    around,
    brackets::{Bracket, Brackets},
    rungs::{REDUCTION_FACTOR, Rungs},
};

const NAME: &str = "successive_halving";

/// The options of [`SuccessiveHalving`].
///
/// # Example
/// ```
/// use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_multifidelity::SuccessiveHalvingConfig;
/// use tuning_strategies::RandomConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 81)?);
/// let strategy = SuccessiveHalvingConfig::over(RandomConfig::default()).min_resource(1).build(&problem)?;
/// # let _ = strategy;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SuccessiveHalvingConfig<C> {
    /// One trial in this many is promoted from rung to rung, and each rung is this many times the one before: η in the paper.
    pub reduction_factor: u32,
    /// No rung is lower than this; a seventeenth of the largest fidelity if absent. It is moved into the range of the
    /// study's fidelities if it lies outside.
    pub min_resource: Option<u64>,
    /// What proposes new trials.
    pub inner: C,
}

impl<C: Default> Default for SuccessiveHalvingConfig<C> {
    fn default() -> Self {
        Self::over(C::default())
    }
}

impl<C> SuccessiveHalvingConfig<C> {
    /// Halves what `inner` proposes.
    pub fn over(inner: C) -> Self {
        Self {
            reduction_factor: REDUCTION_FACTOR,
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

impl<C: StrategyConfig> StrategyConfig for SuccessiveHalvingConfig<C> {
    type Strategy = SuccessiveHalving<C::Strategy>;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        around::options(self.reduction_factor, self.min_resource, &self.inner)
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        let (least, factor) = (self.min_resource, self.reduction_factor);
        let (rungs, inner) = around::build(NAME, &self.options(), &self.inner, problem, |range| {
            Rungs::downwards(range, least, factor)
        })?;
        let part = usize::try_from(factor).unwrap_or(usize::MAX);
        let rounds = u32::try_from(rungs.top()).unwrap_or(u32::MAX);
        let trials = part.saturating_pow(rounds);
        let plan = vec![Bracket { trials, rung: 0 }];
        let ladder = (rungs, factor);
        Ok(SuccessiveHalving(Brackets::new(NAME, plan, ladder, inner)))
    }
}

/// Successive halving in rounds: many trials run to the lowest rung, the best of them to the next one, and so on until one runs
/// to its end; then as many new trials begin.
///
/// With s = ⌊log_η(R / r_min)⌋, η^s trials begin at the rung R η^-s, rounded.
///
/// - Of the trials of a round, ⌊n/η⌋ of the n that began it go on, and at least one. Of equal losses, the older trial is the better
///   one. The others are given up. A trial that fails has no part in the next round.
/// - A round is over when all its trials have paused or ended; until then workers may wait. [`Asha`](crate::Asha) does not wait.
/// - If the budget of trials ends within a first round, those that have begun are halved all the same, so that nothing is left
///   paused.
/// - A budget of resource ends a study within a round: what is paused then can go on when the budget is raised.
/// - A trial that pauses beyond its rung runs from there to the next rung that is higher.
/// - The inner strategy sees values of one fidelity, that of the highest rung with enough results, as under
///   [`Asha`](crate::Asha).
///
/// Source: Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization",
/// arXiv:1502.07943, algorithm 1.
#[derive(Clone, Debug)]
pub struct SuccessiveHalving<S>(Brackets<S>);

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for SuccessiveHalving<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.0.ask(ask)
    }

    fn tell(&mut self, fact: &Fact) {
        self.0.tell(fact);
    }
}
