//! The fold: the only place where the machine's state changes, now and in a replay.

use std::borrow::Cow;

use super::{
    error::ReplayError,
    machine::{AskTell, Open},
};
use crate::{
    Missing, Order, Origin, Outcome, Strategy, TrialId, Values, Verdict,
    fact::{Ended, Fact},
};

impl<S: Strategy> AskTell<S> {
    pub(super) fn happened(&mut self, fact: impl Into<Fact>) {
        self.happened_by(fact, 0);
    }

    /// What the strategy has proposed knows how many pieces of work were told by then.
    pub(super) fn happened_by(&mut self, fact: impl Into<Fact>, known: u64) {
        let fact = fact.into();
        self.apply(&fact, known);
        self.facts.push((fact, known));
    }

    /// The fold: the only place where state changes, for what happens now and for what is replayed.
    pub(super) fn apply(&mut self, fact: &Fact, known: u64) {
        let work = match fact {
            Fact::Started(started) => {
                let work = self.begin(known);
                self.next = started.trial.plus(1);
                self.missing = 0;
                let at = started.fork.and_then(|fork| fork.at);
                let open = Open {
                    params: started.params.clone(),
                    work,
                    origin: started.fork.map_or(Origin::New, Origin::Forked),
                    at,
                    values: None,
                    until: started.until,
                    attempt: 0,
                    judged: false,
                };
                self.running.insert(started.trial, open);
                return self.tell_proposal(fact);
            }
            Fact::Resumed(resumed) => {
                let work = self.begin(known);
                if let Some(mut open) = self.paused.remove(&resumed.trial) {
                    open.work = work;
                    let at = open.at.unwrap_or_default();
                    open.origin = Origin::Resumed { at };
                    open.until = resumed.until;
                    open.attempt = 0;
                    open.judged = false;
                    self.running.insert(resumed.trial, open);
                }
                return self.tell_proposal(fact);
            }
            Fact::Reported(reported) => self.running.get_mut(&reported.trial).map(|open| {
                open.at = Some(reported.at);
                open.values = Some(reported.values.clone());
                open.work
            }),
            Fact::Paused(paused) => self.running.remove(&paused.trial).map(|mut open| {
                open.at = open.at.max(Some(paused.at));
                open.values = Some(paused.values.clone());
                let work = open.work;
                self.paused.insert(paused.trial, open);
                work
            }),
            Fact::Budgeted(budgeted) => {
                self.tell_known(known);
                self.budgeted = *budgeted;
                return self.tell(fact);
            }
            Fact::Ended(ended) if self.gives_up(ended) => {
                // Told as a proposal is: the strategy must know what it has given up.
                self.tell_known(known);
                self.paused.remove(&ended.trial);
                self.given_up.insert(ended.trial);
                return self.tell(fact);
            }
            Fact::Ended(ended) => {
                let running = self.running.remove(&ended.trial);
                let work = running.as_ref().map(|open| open.work);
                let open = running.or_else(|| self.paused.remove(&ended.trial));
                if let Some(at) = open.and_then(|open| open.at) {
                    self.ended.insert(ended.trial, at);
                }
                work
            }
        };
        match (self.order, work) {
            (Order::AsProposed { .. }, Some(work)) => self.hold(work, fact),
            (Order::AsProposed { .. }, None) => self.tell_aside(fact),
            (Order::AsFinished, _) => self.tell(fact),
        }
        if let (Fact::Reported(reported), Some(work)) = (fact, work) {
            self.judge(reported.trial, work);
        }
        let is_added = |trial| self.spent.is_adding(trial);
        if self.running.is_empty() && fact.trial().is_some_and(is_added) {
            // Nothing is before it in line that could still change: what is known is told, whatever the lag.
            self.tell_until(self.line.knowable());
        }
    }

    /// Lets the pruner say whether a running trial is to stop. It is asked again in a replay, so that a
    /// stop holds in the next session, too.
    pub(super) fn judge(&mut self, trial: TrialId, work: u64) {
        if !self.is_told(trial) {
            return; // to its pruner it is unknown
        }
        let pruner = match self.order {
            Order::AsFinished => self.pruner.as_ref(),
            Order::AsProposed { .. } => self
                .line
                .get_mut(work)
                .and_then(|held| held.pruner.as_ref()),
        };
        // A pruner stops or lets continue; when a trial pauses, its proposal has said.
        if pruner.is_some_and(|pruner| pruner.judge(trial) == Verdict::Stop)
            && let Some(open) = self.running.get_mut(&trial)
        {
            open.judged = true;
        }
    }

    /// The number of the next piece of work; under `AsProposed`, what it knew has been told.
    fn begin(&mut self, known: u64) -> u64 {
        self.tell_known(known);
        self.works += 1;
        self.works - 1
    }

    fn tell_known(&mut self, known: u64) {
        if let Order::AsProposed { .. } = self.order {
            self.tell_until(known);
        }
    }

    /// Whether a trial ended because its strategy gave it up: nothing else stops a paused one.
    fn gives_up(&self, ended: &Ended) -> bool {
        ended.outcome == Outcome::Stopped && self.paused.contains_key(&ended.trial)
    }

    /// A proposal is told at once in every order: the strategy must know what it has proposed.
    fn tell_proposal(&mut self, fact: &Fact) {
        self.tell(fact);
        let pruner = match self.order {
            Order::AsFinished => return,
            Order::AsProposed { .. } => self.pruner.as_ref().map(|pruner| pruner.boxed_clone()),
        };
        if let Some(trial) = fact.trial() {
            self.line.push(trial, pruner);
        }
    }

    /// Holds a fact back until its work's turn; only its own judge learns it now.
    fn hold(&mut self, work: u64, fact: &Fact) {
        let Some(held) = self.line.get_mut(work) else {
            return self.tell(fact); // cannot be: work is told when it is done, not before
        };
        if let (Some(pruner), false) = (&mut held.pruner, self.outside.contains(&held.trial)) {
            pruner.tell(&self.problem.objectives.as_losses(fact));
        }
        held.done = matches!(fact, Fact::Paused(_) | Fact::Ended(_));
        held.facts.push(fact.clone());
    }

    /// Tells a fact that belongs to no work in flight: a paused trial is ended. First comes what can be
    /// known by now, which the log before it says, so that a replay tells everything in the same
    /// order. If the pause is held back even then, its end waits with it; else it is told at once, so
    /// that the trial is not resumed.
    fn tell_aside(&mut self, fact: &Fact) {
        self.tell_until(self.line.knowable());
        match fact.trial().and_then(|trial| self.line.last_of(trial)) {
            Some(held) => held.facts.push(fact.clone()),
            None => self.tell(fact),
        }
    }

    /// Tells held facts until the results of this many pieces of work are known; false if one of them
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
        let fact = self.as_told(fact);
        if fact.trial().is_none_or(|trial| self.is_told(trial)) {
            // Before the space was amended, another instance of the strategy has proposed.
            let told = match self.amendments.is_empty() {
                true => Cow::Borrowed(&*fact),
                false => fact.untagged(),
            };
            self.strategy.tell(&told);
            if let Some(pruner) = &mut self.pruner {
                pruner.tell(&told);
            }
        }
        self.spent.tell(&self.problem, &fact);
    }

    /// A fact as strategies learn it: with losses, and without timings where they must
    /// decide nothing, since they depend on how many workers there were.
    fn as_told<'f>(&self, fact: &'f Fact) -> Cow<'f, Fact> {
        let fact = self.problem.objectives.as_losses(fact);
        match (self.order, &*fact) {
            (Order::AsProposed { .. }, Fact::Ended(ended)) if ended.took_micros > 0 => {
                let mut ended = ended.clone();
                ended.took_micros = 0;
                Cow::Owned(ended.into())
            }
            (Order::AsProposed { .. }, Fact::Paused(paused)) if paused.took_micros > 0 => {
                let mut paused = paused.clone();
                paused.took_micros = 0;
                Cow::Owned(paused.into())
            }
            _ => fact,
        }
    }

    /// Takes note of an entry that was lost, which may have been the start of the next trial.
    pub(super) fn miss(&mut self, missing: Missing) -> Result<(), ReplayError> {
        match missing.trial {
            None => self.missing += 1,
            Some(trial) if trial < self.next => {}
            Some(trial) => {
                // It was the start of this one; those before it are among the others.
                let others = trial.get() - self.next.get();
                if others > self.missing {
                    return Err(ReplayError::Inconsistent {
                        trial: Some(trial),
                        message: "it is missing out of turn",
                    });
                }
                self.missing -= others;
                self.next = trial.plus(1);
            }
        }
        Ok(())
    }

    /// Whether a trial may be the next one that was started.
    fn is_in_turn(&self, trial: TrialId) -> bool {
        let skipped = trial.get().checked_sub(self.next.get());
        skipped.is_some_and(|skipped| skipped <= self.missing)
    }

    /// Whether a fact of a log is possible after those before it.
    pub(super) fn fits(&self, fact: &Fact, known: u64) -> Result<(), ReplayError> {
        let trial = fact.trial();
        match self.misfit(fact, known) {
            None => Ok(()),
            Some(message) => Err(ReplayError::Inconsistent { trial, message }),
        }
    }

    fn misfit(&self, fact: &Fact, known: u64) -> Option<&'static str> {
        // No trial has this number: a fact of none contradicts no trial.
        let trial = fact.trial().unwrap_or(TrialId::new(u64::MAX));
        let (running, paused) = (self.running.get(&trial), self.paused.get(&trial));
        let count = |values: &Values| values.len() == self.problem.objectives.len();
        let in_time = match self.order {
            Order::AsFinished => true,
            Order::AsProposed { .. } => known <= self.line.knowable(),
        };
        let wrong_count = "it does not have one value for each objective";
        let too_early = "it was proposed from results that come later in the log";
        match fact {
            Fact::Started(_) if !self.is_in_turn(trial) => Some("it was started out of turn"),
            Fact::Started(started) => {
                let donor = started.fork.map(|fork| fork.trial);
                let has_none = |donor: TrialId| {
                    donor >= trial
                        || self.running.contains_key(&donor)
                        || self.given_up.contains(&donor)
                };
                if donor.is_some_and(has_none) {
                    Some("it was forked from a trial that had no checkpoint")
                } else {
                    (!in_time).then_some(too_early)
                }
            }
            Fact::Resumed(resumed) => match paused {
                None => Some("it was resumed without a pause"),
                Some(open) if resumed.until.is_some() && resumed.until <= open.at => {
                    Some("it was resumed, but not to a higher fidelity")
                }
                Some(_) => (!in_time).then_some(too_early),
            },
            Fact::Reported(reported) => match running {
                None => Some("it reported while it was not running"),
                Some(open) if open.at.is_some_and(|at| reported.at <= at) => {
                    Some("it reported at a fidelity no higher than before")
                }
                Some(_) => (!count(&reported.values)).then_some(wrong_count),
            },
            Fact::Paused(_) if running.is_none() => Some("it paused while it was not running"),
            Fact::Paused(paused) => (!count(&paused.values)).then_some(wrong_count),
            Fact::Budgeted(_) => (!in_time).then_some(too_early),
            Fact::Ended(ended) if self.gives_up(ended) => (!in_time).then_some(too_early),
            Fact::Ended(_) if running.is_none() && paused.is_none() => {
                Some("it ended twice, or before it was started")
            }
            Fact::Ended(ended) => match &ended.outcome {
                Outcome::Completed(values) => (!count(values)).then_some(wrong_count),
                _ => None,
            },
        }
    }
}
