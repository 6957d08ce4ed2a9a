//! [`Brackets`]: successive halving in rounds, one bracket after the other: what the synchronous schedulers share.

use std::{collections::BTreeSet, num::NonZeroUsize};

use tuning_core::{
    Ask, Asked, Fact, Fidelity, Proposal, Started, Strategy, StrategyError, Tag, TrialId,
};

use super::{in_flight::InFlight, round::Round, rungs::Rungs, split::Entry, view::View};

/// A bracket: how many trials begin, and at which rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bracket {
    pub(crate) trials: usize,
    pub(crate) rung: usize,
}

/// Successive halving in rounds: all trials of a bracket run to its first rung, then the best of them to the next, until one
/// runs to its end; then the next bracket begins.
#[derive(Clone, Debug)]
pub(crate) struct Brackets<S> {
    layer: &'static str,
    inner: View<S>,
    rungs: Rungs,
    factor: usize,
    /// In turn.
    plan: Vec<Bracket>,
    /// The place in the plan, the rung of the round, and the round.
    place: usize,
    rung: usize,
    round: Round,
    /// Those that have lost and are paused still.
    lost: BTreeSet<TrialId>,
    in_flight: InFlight,
}

impl<S: Strategy> Brackets<S> {
    pub(crate) fn new(
        layer: &'static str,
        plan: Vec<Bracket>,
        (rungs, factor): (Rungs, u32),
        inner: View<S>,
    ) -> Self {
        Self {
            layer,
            inner,
            rungs,
            factor: usize::try_from(factor).unwrap_or(usize::MAX),
            rung: plan[0].rung,
            plan,
            place: 0,
            round: Round::default(),
            lost: BTreeSet::new(),
            in_flight: InFlight::default(),
        }
    }

    fn bracket(&self) -> Bracket {
        self.plan[self.place]
    }

    /// Whether it is the first round of its bracket, and not all of its trials have begun.
    fn fills(&self) -> bool {
        self.rung == self.bracket().rung && self.round.begun() < self.bracket().trials
    }

    /// The note on a trial that runs to this rung.
    fn note(&self, rung: usize) -> String {
        let rung = self.rungs.note(rung);
        match self.plan.len() {
            1 => rung,
            brackets => format!("bracket {} of {brackets}, {rung}", self.place + 1),
        }
    }

    fn resume(&self, rung: usize, (trial, at): (TrialId, Fidelity)) -> Proposal {
        let until = self.rungs.until_from(rung, at);
        let tag = Tag::new(self.layer, self.note(rung));
        Proposal::resume(trial).until(until).tag(tag)
    }

    /// What the trials of a closed round do, as far as there are slots.
    fn halve(&self, slots: usize) -> Vec<Proposal> {
        let best = self.round.best(self.factor).take(slots);
        let next = best.map(|best| self.resume(self.rung + 1, best));
        let others = self.round.others(self.factor).map(Proposal::give_up);
        next.chain(others).collect()
    }

    fn started(&mut self, started: &Started) {
        let ours = started.tag.note(self.layer) == Some(self.note(self.rung));
        if ours && self.fills() {
            self.round.started(started.trial);
        }
    }

    fn resumed(&mut self, trial: TrialId) {
        if self.round.resumed(trial) {
            return;
        }
        if let Some((next, others)) = self.round.next(trial, self.factor) {
            self.round = next;
            self.rung += 1;
            self.lost.extend(others);
        }
    }

    /// Begins the next bracket if this one is over.
    fn turn(&mut self) {
        if !self.fills() && self.round.is_over() {
            self.place = (self.place + 1) % self.plan.len();
            self.rung = self.bracket().rung;
            self.round = Round::default();
        }
    }
}

impl<S: Strategy> Strategy for Brackets<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let slots = ask.slots();
        let due = self.round.due().take(slots.get());
        let mut proposals: Vec<_> = due.map(|due| self.resume(self.rung, due)).collect();
        let room = self.bracket().trials.saturating_sub(self.round.begun());
        let room = NonZeroUsize::new(room).filter(|_| self.fills());
        let idle = proposals.is_empty() && self.in_flight.is_empty();
        let (mut closed, mut waits) = (room.is_none(), false);
        match room.filter(|_| ask.trials_left() != Some(0)) {
            Some(room) => match self.inner.ask(&ask.with_slots(room.min(slots)), idle)? {
                Asked::Propose(new) => {
                    let until = self.rungs.until(self.rung);
                    let note = self.note(self.rung);
                    let new = new.into_iter();
                    proposals.extend(
                        new.map(|proposal| proposal.until(until).wrapped(self.layer, &note)),
                    );
                }
                Asked::Wait => waits = true,
                Asked::Done => closed = true,
            },
            None => closed = true,
        }
        if closed && self.round.is_quiet() {
            proposals.extend(self.halve(slots.get()));
        }
        proposals.extend(self.lost.iter().copied().map(Proposal::give_up));
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if waits || !self.in_flight.is_empty() => Asked::Wait,
            true => Asked::Done,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        self.in_flight.tell(fact);
        match fact {
            Fact::Started(started) => self.started(started),
            Fact::Resumed(resumed) => self.resumed(resumed.trial),
            Fact::Paused(paused) => {
                let entry = Entry::new(paused.values.first(), paused.trial);
                self.round.paused(entry, paused.at);
            }
            Fact::Ended(ended) => {
                self.lost.remove(&ended.trial);
                self.round.ended(ended.trial);
            }
            _ => {}
        }
        self.turn();
        self.inner.tell(&fact.unwrapped(self.layer));
    }
}
