//! What the journal has: all that was acknowledged, and each trial once.

use std::collections::BTreeSet;

use tuning_core::{Entry, EventKind, Fact, Outcome};

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
        for begun in record.begun.iter().filter(|begun| begun.early) {
            let how = format!(
                "the start of trial {} was said to be durable in session {} before the journal had it",
                begun.trial, begun.session
            );
            self.found(Invariant::Acknowledged, how);
        }
        for (trial, outcome) in &record.answered {
            let is_kept = self.facts().any(|(_, fact)| match (fact, outcome) {
                (Fact::Ended(ended), _) if ended.trial == *trial => true,
                (Fact::Paused(paused), Outcome::Completed(_) | Outcome::Stopped) => {
                    paused.trial == *trial
                }
                _ => false,
            });
            if !is_kept {
                let how = format!(
                    "the result {outcome:?} of trial {trial} was taken, and is not in the journal"
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
