//! [`PbtConfig`]: the options.

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Fidelity, Problem, Spec, StrategyConfig, Unsupported};

use crate::Pbt;

/// What it is called in study files, in journals and in errors.
pub const NAME: &str = "pbt";

/// The options of [`Pbt`]. A study file gives them by the names of the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PbtConfig {
    /// How many members train side by side: at least 2.
    pub members: u32,
    /// In how many rounds of equal length they train: at least 2.
    pub rounds: u32,
    /// Which part of the members is replaced after a round: above 0, at most 0.5.
    pub replaced: f64,
    /// How far a copy's parameters move, as a part of each one's range: above 0, at most 1.
    pub step: f64,
    /// How likely a copy's parameter is drawn anew instead: 0 to 1.
    pub resample: f64,
}

impl Default for PbtConfig {
    fn default() -> Self {
        // Jaderberg et al. 2017: the worst 20 % are replaced, a quarter of the parameters are drawn anew (section 4.1).
        Self {
            members: 10,
            rounds: 5,
            replaced: 0.2,
            step: 0.2,
            resample: 0.25,
        }
    }
}

impl PbtConfig {
    /// Sets how many members there are.
    #[must_use]
    pub fn members(mut self, members: u32) -> Self {
        self.members = members;
        self
    }

    /// The same with this many rounds.
    #[must_use]
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds;
        self
    }
}

impl StrategyConfig for PbtConfig {
    type Strategy = Pbt;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new("members", self.members, "how many train side by side").at_least(2.0),
            ConfigOption::new("rounds", self.rounds, "in how many rounds they train").at_least(2.0),
            ConfigOption::new(
                "replaced",
                self.replaced,
                "which part of the members is replaced after a round",
            )
            .above(0.0)
            .at_most(0.5),
            ConfigOption::new(
                "step",
                self.step,
                "how far a copy's parameters move, as a part of each one's range",
            )
            .above(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "resample",
                self.resample,
                "how likely a copy's parameter is drawn anew instead",
            )
            .at_least(0.0)
            .at_most(1.0),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Pbt, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let refuse = |message| Err(Unsupported::new(NAME, message));
        if problem.objectives.len() != 1 {
            return refuse("compares by one objective: choose one");
        }
        let Some(range) = problem.fidelity else {
            return refuse("trains in rounds: declare a range of fidelities");
        };
        // The last round has no end of its own: a trial runs to its end.
        let rounds = u64::from(self.rounds);
        let end = |round| {
            range.max().get() / rounds * round + range.max().get() % rounds * round / rounds
        };
        let mut ends: Vec<_> = (1..rounds).map(|round| Fidelity::new(end(round))).collect();
        ends.retain(|end| *end >= range.min() && *end < range.max());
        ends.dedup();
        Ok(Pbt::new(self.clone(), problem.space.clone(), ends))
    }
}
