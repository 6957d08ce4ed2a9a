//! Promotion over an inner strategy: the family of successive halving (ASHA).

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    Ask, Asked, Ended, Fact, Fidelity, Outcome, Problem, Proposal, ProposalKind, Strategy,
    StrategyError, Tag, TrialId, Unsupported, Values,
};

const LAYER: &str = "asha";
const ETA: usize = 3;

#[derive(Debug)]
pub(crate) struct Asha<S> {
    inner: S,
    rungs: Vec<Fidelity>,
    /// What was measured at each rung by trials of ours.
    measured: Vec<Vec<(f64, TrialId)>>,
    ours: BTreeMap<TrialId, Ours>,
    /// Everything in flight, ours or not: only then we may wait.
    in_flight: BTreeSet<TrialId>,
}

#[derive(Debug)]
struct Ours {
    last: Option<(Fidelity, Values)>,
    paused: bool,
    /// The inner strategy knows no fidelities: its trial ends at the first rung.
    inner_told: bool,
}

impl<S: Strategy> Asha<S> {
    pub(crate) fn over(problem: &Problem, inner: S) -> Result<Self, Unsupported> {
        let Some(range) = problem.fidelity else {
            return Err(Unsupported::new(
                LAYER,
                "needs fidelities: declare a range of them",
            ));
        };
        if problem.objectives.len() != 1 {
            return Err(Unsupported::new(
                LAYER,
                "compares by one objective: choose one",
            ));
        }
        let mut rungs = vec![range.min()];
        while rungs[rungs.len() - 1] < range.max() {
            let next = rungs[rungs.len() - 1].get() * ETA as u64;
            rungs.push(Fidelity::new(next).min(range.max()));
        }
        Ok(Self {
            inner,
            measured: vec![Vec::new(); rungs.len()],
            rungs,
            ours: BTreeMap::new(),
            in_flight: BTreeSet::new(),
        })
    }

    /// The paused trials in the top third of their rungs, from the highest rung down, and the rung
    /// that each may be resumed to.
    // Li et al. 2020, arXiv:1810.05934, Alg. 2.
    fn promotable(&self) -> Vec<(TrialId, usize)> {
        let mut found = Vec::new();
        for rung in (0..self.rungs.len() - 1).rev() {
            let mut order = self.measured[rung].clone();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for (_, trial) in order.iter().take(order.len() / ETA) {
                let waits = self.ours.get(trial).is_some_and(|ours| {
                    ours.paused
                        && ours
                            .last
                            .as_ref()
                            .is_some_and(|(at, _)| *at == self.rungs[rung])
                });
                if waits {
                    found.push((*trial, rung + 1));
                }
            }
        }
        found
    }

    fn idle(&self) -> Asked {
        if self.in_flight.is_empty() {
            Asked::Done
        } else {
            Asked::Wait
        }
    }

    fn new_trials(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let Asked::Propose(proposals) = self.inner.ask(ask)? else {
            return Ok(Asked::Wait);
        };
        let first = self.rungs[0];
        let wrap = |proposal: Proposal| match proposal.kind() {
            ProposalKind::Start(_) if proposal.target().is_none() => {
                Ok(proposal.until(first).wrapped(LAYER, 0))
            }
            _ => Err(StrategyError::new(
                "asha runs over strategies that only start trials, and to their end",
            )),
        };
        proposals
            .into_iter()
            .map(wrap)
            .collect::<Result<_, _>>()
            .map(Asked::Propose)
    }

    /// Tells the inner strategy once how its trial went: by its last report, or by its outcome.
    fn tell_inner(&mut self, trial: TrialId, outcome: Option<&Outcome>) {
        let Some(ours) = self.ours.get_mut(&trial).filter(|ours| !ours.inner_told) else {
            return;
        };
        ours.inner_told = true;
        let last = ours
            .last
            .as_ref()
            .map(|(_, values)| Outcome::Completed(values.clone()));
        let outcome = outcome.cloned().or(last).unwrap_or(Outcome::Stopped);
        self.inner.tell(&Ended::new(trial, outcome).into());
    }

    fn note_rung(&mut self, trial: TrialId) {
        let Some((at, values)) = self.ours.get(&trial).and_then(|ours| ours.last.as_ref()) else {
            return;
        };
        if let Some(rung) = self.rungs.iter().position(|rung| rung == at)
            && !self.measured[rung].iter().any(|(_, other)| *other == trial)
        {
            self.measured[rung].push((values.first(), trial));
        }
    }
}

impl<S: Strategy> Strategy for Asha<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let resume = |(trial, rung): (TrialId, usize)| {
            let note = Tag::new(LAYER, rung);
            Proposal::resume(trial).until(self.rungs[rung]).tag(note)
        };
        let slots = ask.slots().get();
        let mut proposals: Vec<_> = self
            .promotable()
            .into_iter()
            .take(slots)
            .map(resume)
            .collect();
        let free = std::num::NonZeroUsize::new(slots - proposals.len());
        if let Some(free) = free.filter(|_| ask.trials_left() != Some(0))
            && let Asked::Propose(new) = self.new_trials(&ask.with_slots(free))?
        {
            proposals.extend(new);
        }
        Ok(if proposals.is_empty() {
            self.idle()
        } else {
            Asked::Propose(proposals)
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                self.in_flight.insert(started.trial);
                let inner = fact.unwrapped(LAYER);
                if started.tag.note(LAYER).is_none() {
                    return self.inner.tell(&inner); // a foreign trial
                }
                let ours = Ours {
                    last: None,
                    paused: false,
                    inner_told: false,
                };
                self.ours.insert(started.trial, ours);
                if let Fact::Started(inner) = inner.into_owned() {
                    self.inner.tell(&inner.until(None).into());
                }
            }
            Fact::Resumed(resumed) => {
                if let Some(ours) = self.ours.get_mut(&resumed.trial) {
                    self.in_flight.insert(resumed.trial);
                    ours.paused = false;
                }
            }
            Fact::Reported(reported) => match self.ours.get_mut(&reported.trial) {
                Some(ours) => ours.last = Some((reported.at, reported.values.clone())),
                None => self.inner.tell(fact),
            },
            Fact::Paused(paused) => {
                self.in_flight.remove(&paused.trial);
                match self.ours.get_mut(&paused.trial) {
                    Some(ours) => ours.paused = true,
                    None => return self.inner.tell(fact),
                }
                self.note_rung(paused.trial);
                self.tell_inner(paused.trial, None);
            }
            Fact::Ended(ended) => {
                self.in_flight.remove(&ended.trial);
                match self.ours.get_mut(&ended.trial) {
                    Some(ours) => ours.paused = false,
                    None => return self.inner.tell(fact),
                }
                if let Outcome::Completed(_) = ended.outcome {
                    self.note_rung(ended.trial);
                }
                self.tell_inner(ended.trial, Some(&ended.outcome));
            }
            _ => self.inner.tell(fact),
        }
    }
}
