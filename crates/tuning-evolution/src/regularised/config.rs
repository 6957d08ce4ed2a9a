//! [`RegularisedEvolutionConfig`]: the options of [`RegularisedEvolution`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Problem, Spec, StrategyConfig, Unsupported};

use super::{NAME, strategy::RegularisedEvolution};
use crate::{genome::Genome, options};

/// The options of [`RegularisedEvolution`].
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_evolution::RegularisedEvolutionConfig;
///
/// let ops = ["none", "skip", "conv1x1", "conv3x3", "pool"];
/// let space = Space::new((0..6).map(|edge| Parameter::categorical(format!("edge{edge}"), ops)))?;
/// let problem = Problem::new(space, Objectives::minimize("error")?);
/// let evolution = RegularisedEvolutionConfig::default().tournament(10).build(&problem)?;
/// # let _ = evolution;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RegularisedEvolutionConfig {
    /// How many of the youngest trials are the population (P), 4 to 10,000.
    pub popsize: u32,
    /// How many of them are drawn, with repetitions, for the best one to become a parent (S), 1 to 10,000.
    pub tournament: u32,
}

impl Default for RegularisedEvolutionConfig {
    /// A smaller population and keener selection than the paper's 100 and 25, which are for 20,000 trials.
    fn default() -> Self {
        Self {
            popsize: 50,
            tournament: 50,
        }
    }
}

impl RegularisedEvolutionConfig {
    /// Sets how many trials are in the population.
    #[must_use]
    pub fn popsize(mut self, popsize: u32) -> Self {
        self.popsize = popsize;
        self
    }

    /// Sets how many are in a tournament.
    #[must_use]
    pub fn tournament(mut self, tournament: u32) -> Self {
        self.tournament = tournament;
        self
    }
}

impl StrategyConfig for RegularisedEvolutionConfig {
    type Strategy = RegularisedEvolution;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "popsize",
                self.popsize,
                "how many of the youngest trials are the population",
            )
            .at_least(4.0)
            .at_most(10_000.0),
            ConfigOption::new(
                "tournament",
                self.tournament,
                "how many are drawn for the best one to become a parent",
            )
            .at_least(1.0)
            .at_most(10_000.0),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<RegularisedEvolution, Unsupported> {
        options::one_objective(NAME, problem)?;
        for option in self.options() {
            option.check(NAME)?;
        }
        let genome = Genome::new(&problem.space);
        Ok(RegularisedEvolution::new(
            genome,
            self.popsize as usize,
            self.tournament as usize,
        ))
    }
}
