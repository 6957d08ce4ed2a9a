//! [`Nsga2Config`]: the options of [`Nsga2`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{NAME, strategy::Nsga2, variation::Variation};
use crate::genome::Genome;

/// The options of [`Nsga2`].
///
/// # Example
/// ```
/// use tuning_core::{Objective, Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_evolution::Nsga2Config;
///
/// let space = Space::new([Parameter::int("width", 8, 512).log(), Parameter::float("dropout", 0.0, 0.5)])?;
/// let objectives = Objectives::new([Objective::maximize("accuracy"), Objective::minimize("millis")])?;
/// let nsga2 = Nsga2Config::default().popsize(60).build(&Problem::new(space, objectives))?;
/// # let _ = nsga2;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Nsga2Config {
    /// How many members the population has (N), 4 to 1000: about as many as the front shall have points.
    pub popsize: u32,
    /// How likely two parents mix their genes, 0 to 1.
    pub crossover: f64,
    /// How near children stay to their parents where numbers are mixed (η_c), 0 to 1000.
    pub crossover_eta: f64,
    /// How likely each gene is mutated, 0 to 1; if absent, one gene of a trial on average.
    pub mutation: Option<f64>,
    /// How near a mutated number stays to what it was (η_m), 0 to 1000.
    pub mutation_eta: f64,
}

impl Default for Nsga2Config {
    /// A smaller population and larger steps than the paper's 100, 20 and 20, which are meant for 25,000 trials.
    fn default() -> Self {
        Self {
            popsize: 30,
            crossover: 0.9,
            crossover_eta: 10.0,
            mutation: None,
            mutation_eta: 5.0,
        }
    }
}

impl Nsga2Config {
    /// Sets how many members there are.
    #[must_use]
    pub fn popsize(mut self, popsize: u32) -> Self {
        self.popsize = popsize;
        self
    }

    /// Sets the probability of mixing genes.
    #[must_use]
    pub fn crossover(mut self, probability: f64) -> Self {
        self.crossover = probability;
        self
    }

    /// Sets how near children stay to their parents.
    #[must_use]
    pub fn crossover_eta(mut self, eta: f64) -> Self {
        self.crossover_eta = eta;
        self
    }

    /// Sets the probability of a gene's mutation.
    #[must_use]
    pub fn mutation(mut self, probability: impl Into<Option<f64>>) -> Self {
        self.mutation = probability.into();
        self
    }

    /// Sets how small mutations are.
    #[must_use]
    pub fn mutation_eta(mut self, eta: f64) -> Self {
        self.mutation_eta = eta;
        self
    }
}

impl StrategyConfig for Nsga2Config {
    type Strategy = Nsga2;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "popsize",
                self.popsize,
                "how many members the population has",
            )
            .at_least(4.0)
            .at_most(1000.0),
            ConfigOption::new(
                "crossover",
                self.crossover,
                "how likely two parents mix their genes",
            )
            .at_least(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "crossover_eta",
                self.crossover_eta,
                "how near children stay to their parents",
            )
            .at_least(0.0)
            .at_most(1000.0),
            ConfigOption::new(
                "mutation",
                self.mutation,
                "how likely each gene is mutated; if absent, one of a trial",
            )
            .at_least(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "mutation_eta",
                self.mutation_eta,
                "how near a mutated number stays to what it was",
            )
            .at_least(0.0)
            .at_most(1000.0),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Nsga2, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let genome = Genome::new(&problem.space);
        let variation = Variation {
            crossover: self.crossover,
            crossover_eta: self.crossover_eta,
            mutation: self.mutation.unwrap_or(1.0 / genome.free() as f64),
            mutation_eta: self.mutation_eta,
        };
        Ok(Nsga2::new(genome, self.popsize as usize, variation))
    }
}
