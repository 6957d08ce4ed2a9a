//! [`Ladder`]: a strategy that pauses, resumes, forks and gives up, and [`StopSome`]: a pruner that stops some trials.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    Ask, Asked, Fact, Fidelity, FidelityRange, Params, Problem, Proposal, Pruner, PrunerConfig,
    Space, Spec, Strategy, StrategyConfig, StrategyError, TrialId, Unsupported, Verdict,
};

/// Trials begin on the lowest rung. Of those that pause, a third is resumed, a third forked once and then given up, and
/// a third given up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LadderConfig;

impl StrategyConfig for LadderConfig {
    type Strategy = Ladder;

    fn spec(&self) -> Spec {
        Spec::new("ladder")
    }

    fn build(&self, problem: &Problem) -> Result<Ladder, Unsupported> {
        let range = problem
            .fidelity
            .ok_or_else(|| Unsupported::new("ladder", "needs fidelities"))?;
        Ok(Ladder {
            space: problem.space.clone(),
            range,
            params: BTreeMap::new(),
            paused: BTreeMap::new(),
            forked: BTreeSet::new(),
            in_flight: BTreeSet::new(),
        })
    }
}

#[derive(Debug)]
pub(crate) struct Ladder {
    space: Space,
    range: FidelityRange,
    params: BTreeMap<TrialId, Params>,
    paused: BTreeMap<TrialId, Fidelity>,
    forked: BTreeSet<TrialId>,
    in_flight: BTreeSet<TrialId>,
}

impl Ladder {
    /// The next rung; none behind the last one.
    fn next(&self, at: Fidelity) -> Option<Fidelity> {
        let next = Fidelity::new(at.get().saturating_mul(2).max(1));
        (next < self.range.max()).then_some(next)
    }
}

impl Strategy for Ladder {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let slots = ask.slots().get();
        let (mut proposals, mut work, mut new) = (Vec::new(), 0, 0);
        let room = ask.trials_left().unwrap_or(u64::MAX);
        for (trial, at) in &self.paused {
            if work == slots {
                break;
            }
            let fork = !self.forked.contains(trial) && new < room;
            match (trial.get() % 3, self.params.get(trial)) {
                (0, _) => {
                    proposals.push(Proposal::resume(*trial).until(self.next(*at)));
                    work += 1;
                }
                (1, Some(params)) if fork => {
                    let fork = Proposal::fork(*trial, params.clone());
                    proposals.push(fork.until(self.next(*at)));
                    (work, new) = (work + 1, new + 1);
                }
                _ => proposals.push(Proposal::give_up(*trial)),
            }
        }
        while work < slots && new < room {
            let seed = ask.seed(new as usize);
            let point: Vec<f64> = (0..self.space.len())
                .map(|d| seed.derive(d as u64).unit())
                .collect();
            let start = Proposal::start(self.space.decode(&point)?);
            // Some run to their end at once.
            let whole = ask.trial(new as usize).get().is_multiple_of(4);
            proposals.push(start.until((!whole).then_some(self.range.min())));
            (work, new) = (work + 1, new + 1);
        }
        Ok(match (proposals.is_empty(), self.in_flight.is_empty()) {
            (false, _) => Asked::Propose(proposals),
            (true, false) => Asked::Wait,
            (true, true) => Asked::Done,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                self.params.insert(started.trial, started.params.clone());
                self.in_flight.insert(started.trial);
                self.forked.extend(started.fork.map(|fork| fork.trial));
            }
            Fact::Resumed(resumed) => {
                self.paused.remove(&resumed.trial);
                self.in_flight.insert(resumed.trial);
            }
            Fact::Paused(paused) => {
                self.in_flight.remove(&paused.trial);
                self.paused.insert(paused.trial, paused.at);
            }
            Fact::Ended(ended) => {
                self.in_flight.remove(&ended.trial);
                self.paused.remove(&ended.trial);
            }
            _ => {}
        }
    }
}

/// Stops each trial whose number and report say so: a third of them, at their second report or later.
#[derive(Clone, Debug, Default)]
pub(crate) struct StopSome {
    reports: BTreeMap<TrialId, u64>,
}

impl PrunerConfig for StopSome {
    type Pruner = Self;

    fn spec(&self) -> Spec {
        Spec::new("stop-some")
    }

    fn build(&self, _: &Problem) -> Result<Self, Unsupported> {
        Ok(self.clone())
    }
}

impl Pruner for StopSome {
    fn tell(&mut self, fact: &Fact) {
        if let Fact::Reported(reported) = fact {
            *self.reports.entry(reported.trial).or_default() += 1;
        }
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        let reports = self.reports.get(&trial).copied().unwrap_or_default();
        match trial.get() % 3 == 2 && reports >= 2 {
            true => Verdict::Stop,
            false => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}
