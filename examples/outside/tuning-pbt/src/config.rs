//! [`PbtConfig`]: the options.

use serde::{Deserialize, Serialize};
use tuning_core::{Fidelity, Problem, Spec, StrategyConfig, Unsupported};

use crate::Pbt;

/// What it is called in study files, in journals and in errors.
pub const NAME: &str = "pbt";

/// The options of [`Pbt`]. A study file gives them by the names of the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PbtConfig {
    /// How many members train side by side: at least 2.
    pub members: u64,
    /// In how many rounds of equal length they train: at least 2.
    pub rounds: u64,
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
    /// The same with this many members.
    #[must_use]
    pub fn members(mut self, members: u64) -> Self {
        self.members = members;
        self
    }

    /// The same with this many rounds.
    #[must_use]
    pub fn rounds(mut self, rounds: u64) -> Self {
        self.rounds = rounds;
        self
    }
}

impl StrategyConfig for PbtConfig {
    type Strategy = Pbt;

    fn spec(&self) -> Spec {
        Spec::new(NAME)
            .option("members", self.members.cast_signed())
            .option("rounds", self.rounds.cast_signed())
            .option("replaced", self.replaced)
            .option("step", self.step)
            .option("resample", self.resample)
    }

    fn build(&self, problem: &Problem) -> Result<Pbt, Unsupported> {
        let refuse = |message| Err(Unsupported::new(NAME, message));
        for (name, count) in [("members", self.members), ("rounds", self.rounds)] {
            if count < 2 {
                return refuse(format!("cannot use `{name}: {count}`: give it at least 2"));
            }
        }
        let parts = [("replaced", self.replaced, 0.5), ("step", self.step, 1.0)];
        for (name, part, most) in parts {
            if !(part > 0.0 && part <= most) {
                return refuse(format!(
                    "cannot use `{name}: {part}`: give it more than 0, at most {most}"
                ));
            }
        }
        if !(0.0..=1.0).contains(&self.resample) {
            let resample = self.resample;
            return refuse(format!("cannot use `resample: {resample}`: give it 0 to 1"));
        }
        if problem.objectives.len() != 1 {
            return refuse("compares by one objective: choose one".to_owned());
        }
        let Some(range) = problem.fidelity else {
            return refuse("trains in rounds: declare a range of fidelities".to_owned());
        };
        // The last round has no end of its own: a trial runs to its end.
        let end = |round| {
            range.max().get() / self.rounds * round
                + range.max().get() % self.rounds * round / self.rounds
        };
        let mut ends: Vec<_> = (1..self.rounds)
            .map(|round| Fidelity::new(end(round)))
            .collect();
        ends.retain(|end| *end >= range.min() && *end < range.max());
        ends.dedup();
        Ok(Pbt::new(self.clone(), problem.space.clone(), ends))
    }
}
