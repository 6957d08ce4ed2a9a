//! Asking: from a strategy's answer to numbered work, in either order, within the laws and the budget.

use std::num::NonZeroUsize;

use super::{
    error::{AskError, IllegalProposal},
    machine::{AskTell, Open, Turn},
};
use crate::{
    Ask, Asked, Counted, EndReason, Fidelity, Order, Outcome, Proposal, ProposalKind, Strategy,
    Tag, TrialId, Work,
    fact::{Ended, Fact, Fork, Resumed, Started},
    space::Params,
};

/// What came of an answer.
#[derive(Default)]
struct Accepted {
    work: Vec<Work>,
    gave_up: bool,
    /// Whether there was work that the budget does not leave the resource for.
    too_long: bool,
}

impl Accepted {
    /// Why nothing was taken of an answer that had something to offer.
    fn reason(&self) -> EndReason {
        match self.too_long {
            true => EndReason::Resource,
            false => EndReason::Trials,
        }
    }
}

impl<S: Strategy> AskTell<S> {
    pub(super) fn ask_now(&mut self, slots: NonZeroUsize) -> Result<Turn, AskError> {
        let wanted = std::iter::from_fn(|| self.next_wanted());
        let wanted: Vec<Work> = wanted.take(slots.get()).collect();
        if !wanted.is_empty() {
            return Ok(Turn::Work(wanted));
        }
        loop {
            if let Some(reason) = self.over().or_else(|| self.promised()) {
                return Ok(self.idle(reason));
            }
            if self.trials_left() == Some(0) && self.problem.fidelity.is_none() {
                return Ok(self.idle(EndReason::Trials));
            }
            match self.ask_strategy(slots)? {
                Asked::Propose(proposals) => {
                    let accepted = self.accept(proposals)?;
                    if !accepted.work.is_empty() {
                        return Ok(Turn::Work(accepted.work));
                    }
                    // Each round ends a paused trial, so the rounds end.
                    if !accepted.gave_up {
                        return Ok(self.idle(accepted.reason()));
                    }
                }
                Asked::Wait if self.running.is_empty() => return Err(AskError::Deadlock),
                Asked::Wait => return Ok(Turn::Wait),
                Asked::Done => return Ok(self.idle(EndReason::Exhausted)),
            }
        }
    }

    /// One proposal at a time, each after exactly the results that it may know: whatever the number
    /// of slots or workers, the strategy sees the same calls.
    pub(super) fn ask_in_line(
        &mut self,
        slots: NonZeroUsize,
        lag: NonZeroUsize,
    ) -> Result<Turn, AskError> {
        let mut work = Vec::new();
        let mut reason = None;
        while work.len() < slots.get() {
            let due = (self.line.next() + 1).saturating_sub(lag.get() as u64);
            if !self.tell_until(due) {
                break;
            }
            if let Some(wanted) = self.next_wanted() {
                work.push(wanted);
                continue;
            }
            reason = self.over();
            if reason.is_some() {
                break;
            }
            if self.promised().is_some() {
                // Let it know one more: that may have used less.
                if self.tell_until(self.line.told() + 1) {
                    continue;
                }
                break;
            }
            if self.trials_left() == Some(0) && self.problem.fidelity.is_none() {
                // One that is not told yet may have failed, and leave its place to another one.
                let may_change = self.problem.budget.of == Counted::Completed;
                if may_change && !self.line.is_empty() {
                    if self.tell_until(self.line.told() + 1) {
                        continue;
                    }
                    break;
                }
                reason = Some(EndReason::Trials);
                break;
            }
            let accepted = match self.ask_strategy(NonZeroUsize::MIN)? {
                Asked::Propose(proposals) => self.accept(proposals)?,
                Asked::Wait if self.line.is_empty() => return Err(AskError::Deadlock),
                Asked::Wait => Accepted::default(),
                Asked::Done => {
                    reason = Some(EndReason::Exhausted);
                    break;
                }
            };
            if accepted.work.is_empty() && !accepted.gave_up {
                // It waits (or only resumed or shorter work may still be proposed): let it know one more.
                if self.line.is_empty() {
                    reason = Some(accepted.reason());
                    break;
                }
                let next = self.line.told() + 1;
                if !self.tell_until(next) {
                    break;
                }
            }
            work.extend(accepted.work);
        }
        if !work.is_empty() {
            return Ok(Turn::Work(work));
        }
        Ok(reason.map_or(Turn::Wait, |reason| self.idle(reason)))
    }

    /// Begins the next trial that the caller wants, unless something is broken.
    fn next_wanted(&mut self) -> Option<Work> {
        if self.spent.is_broken(&self.problem.budget) {
            return None;
        }
        let (params, tag) = self.wanted.pop_front()?;
        // They lay in the space when they were asked for.
        self.start(&params, tag).ok()
    }

    fn ask_strategy(&mut self, slots: NonZeroUsize) -> Result<Asked, AskError> {
        let ask = Ask::new(slots, self.next, self.seed)
            .with_trials_left(self.trials_left())
            .with_resource_left(self.spent.resource_left(&self.problem.budget));
        let asked = self.strategy.ask(&ask)?;
        if let Asked::Propose(proposals) = &asked {
            if proposals.is_empty() {
                return Err(IllegalProposal::Empty.into());
            }
            let proposed = proposals.iter().filter(|proposal| proposal.is_work());
            let (proposed, slots) = (proposed.count(), slots.get());
            if proposed > slots {
                return Err(IllegalProposal::TooMany { proposed, slots }.into());
            }
        }
        Ok(asked)
    }

    /// Takes the proposals that the budget allows. No work is taken behind a piece of work that it leaves too little resource
    /// for: the strategy wanted that one first, and what is in flight may leave more than it was asked for.
    fn accept(&mut self, proposals: Vec<Proposal>) -> Result<Accepted, AskError> {
        let mut accepted = Accepted::default();
        for proposal in proposals {
            if proposal.is_new() && self.trials_left() == Some(0) {
                continue;
            }
            // The first one is within the limits: that was looked at. Each one that is accepted uses some of them, also
            // one that gives a trial up: that trial has ended without an improvement.
            let is_first = accepted.work.is_empty() && !accepted.gave_up;
            if proposal.is_work() && !is_first && self.over().or_else(|| self.promised()).is_some()
            {
                continue;
            }
            if proposal.is_work() && accepted.too_long {
                continue;
            }
            let gives_up = !proposal.is_work();
            let (trial, fact) = self.legal(proposal)?;
            if !self.spent.affords(&self.problem, &fact) {
                accepted.too_long = true;
                continue;
            }
            accepted.gave_up |= gives_up;
            self.happened_by(fact, self.known());
            let open = self.running.get(&trial);
            accepted
                .work
                .extend(open.map(|open| open.work(trial, self.seed)));
        }
        Ok(accepted)
    }

    /// Turns a proposal into the fact that it is accepted, if the laws allow it.
    fn legal(&self, proposal: Proposal) -> Result<(TrialId, Fact), IllegalProposal> {
        let (kind, until, tag) = proposal.into_parts();
        if let Some(until) = until {
            let range = self.problem.fidelity;
            if !range.is_some_and(|range| until.get() >= 1 && until <= range.max()) {
                let range =
                    range.map_or("none".to_owned(), |r| format!("{} to {}", r.min(), r.max()));
                return Err(IllegalProposal::Fidelity { until, range });
            }
        }
        let higher = |trial, at: Option<Fidelity>| match (at, until) {
            (Some(at), Some(until)) if until <= at => {
                Err(IllegalProposal::NotHigher { trial, at, until })
            }
            _ => Ok(()),
        };
        match kind {
            ProposalKind::Start(params) => self.started_fact(params, None, until, tag),
            ProposalKind::Fork(donor, params) => {
                let at = self
                    .checkpoint(donor)
                    .ok_or(IllegalProposal::NotForkable { trial: donor })?;
                higher(donor, at)?;
                self.started_fact(params, Some(Fork::new(donor, at)), until, tag)
            }
            ProposalKind::Resume(trial) => {
                let open = self
                    .known_pause(trial)
                    .ok_or(IllegalProposal::NotPaused { trial })?;
                higher(trial, open.at)?;
                let mut resumed = Resumed::new(trial, until);
                resumed.tag = tag;
                Ok((trial, resumed.into()))
            }
            ProposalKind::GiveUp(trial) => {
                self.known_pause(trial)
                    .ok_or(IllegalProposal::NothingToGiveUp { trial })?;
                Ok((trial, Ended::new(trial, Outcome::Stopped).into()))
            }
        }
    }

    /// A paused trial, if the strategy can know that it is.
    fn known_pause(&self, trial: TrialId) -> Option<&Open> {
        self.paused.get(&trial).filter(|_| !self.line.holds(trial))
    }

    /// The fidelity of the checkpoint of a paused or ended trial, if it reported one; none if the trial
    /// is neither, as far as the strategy can know, or was given up.
    pub(super) fn checkpoint(&self, trial: TrialId) -> Option<Option<Fidelity>> {
        let known = trial < self.next && !self.line.holds(trial);
        if !known || self.running.contains_key(&trial) || self.given_up.contains(&trial) {
            return None;
        }
        Some(match self.paused.get(&trial) {
            Some(open) => open.at,
            None => self.ended.get(&trial).copied(),
        })
    }

    fn started_fact(
        &self,
        params: Params,
        fork: Option<Fork>,
        until: Option<Fidelity>,
        tag: Tag,
    ) -> Result<(TrialId, Fact), IllegalProposal> {
        let params = self.problem.space.align(&params)?;
        let mut started = Started::new(self.next, params).until(until).tag(tag);
        started.fork = fork;
        Ok((self.next, started.into()))
    }

    /// How many pieces of work a proposal knows that is made now.
    pub(super) fn known(&self) -> u64 {
        match self.order {
            Order::AsFinished => 0,
            Order::AsProposed { .. } => self.line.told(),
        }
    }

    fn over(&self) -> Option<EndReason> {
        self.spent
            .over(&self.problem.budget, &self.problem.objectives)
    }

    fn promised(&self) -> Option<EndReason> {
        self.spent.promised(&self.problem.budget)
    }

    fn trials_left(&self) -> Option<u64> {
        self.spent
            .trials_left(&self.problem.budget, self.next.get())
    }

    /// Nothing to propose: over for this reason once nothing is in flight.
    fn idle(&self, reason: EndReason) -> Turn {
        if self.running.is_empty() {
            Turn::Done(reason)
        } else {
            Turn::Wait
        }
    }
}
