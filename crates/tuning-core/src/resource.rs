//! [`Resource`]: what trials have used of the resource that a budget limits, and what they may still use.

use std::collections::BTreeMap;

use crate::{Fidelity, Outcome, TrialId, fact::Fact};

/// The resource that trials have used, by the facts told so far. Its memory grows with the trials that are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resource {
    used: u64,
    open: BTreeMap<TrialId, Used>,
}

/// What a trial that has not ended has used.
#[derive(Clone, Copy, Debug)]
struct Used {
    /// What is counted already.
    reached: Fidelity,
    /// What the work in hand was asked for; none if there is none, or if nothing says how far it runs.
    asked: Option<Fidelity>,
}

impl Resource {
    /// Learns a fact. `whole` is the largest fidelity, which work without an `until` runs to. Trials that were added use up
    /// nothing.
    pub(crate) fn tell(&mut self, whole: Option<Fidelity>, fact: &Fact) {
        match fact {
            Fact::Started(started) if started.tag.is_added() => {}
            Fact::Started(started) => {
                let used = Used {
                    reached: started.fork.and_then(|fork| fork.at).unwrap_or_default(),
                    asked: started.until.or(whole),
                };
                self.open.insert(started.trial, used);
            }
            Fact::Resumed(resumed) => {
                if let Some(used) = self.open.get_mut(&resumed.trial) {
                    used.asked = resumed.until.or(whole);
                }
            }
            Fact::Reported(reported) => self.reach(reported.trial, reported.at),
            Fact::Paused(paused) => {
                self.reach(paused.trial, paused.at);
                if let Some(used) = self.open.get_mut(&paused.trial) {
                    used.asked = None;
                }
            }
            Fact::Ended(ended) => {
                let asked = self.open.get(&ended.trial).and_then(|used| used.asked);
                // It is not known how far a failed trial came; were it free, trials that always fail would never use up
                // the resource.
                if let (false, Some(asked)) = (ended.outcome == Outcome::Stopped, asked) {
                    self.reach(ended.trial, asked);
                }
                self.open.remove(&ended.trial);
            }
            Fact::Budgeted(_) => {}
        }
    }

    /// How much was used.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// How much was used, and how much the work in hand may still use.
    pub(crate) fn in_use(&self) -> u64 {
        let rest = |used: &Used| {
            let asked = used.asked.unwrap_or_default().get();
            asked.saturating_sub(used.reached.get())
        };
        let rests = self.open.values().map(rest);
        rests.fold(self.used, u64::saturating_add)
    }

    /// How much more a proposal may use, as the fact that it is accepted: 0 if nothing says how far it runs.
    pub(crate) fn asked_by(&self, whole: Option<Fidelity>, fact: &Fact) -> u64 {
        let (from, until) = match fact {
            Fact::Started(started) => (started.fork.and_then(|fork| fork.at), started.until),
            Fact::Resumed(resumed) => {
                let used = self.open.get(&resumed.trial);
                (used.map(|used| used.reached), resumed.until)
            }
            _ => return 0,
        };
        let until = until.or(whole).unwrap_or_default().get();
        until.saturating_sub(from.unwrap_or_default().get())
    }

    fn reach(&mut self, trial: TrialId, at: Fidelity) {
        let Some(used) = self.open.get_mut(&trial) else {
            return;
        };
        let more = at.get().saturating_sub(used.reached.get());
        self.used = self.used.saturating_add(more);
        used.reached = used.reached.max(at);
    }
}
