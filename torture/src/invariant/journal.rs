//! What the journal has: all that was acknowledged, and each trial once.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Entry, EventKind, Fact, TrialId};

use super::{Invariant, Look};

impl Look<'_> {
    pub(super) fn acknowledged(&mut self) {
        let record = self.record;
        for (session, seq, text) in &record.acknowledged {
            let entry = record.entries.get((*seq as usize).wrapping_sub(1));
            let found = entry.map(|entry| serde_json::to_string(&entry.kind).unwrap_or_default());
            if found.as_ref() != Some(text) {
                self.found(
                    Invariant::Acknowledged,
                    format!(
                        "session {session} told event {seq} {text}, and the journal has {found:?}"
                    ),
                );
            }
        }
        for session in &record.sessions {
            if let Ok(summary) = &session.ended
                && summary.entries.get() as usize != session.entries
            {
                let how = format!(
                    "session {} ended with {} entries, and its journal has {}",
                    session.number, summary.entries, session.entries
                );
                self.found(Invariant::Acknowledged, how);
            }
        }
        for begun in record.begun.iter().filter(|begun| begun.durable) {
            if begun.early || begun.kept.is_none() {
                let how = format!(
                    "the start of trial {} was said to be durable in session {}, and was not in the journal",
                    begun.trial, begun.session
                );
                self.found(Invariant::Acknowledged, how);
            }
        }
        // A trial is answered once for each piece of its work.
        let mut answered: BTreeMap<TrialId, usize> = BTreeMap::new();
        for (session, trial) in &record.answered {
            let answers = answered.entry(*trial).or_default();
            *answers += 1;
            let end = record.lengths.get(*session as usize).copied();
            let kept = self.facts().take_while(|(place, _)| Some(*place) < end);
            let kept = kept.filter(|(_, fact)| match fact {
                Fact::Ended(ended) => ended.trial == *trial,
                Fact::Paused(paused) => paused.trial == *trial,
                _ => false,
            });
            if kept.count() < *answers {
                let how = format!(
                    "a result of trial {trial} was taken in session {session}, and was not in the journal after it"
                );
                self.found(Invariant::Acknowledged, how);
            }
        }
    }

    pub(super) fn ids(&mut self, entries: &[Entry]) {
        let mut started = 0_u64;
        let mut ended = BTreeSet::new();
        for entry in entries {
            match &entry.kind {
                EventKind::Fact(Fact::Started(fact)) => {
                    if fact.trial.get() != started {
                        let how = format!("after {started} trials came trial {}", fact.trial);
                        self.found(Invariant::Ids, how);
                    }
                    started += 1;
                }
                EventKind::Fact(Fact::Ended(fact))
                    if !ended.insert(fact.trial) || fact.trial.get() >= started =>
                {
                    let trial = fact.trial;
                    let how = format!("trial {trial} ended twice, or was never started");
                    self.found(Invariant::Ids, how);
                }
                _ => {}
            }
        }
    }
}
