//! Random search whose trials pause at a first rung and are given up there, beside as many new ones as are asked for.

use std::collections::BTreeSet;

use tuning_core::{
    Ask, Asked, Fact, Fidelity, Problem, Proposal, Strategy, StrategyError, TrialId, Unsupported,
};

use super::random::Random;

#[derive(Debug)]
pub(crate) struct GivingUp {
    inner: Random,
    rung: Option<Fidelity>,
    paused: BTreeSet<TrialId>,
}

impl GivingUp {
    pub(crate) fn build(problem: &Problem) -> Result<Self, Unsupported> {
        let rung = problem
            .fidelity
            .filter(|range| range.min() < range.max())
            .map(|range| range.min());
        Ok(Self {
            inner: Random::build(problem)?,
            rung,
            paused: BTreeSet::new(),
        })
    }
}

impl Strategy for GivingUp {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        // Every third trial runs to its end, so that there is something to learn.
        let new = self.inner.ask(ask)?;
        let mut n = 0;
        let new = new.map(|proposal| {
            let whole = ask.trial(n).get().is_multiple_of(3);
            n += 1;
            proposal.until(self.rung.filter(|_| !whole))
        });
        let give_up = self.paused.iter().map(|trial| Proposal::give_up(*trial));
        Ok(match new {
            Asked::Propose(new) => Asked::Propose(give_up.chain(new).collect()),
            other => other,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Paused(paused) => drop(self.paused.insert(paused.trial)),
            Fact::Resumed(resumed) => drop(self.paused.remove(&resumed.trial)),
            Fact::Ended(ended) => drop(self.paused.remove(&ended.trial)),
            _ => {}
        }
    }
}
