//! [`RegularisedEvolutionConfig`]: the options of [`RegularisedEvolution`].

use serde::{Deserialize, Serialize};
use tuning_core::{Problem, Spec, StrategyConfig, Unsupported};

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
    pub popsize: usize,
    /// How many of them are drawn, with repetitions, for the best one to become a parent (S), 1 to 10,000.
    pub tournament: usize,
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
    /// The same with so many trials in the population.
    #[must_use]
    pub fn popsize(mut self, popsize: usize) -> Self {
        self.popsize = popsize;
        self
    }

    /// The same with so many in a tournament.
    #[must_use]
    pub fn tournament(mut self, tournament: usize) -> Self {
        self.tournament = tournament;
        self
    }
}

impl StrategyConfig for RegularisedEvolutionConfig {
    type Strategy = RegularisedEvolution;

    fn spec(&self) -> Spec {
        Spec::new(NAME)
            .option("popsize", options::count(self.popsize))
            .option("tournament", options::count(self.tournament))
    }

    fn build(&self, problem: &Problem) -> Result<RegularisedEvolution, Unsupported> {
        options::one_objective(NAME, problem)?;
        options::popsize(NAME, self.popsize)?;
        options::within(NAME, "tournament", self.tournament, &(1..=10_000))?;
        let genome = Genome::new(&problem.space);
        Ok(RegularisedEvolution::new(
            genome,
            self.popsize,
            self.tournament,
        ))
    }
}
