//! [`DeConfig`]: the options of [`DifferentialEvolution`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{
    NAME,
    strategy::{DifferentialEvolution, Settings},
};
use crate::{genome::Genome, options};

/// The options of [`DifferentialEvolution`].
///
/// # Example
/// ```
/// use tuning_core::{Budget, Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_evolution::DeConfig;
///
/// let space = Space::new([Parameter::float("x", -5.0, 5.0), Parameter::categorical("kind", ["a", "b"])])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(2000));
/// let de = DeConfig::default().popsize(40).build(&problem)?;
/// # let _ = de;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DeConfig {
    /// How many members the population has at first (NP), 4 to 10,000; if absent, two for each parameter, but
    /// no more than one for 80 trials of the budget; at least 8 and at most 100.
    pub popsize: Option<u32>,
    /// Which part of the population is the best that trials move towards (p), above 0, up to 1.
    pub p_best: f64,
    /// How many means of what worked are remembered (H), 1 to 1000.
    pub memory: u32,
    /// How many replaced members are kept for their differences, as a multiple of the population: 0 to 100.
    pub archive: f64,
    /// Whether the population shrinks to four over the budget of trials, if there is one.
    pub shrink: bool,
}

impl Default for DeConfig {
    /// As in L-SHADE, but for the size of the population: its 18 for each parameter are for 10,000 trials each.
    fn default() -> Self {
        Self {
            popsize: None,
            p_best: 0.11,
            memory: 6,
            archive: 2.6,
            shrink: true,
        }
    }
}

impl DeConfig {
    /// Sets how many members there are at first.
    #[must_use]
    pub fn popsize(mut self, popsize: impl Into<Option<u32>>) -> Self {
        self.popsize = popsize.into();
        self
    }

    /// Sets the fraction of the population that counts as the best.
    #[must_use]
    pub fn p_best(mut self, p_best: f64) -> Self {
        self.p_best = p_best;
        self
    }

    /// Sets how many means are remembered.
    #[must_use]
    pub fn memory(mut self, memory: u32) -> Self {
        self.memory = memory;
        self
    }

    /// Sets the size of the archive, as a multiple of the population.
    #[must_use]
    pub fn archive(mut self, archive: f64) -> Self {
        self.archive = archive;
        self
    }

    /// Sets whether the population shrinks.
    #[must_use]
    pub fn shrink(mut self, shrink: bool) -> Self {
        self.shrink = shrink;
        self
    }
}

impl StrategyConfig for DeConfig {
    type Strategy = DifferentialEvolution;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            // Four are needed for differences, and it is looked through for every trial.
            ConfigOption::new(
                "popsize",
                self.popsize,
                "how many members the population has at first",
            )
            .at_least(4.0)
            .at_most(10_000.0),
            ConfigOption::new(
                "p_best",
                self.p_best,
                "the part of the population that trials move towards",
            )
            .above(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "memory",
                self.memory,
                "how many means of what worked are remembered",
            )
            .at_least(1.0)
            .at_most(1000.0),
            ConfigOption::new(
                "archive",
                self.archive,
                "how many replaced members are kept, in populations",
            )
            .at_least(0.0)
            .at_most(100.0),
            ConfigOption::new(
                "shrink",
                self.shrink,
                "whether the population shrinks over the budget of trials",
            ),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<DifferentialEvolution, Unsupported> {
        options::one_objective(NAME, problem)?;
        for option in self.options() {
            option.check(NAME)?;
        }
        let genome = Genome::new(&problem.space);
        let budget = problem.budget.trials;
        let popsize = self.popsize.map(|popsize| popsize as usize);
        let usual = (2 * genome.free()).clamp(8, 100);
        let affordable = budget.map_or(usual, |trials| (trials / 80).clamp(8, 100) as usize);
        Ok(DifferentialEvolution::new(
            genome,
            Settings {
                popsize: popsize.unwrap_or(usual.min(affordable)),
                p_best: self.p_best,
                memory: self.memory as usize,
                archive: self.archive,
                shrinks_over: budget.filter(|_| self.shrink),
            },
        ))
    }
}
