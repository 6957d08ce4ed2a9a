//! [`PbtConfig`]: the options of [`Pbt`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tuning_core::{
    ConfigOption, Parameter, Problem, Space, Spec, StrategyConfig, Unsupported, nearest,
};

use super::{NAME, explore::Explore, members::Members, steps::Steps, strategy::Pbt};
use crate::{config, schedulers::rungs};

/// The options of [`Pbt`].
///
/// # Example
/// ```
/// use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_multifidelity::PbtConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log(), Parameter::int("layers", 1, 8)])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 100)?);
/// // A checkpoint has as many layers as it was trained with.
/// let pbt = PbtConfig::default().population(12).interval(5).fixed(["layers"]).build(&problem)?;
/// # let _ = pbt;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PbtConfig {
    /// How many members train side by side, 2 to 10,000.
    pub population: u32,
    /// How much resource they use between two comparisons; a tenth of the largest fidelity if absent.
    pub interval: Option<u64>,
    /// The part of the members that is replaced by copies, and the part that is copied, 0 to 0.5.
    pub quantile: f64,
    /// How probable it is that a parameter of a copy is drawn anew and not changed a little, 0 to 1.
    pub resample: f64,
    /// The names of the parameters that a copy keeps: those that its checkpoint depends on, such as the number of
    /// layers.
    pub fixed: Vec<String>,
}

impl Default for PbtConfig {
    /// A quarter of twenty members is replaced after each tenth of the training, and a quarter of their parameters drawn.
    fn default() -> Self {
        Self {
            population: 20,
            interval: None,
            quantile: 0.25,
            resample: 0.25,
            fixed: Vec::new(),
        }
    }
}

impl PbtConfig {
    /// Sets how many members train side by side.
    #[must_use]
    pub fn population(mut self, members: u32) -> Self {
        self.population = members;
        self
    }

    /// Sets how much resource they use between two comparisons.
    #[must_use]
    pub fn interval(mut self, interval: impl Into<Option<u64>>) -> Self {
        self.interval = interval.into();
        self
    }

    /// Sets which part of the members is replaced, and which part is copied.
    #[must_use]
    pub fn quantile(mut self, quantile: f64) -> Self {
        self.quantile = quantile;
        self
    }

    /// Sets how probable it is that a parameter of a copy is drawn anew.
    #[must_use]
    pub fn resample(mut self, probability: f64) -> Self {
        self.resample = probability;
        self
    }

    /// Sets which parameters a copy keeps.
    #[must_use]
    pub fn fixed<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.fixed = names.into_iter().map(Into::into).collect();
        self
    }

    /// The indices of the parameters that a copy keeps.
    fn kept(&self, space: &Space) -> Result<BTreeSet<usize>, Unsupported> {
        let index = |name: &String| {
            space.index_of(name).ok_or_else(|| {
                let names = space.parameters().iter().map(Parameter::name);
                let hint = nearest(name, names).map_or_else(
                    || "remove it".to_owned(),
                    |name| format!("did you mean `{name}`?"),
                );
                let reason = format!(
                    "has `{name}` in `fixed`, which is not a parameter of the space: {hint}"
                );
                Unsupported::new(NAME, reason)
            })
        };
        self.fixed.iter().map(index).collect()
    }
}

impl StrategyConfig for PbtConfig {
    type Strategy = Pbt;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let interval = "how much resource they use between two comparisons; a tenth of the largest fidelity if not given";
        vec![
            ConfigOption::new(
                "population",
                self.population,
                "how many members train side by side",
            )
            .at_least(2.0)
            .at_most(10_000.0),
            config::fidelity("interval", self.interval, interval, 1.0),
            ConfigOption::new(
                "quantile",
                self.quantile,
                "the part of the members that is replaced by copies, and the part that is copied",
            )
            .at_least(0.0)
            .at_most(0.5),
            ConfigOption::new(
                "resample",
                self.resample,
                "how probable it is that a parameter of a copy is drawn anew and not changed a little",
            )
            .at_least(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "fixed",
                self.fixed.clone(),
                "the names of the parameters that a copy keeps, such as the number of layers",
            ),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Pbt, Unsupported> {
        let range = rungs::range(NAME, &self.options(), problem)?;
        let steps = Steps::new(range, self.interval);
        let members = Members::new(steps, self.population as usize, self.quantile);
        let kept = self.kept(&problem.space)?;
        Ok(Pbt::new(
            members,
            Explore::new(&problem.space, kept, self.resample),
        ))
    }
}
