//! [`Asha`]: the strategy.

use std::num::NonZeroUsize;

use tuning_core::{
    Ask, Asked, Ended, Fact, Outcome, Paused, Proposal, ProposalKind, Strategy, StrategyError, Tag,
    TrialId,
};
use tuning_toolkit::OpenTrials;

use crate::{NAME, ladder::Ladder};

/// ASHA over another strategy. See the [crate](crate) and [`AshaConfig`](crate::AshaConfig).
#[derive(Clone, Debug)]
pub struct Asha<S> {
    inner: S,
    ladder: Ladder,
    /// What is kept of a trial: where it stands on the ladder, if it is one that we pause.
    open: OpenTrials<Option<Climb>>,
}

/// A trial on the ladder.
#[derive(Clone, Copy, Debug, Default)]
struct Climb {
    /// The next rung, for a running trial; the rung where it waits, for a paused one.
    rung: usize,
    /// Whether the inner strategy was told that it has ended.
    told: bool,
}

impl<S: Strategy> Asha<S> {
    pub(crate) fn new(inner: S, ladder: Ladder) -> Self {
        Self {
            inner,
            ladder,
            open: OpenTrials::default(),
        }
    }

    /// The paused trials that go on, and the rungs to which they go.
    fn promotions(&self) -> impl Iterator<Item = Proposal> {
        let waits = |(trial, rung): &(TrialId, usize)| {
            let open = self.open.get(*trial).filter(|open| open.is_paused());
            open.and_then(|open| open.kept)
                .is_some_and(|climb| climb.rung == *rung)
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

    /// A new trial of the inner strategy, which pauses at the first rung.
    fn outward(&self, proposal: Proposal) -> Result<Proposal, StrategyError> {
        match proposal.kind() {
            ProposalKind::Start(_) if proposal.target().is_none() => {
                let proposal = proposal.until(self.ladder.until(0));
                Ok(proposal.map_tag(|tag| tag.wrap(NAME, "")))
            }
            _ => Err(StrategyError::new(format!(
                "strategy `{NAME}` decides how far trials run: put a strategy inside that only starts trials"
            ))),
        }
    }

    /// A trial on the ladder has paused: it stands on a rung, and the inner strategy learns its first loss.
    fn paused(&mut self, paused: &Paused) {
        let Some(climb) = self
            .open
            .get_mut(paused.trial)
            .and_then(|open| open.kept.as_mut())
        else {
            return;
        };
        if let Some(reached) = self.ladder.reached(paused.at) {
            let loss = paused.values.first();
            for rung in climb.rung..=reached {
                self.ladder.measured(rung, paused.trial, loss);
            }
            climb.rung = reached;
        }
        if !std::mem::replace(&mut climb.told, true) {
            let mut ended = Ended::new(paused.trial, Outcome::Completed(paused.values.clone()));
            (ended.metrics, ended.took_micros) = (paused.metrics.clone(), paused.took_micros);
            self.inner.tell(&ended.into());
        }
    }
}

impl<S: Strategy> Strategy for Asha<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let slots = ask.slots().get();
        let mut proposals: Vec<_> = self.promotions().take(slots).collect();
        let inner = match NonZeroUsize::new(slots - proposals.len()) {
            Some(free) if ask.trials_left() != Some(0) => {
                self.inner.ask(&ask.clone().with_slots(free))?
            }
            // No room for new trials, or none left.
            _ => Asked::Done,
        };
        let waits = inner == Asked::Wait;
        if let Asked::Propose(new) = inner {
            for proposal in new {
                proposals.push(self.outward(proposal)?);
            }
        }
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            // What still runs may let others go on.
            true if waits || self.open.running().next().is_some() => Asked::Wait,
            true => self.give_up(),
        })
    }

    fn tell(&mut self, fact: &Fact) {
        self.open.follow(fact);
        match fact {
            Fact::Started(started) => {
                let inner = started.tag.unwrap(NAME);
                // Without a first rung a trial runs as the inner strategy proposed it.
                let climbs = inner.is_some() && started.until.is_some();
                self.open.start(started.trial, climbs.then(Climb::default));
                let mut started = started.clone();
                started.tag = inner.map_or(Tag::NONE, |(_, tag)| tag);
                if climbs {
                    started.until = None;
                }
                self.inner.tell(&started.into());
            }
            Fact::Resumed(resumed) => {
                match self.open.get_mut(resumed.trial).map(|open| &mut open.kept) {
                    Some(Some(climb)) => climb.rung += 1,
                    _ => {
                        let mut resumed = resumed.clone();
                        resumed.tag = resumed.tag.unwrap(NAME).map_or(Tag::NONE, |(_, tag)| tag);
                        self.inner.tell(&resumed.into());
                    }
                }
            }
            Fact::Reported(reported) if self.climbs(reported.trial) => {}
            Fact::Paused(paused) if self.climbs(paused.trial) => self.paused(paused),
            Fact::Ended(ended) => {
                let climb = self.open.end(ended.trial).and_then(|open| open.kept);
                if climb.is_none_or(|climb| !climb.told) {
                    self.inner.tell(fact);
                }
            }
            _ => self.inner.tell(fact),
        }
    }
}

impl<S> Asha<S> {
    fn climbs(&self, trial: TrialId) -> bool {
        self.open.get(trial).is_some_and(|open| open.kept.is_some())
    }
}
