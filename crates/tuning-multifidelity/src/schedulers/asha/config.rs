//! [`AshaConfig`]: the options of [`Asha`].

use super::{Asha, NAME};
use crate::schedulers::{around, rungs::Rungs};

around::config! {
    /// The options of [`Asha`].
    ///
    /// # Example
    /// ```
    /// use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
    /// use tuning_multifidelity::AshaConfig;
    /// use tuning_strategies::RandomConfig;
    ///
    /// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
    /// let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 81)?);
    /// let asha = AshaConfig::over(RandomConfig::default()).min_resource(3).build(&problem)?; // rungs 3, 9, 27 and 81
    /// # let _ = asha;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    AshaConfig => Asha, NAME;
    /// The lowest rung; a seventeenth of the largest fidelity if absent. It is moved into the range of the study's
    /// fidelities if it lies outside.
    min_resource;
    /// Promotes the best trials that `inner` proposes.
    over;
    Rungs::upwards, Asha::new
}
