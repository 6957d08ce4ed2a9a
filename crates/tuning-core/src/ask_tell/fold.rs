//! The fold: the only place where the machine's state changes, now and in a replay.

use super::{
    error::ReplayError,
    machine::{AskTell, Open},
};
use crate::{Order, Strategy, fact::Fact};

impl<S: Strategy> AskTell<S> {
    pub(super) fn happened(&mut self, fact: impl Into<Fact>) {
        let fact = fact.into();
        self.apply(&fact);
        self.facts.push(fact);
    }

    /// The fold: the only place where state changes, for what happens now and for what is replayed.
    pub(super) fn apply(&mut self, fact: &Fact) {
        let work = match fact {
            Fact::Started(started) => {
                let work = self.begin(started.known);
                self.next = started.trial.plus(1);
                let at = started.fork.and_then(|fork| fork.at);
                let open = Open {
                    params: started.params.clone(),
                    work,
                    from: at,
                    at,
                    until: started.until,
                    fork: started.fork,
                    attempt: 0,
                    judged: false,
                };
                self.running.insert(started.trial, open);
                return self.tell_proposal(fact);
            }
            Fact::Resumed(resumed) => {
                let work = self.begin(resumed.known);
                if let Some(mut open) = self.paused.remove(&resumed.trial) {
                    open.work = work;
                    open.from = open.at;
                    open.until = resumed.until;
                    open.fork = None;
                    open.attempt = 0;
                    self.running.insert(resumed.trial, open);
                }
                return self.tell_proposal(fact);
            }
            Fact::Reported(reported) => self.running.get_mut(&reported.trial).map(|open| {
                open.at = Some(reported.at);
                open.work
            }),
            Fact::Paused(paused) => self.running.remove(&paused.trial).map(|open| {
                let work = open.work;
                self.paused.insert(paused.trial, open);
                work
            }),
            Fact::Ended(ended) => {
                let open = self
                    .running
                    .remove(&ended.trial)
                    .or_else(|| self.paused.remove(&ended.trial));
                if self.problem.fidelity.is_some() {
                    self.ended
                        .insert(ended.trial, open.as_ref().and_then(|open| open.at));
                }
                open.map(|open| open.work)
            }
        };
        match (self.order, work) {
            (Order::AsProposed { .. }, Some(work)) => self.hold(work, fact),
            _ => self.tell(fact),
        }
    }

    /// The number of the next piece of work; under `AsProposed`, what it knew has been told.
    fn begin(&mut self, known: u64) -> u64 {
        if let Order::AsProposed { .. } = self.order {
            self.tell_until(known);
        }
        self.line.next()
    }

    /// A proposal is told at once in every order: the strategy must know what it has proposed.
    fn tell_proposal(&mut self, fact: &Fact) {
        self.tell(fact);
        let pruner = match self.order {
            Order::AsFinished => return,
            Order::AsProposed { .. } => self.pruner.as_ref().map(|pruner| pruner.boxed_clone()),
        };
        self.line.push(pruner);
    }

    /// Holds a fact back until its work's turn; only its own judge learns it now.
    fn hold(&mut self, work: u64, fact: &Fact) {
        let Some(held) = self.line.get_mut(work) else {
            return self.tell(fact); // its work was told long ago: a paused trial that is ended
        };
        if let Some(pruner) = &mut held.pruner {
            pruner.tell(&self.problem.objectives.as_losses(fact));
        }
        held.done = matches!(fact, Fact::Paused(_) | Fact::Ended(_));
        held.facts.push(fact.clone());
    }

    /// Tells held facts until the results of so many pieces of work are known; false if one of them
    /// is still in flight.
    pub(super) fn tell_until(&mut self, works: u64) -> bool {
        while self.line.told() < works {
            match self.line.pop() {
                Some(facts) => facts.iter().for_each(|fact| self.tell(fact)),
                None => return false,
            }
        }
        true
    }

    fn tell(&mut self, fact: &Fact) {
        let fact = self.problem.objectives.as_losses(fact);
        self.strategy.tell(&fact);
        if let Some(pruner) = &mut self.pruner {
            pruner.tell(&fact);
        }
        self.spent.tell(&self.problem.budget, &fact);
    }

    /// Whether a fact of a log is possible after those before it.
    pub(super) fn fits(&self, fact: &Fact) -> Result<(), ReplayError> {
        let trial = fact.trial();
        let (fits, message) = match fact {
            Fact::Started(_) => (trial == self.next, "it was started out of turn"),
            Fact::Resumed(_) => (
                self.paused.contains_key(&trial),
                "it was resumed without a pause",
            ),
            Fact::Reported(_) | Fact::Paused(_) => (
                self.running.contains_key(&trial),
                "it reported while it was not running",
            ),
            Fact::Ended(_) => (
                self.running.contains_key(&trial) || self.paused.contains_key(&trial),
                "it ended twice, or before it was started",
            ),
        };
        if fits {
            Ok(())
        } else {
            Err(ReplayError::Inconsistent { trial, message })
        }
    }
}
