//! [`Hyperband`], and [`HyperbandConfig`], which builds it.

use tuning_core::{Ask, Asked, Fact, Strategy, StrategyError};

use super::{
    around,
    brackets::{Bracket, Brackets},
    rungs::Rungs,
    view::View,
};

const NAME: &str = "hyperband";

around::config! {
    /// The options of [`Hyperband`].
    ///
    /// # Example
    /// ```
    /// use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
    /// use tuning_multifidelity::HyperbandConfig;
    /// use tuning_strategies::RandomConfig;
    ///
    /// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
    /// let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 81)?);
    /// let strategy = HyperbandConfig::over(RandomConfig::default()).min_resource(1).build(&problem)?;
    /// # let _ = strategy;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    HyperbandConfig => Hyperband, NAME;
    /// No rung is lower than this; a seventeenth of the largest fidelity if absent. It is moved into the range of the
    /// study's fidelities if it lies outside.
    min_resource;
    /// Halves what `inner` proposes.
    over;
    Rungs::downwards, Hyperband::new
}

/// The bracket that begins at this rung of those up to `top`.
fn bracket(rung: usize, top: usize, factor: u32) -> Bracket {
    let steps = top - rung;
    let factor = usize::try_from(factor).unwrap_or(usize::MAX);
    let power = factor.saturating_pow(u32::try_from(steps).unwrap_or(u32::MAX));
    let trials = power.saturating_mul(top + 1).div_ceil(steps + 1);
    Bracket { trials, rung }
}

/// Hyperband: successive halving in brackets, from many trials that begin with little resource to a few that run to their
/// end at once. So it finds the best trials also where the first steps say little. Around TPE it is BOHB (Falkner et al. 2018,
/// arXiv:1807.01774), but for its kernels.
///
/// With s_max = ⌊log_η(R / r_min)⌋, bracket s begins with ⌈(s_max + 1) η^s / (s + 1)⌉ trials, s from s_max down to 0, at the rung R η^-s,
/// rounded; then comes the first bracket again. For R = 81, η = 3 and r_min = 1, there are 81, 34, 15, 8 and 5 trials, which begin
/// at 1, 3, 9, 27 and 81.
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
/// Source: Li et al. 2018, "Hyperband: a novel bandit-based approach to hyperparameter optimization", arXiv:1603.06560,
/// algorithm 1. In place of one pass through the brackets, it begins again until the budget ends.
#[derive(Clone, Debug)]
pub struct Hyperband<S>(Brackets<S>);

impl<S: Strategy> Hyperband<S> {
    fn new(rungs: Rungs, factor: u32, inner: View<S>) -> Self {
        let brackets = (0..rungs.count()).map(|rung| bracket(rung, rungs.top(), factor));
        let plan = brackets.collect();
        Self(Brackets::new(NAME, plan, (rungs, factor), inner))
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Strategy> Strategy for Hyperband<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.0.ask(ask)
    }

    fn tell(&mut self, fact: &Fact) {
        self.0.tell(fact);
    }
}
