//! The strategy `my-strategy`: say here what it does, where it comes from, and what it is good for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tuning_core::{
    Ask, Asked, ConfigOption, Fact, Outcome, Params, Problem, Proposal, Space, Strategy, StrategyConfig,
    StrategyError, Spec, TrialId, Unsupported,
};

/// What it is called in study files, in journals and in errors.
pub const NAME: &str = "my-strategy";

/// The options of [`MyStrategy`]. A study file gives them by the names of the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MyStrategyConfig {
    /// How far from the best point to look, as a part of each parameter's range: above 0, at most 1.
    pub step: f64,
}

impl Default for MyStrategyConfig {
    fn default() -> Self {
        Self { step: 0.2 }
    }
}

impl MyStrategyConfig {
    /// The same with another step.
    #[must_use]
    pub fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }
}

impl StrategyConfig for MyStrategyConfig {
    type Strategy = MyStrategy;

    /// The one place that says what the options do and how far they may go: study files, `tune strategies`, schemas,
    /// journals and refusals have it from here.
    fn options(&self) -> Vec<ConfigOption> {
        let about = "how far from the best point to look, as a part of each parameter's range";
        vec![
            ConfigOption::new("step", self.step, about)
                .above(0.0)
                .at_most(1.0),
        ]
    }

    fn spec(&self) -> Spec {
        // All options: a journal keeps them, and a study is not continued with others by mistake.
        Spec::new(NAME).options(self.options())
    }

    fn build(&self, problem: &Problem) -> Result<MyStrategy, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        if problem.objectives.len() != 1 {
            return Err(Unsupported::new(NAME, "optimises one objective: choose one"));
        }
        Ok(MyStrategy {
            space: problem.space.clone(),
            step: self.step,
            running: BTreeMap::new(),
            best: None,
        })
    }
}

/// What the facts of a study have made of it: everything here changes in `tell` alone.
#[derive(Clone, Debug)]
pub struct MyStrategy {
    space: Space,
    step: f64,
    running: BTreeMap<TrialId, Params>,
    best: Option<(f64, Params)>,
}

impl Strategy for MyStrategy {
    /// Proposes what to try next.
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        // Fill this in, and remove these two lines. What there is to go by:
        // - `ask.slots()`: how many proposals are wanted at most, and `ask.seed(n)`, the only source of chance;
        // - `self.best`, what `tell` remembers; `self.space.encode(params)` is a point of the unit cube, with none for
        //   an inactive parameter, and `self.space.decode(&point)` leads back, from one number per parameter;
        // - the answer: `Asked::Propose(vec![Proposal::start(params), …])`.
        let _ = (ask, &self.space, self.step, &self.best, Proposal::start);
        Err(StrategyError::new("`my-strategy` proposes nothing yet: fill in `ask` in src/lib.rs"))
    }

    /// Learns from what happened. Losses are smaller the better, whatever the study's direction.
    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                self.running.insert(started.trial, started.params.clone());
            }
            Fact::Ended(ended) => {
                let params = self.running.remove(&ended.trial);
                if let (Some(params), Outcome::Completed(losses)) = (params, &ended.outcome) {
                    let loss = losses.first();
                    if self.best.as_ref().is_none_or(|(best, _)| loss < *best) {
                        self.best = Some((loss, params));
                    }
                }
            }
            _ => {}
        }
    }
}
