//! [`SuccessiveHalving`], and [`SuccessiveHalvingConfig`], which builds it.

use tuning_core::{Ask, Asked, Fact, Strategy, StrategyError};

use super::{
    around,
    brackets::{Bracket, Brackets},
    rungs::Rungs,
    view::View,
};

const NAME: &str = "successive_halving";

around::config! {
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
    SuccessiveHalvingConfig => SuccessiveHalving, NAME;
    /// No rung is lower than this; a seventeenth of the largest fidelity if absent. It is moved into the range of the
    /// study's fidelities if it lies outside.
    min_resource;
    /// Halves what `inner` proposes.
    over;
    Rungs::downwards, SuccessiveHalving::new
}

/// Successive halving in rounds: many trials run to the lowest rung, the best of them to the next one, and so on until one runs
/// to its end; then as many new trials begin.
///
/// With s = ⌊log_η(R / r_min)⌋, η^s trials begin at the rung R η^-s, rounded.
///
/// - Of the trials of a round, ⌊n/η⌋ of the n that began it continue, and at least one. Of equal losses, the older trial is the better
///   one. The others are given up. A trial that fails has no part in the next round.
/// - A round is over when all its trials have paused or ended; until then workers may wait. [`Asha`](crate::Asha) does not wait.
/// - If the budget of trials ends within a first round, those that have begun are halved all the same, so that nothing is left
///   paused.
/// - A budget of resource ends a study within a round: what is paused then can continue when the budget is raised.
/// - A trial that pauses beyond its rung runs from there to the next rung that is higher.
/// - The inner strategy sees values of one fidelity, that of the highest rung with enough results, as under
///   [`Asha`](crate::Asha).
///
/// Source: Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization",
/// arXiv:1502.07943, algorithm 1.
#[derive(Clone, Debug)]
pub struct SuccessiveHalving<S>(Brackets<S>);

impl<S: Strategy> SuccessiveHalving<S> {
    fn new(rungs: Rungs, factor: u32, inner: View<S>) -> Self {
        let part = usize::try_from(factor).unwrap_or(usize::MAX);
        let rounds = u32::try_from(rungs.top()).unwrap_or(u32::MAX);
        let trials = part.saturating_pow(rounds);
        let plan = vec![Bracket { trials, rung: 0 }];
        Self(Brackets::new(NAME, plan, (rungs, factor), inner))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for SuccessiveHalving<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.0.ask(ask)
    }

    fn tell(&mut self, fact: &Fact) {
        self.0.tell(fact);
    }
}
