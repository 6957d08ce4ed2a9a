//! [`Asha`]: the strategy.

use std::num::NonZeroUsize;

use tuning_core::{Ask, Asked, Fact, Paused, Proposal, Strategy, StrategyError, TrialId};
use tuning_toolkit::{OpenTrials, WholeTrials};

use crate::{NAME, ladder::Ladder};

/// ASHA over another strategy. See the [crate](crate) and [`AshaConfig`](crate::AshaConfig).
#[derive(Clone, Debug)]
pub struct Asha<S> {
    inner: WholeTrials<S>,
    ladder: Ladder,
    /// What is kept of a trial: where it stands on the ladder, if it is one of the inner strategy. For a running
    /// trial it is the next rung, for a paused one the rung where it waits.
    open: OpenTrials<Option<usize>>,
}

impl<S: Strategy> Asha<S> {
    pub(crate) fn new(inner: WholeTrials<S>, ladder: Ladder) -> Self {
        Self {
            inner,
            ladder,
            open: OpenTrials::default(),
        }
    }

    /// The paused trials that are resumed, and the rungs to which they go.
    fn promotions(&self) -> impl Iterator<Item = Proposal> {
        let waits = |(trial, rung): &(TrialId, usize)| {
            let open = self.open.get(*trial).filter(|open| open.is_paused());
            open.and_then(|open| open.kept) == Some(*rung)
        };
        let resume = |(trial, rung)| Proposal::resume(trial).until(self.ladder.until(rung + 1));
        self.ladder.tops().filter(waits).map(resume)
    }

    /// Every paused trial on the ladder is given up.
    fn give_up(&self) -> Asked {
        let paused = self
            .open
            .iter()
            .filter(|(_, open)| open.kept.is_some() && open.is_paused());
        let proposals: Vec<_> = paused.map(|(trial, _)| Proposal::give_up(trial)).collect();
        match proposals.is_empty() {
            true => Asked::Done,
            false => Asked::Propose(proposals),
        }
    }

    /// A trial has paused: if it is on the ladder, it stands on a rung now.
    fn paused(&mut self, paused: &Paused) {
        let kept = self
            .open
            .get_mut(paused.trial)
            .and_then(|open| open.kept.as_mut());
        if let (Some(at), Some(reached)) = (kept, self.ladder.reached(paused.at)) {
            let loss = paused.values.first();
            for rung in *at..=reached {
                self.ladder.measured(rung, paused.trial, loss);
            }
            *at = reached;
        }
    }
}

impl<S: Strategy> Strategy for Asha<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let slots = ask.slots().get();
        let mut proposals: Vec<_> = self.promotions().take(slots).collect();
        let inner = match NonZeroUsize::new(slots - proposals.len()) {
            Some(free) if ask.trials_left() != Some(0) => self.inner.ask(&ask.with_slots(free))?,
            // No room for new trials, or none left.
            _ => Asked::Done,
        };
        let waits = inner == Asked::Wait;
        let first = self.ladder.until(0);
        if let Asked::Propose(new) = inner.map(|new| new.until(first).wrapped(NAME, "")) {
            proposals.extend(new);
        }
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            // What still runs may let others be resumed.
            true if waits || self.open.running().next().is_some() => Asked::Wait,
            true => self.give_up(),
        })
    }

    fn tell(&mut self, fact: &Fact) {
        self.inner.tell(&fact.unwrapped(NAME));
        self.open.follow(fact);
        match fact {
            Fact::Started(started) => {
                // Without a first rung a trial runs as the inner strategy proposed it.
                let climbs = started.tag.note(NAME).is_some() && started.until.is_some();
                self.open.start(started.trial, climbs.then_some(0));
            }
            Fact::Resumed(resumed) => {
                if let Some(open) = self.open.get_mut(resumed.trial) {
                    open.kept = open.kept.map(|rung| rung + 1);
                }
            }
            Fact::Paused(paused) => self.paused(paused),
            Fact::Ended(ended) => drop(self.open.end(ended.trial)),
            _ => {}
        }
    }
}
