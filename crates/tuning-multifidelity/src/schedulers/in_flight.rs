//! [`InFlight`]: the trials that run, no matter whose: a scheduler waits only while there is one.

use std::collections::BTreeSet;

use tuning_core::{Fact, TrialId};

/// The trials that run.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight(BTreeSet<TrialId>);

impl InFlight {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => drop(self.0.insert(started.trial)),
            Fact::Resumed(resumed) => drop(self.0.insert(resumed.trial)),
            Fact::Paused(paused) => drop(self.0.remove(&paused.trial)),
            Fact::Ended(ended) => drop(self.0.remove(&ended.trial)),
            _ => {}
        }
    }
}
