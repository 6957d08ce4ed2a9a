//! The attempts at a trial: none once it has ended, and the last one speaks.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{EventKind, Fact, Metrics, Outcome, TrialId, Values};

use super::{Invariant, Look, is_added};
use crate::{bench::SPEAKER, record::Begun};

/// Where a trial stands in the journal.
#[derive(Clone, Copy, Debug, Default)]
struct Stand {
    /// The fidelity from which its piece of work was resumed or forked.
    from: Option<u64>,
    attempt: u32,
    /// The fidelity that it has reached, and the value there.
    at: u64,
    last: Option<f64>,
}

impl Look<'_> {
    pub(super) fn finished(&mut self) {
        for begun in &self.record.begun {
            if begun.had_ended {
                let how = format!(
                    "trial {} had ended, and was begun in session {}",
                    begun.trial, begun.session
                );
                self.found(Invariant::Finished, how);
            }
            // One whose start was never committed is numbered anew.
            if let Some(kept) = begun.kept.as_ref().filter(|kept| **kept != begun.params) {
                let how = format!(
                    "trial {} was begun with {} in session {}, and started with {kept}",
                    begun.trial, begun.params, begun.session
                );
                self.found(Invariant::Finished, how);
            }
        }
    }

    pub(super) fn fenced(&mut self) {
        let mut stands: BTreeMap<TrialId, Stand> = BTreeMap::new();
        // Of those that were evaluated elsewhere no attempt is known.
        let mut added = BTreeSet::new();
        for (place, entry) in self.record.entries.iter().enumerate() {
            match &entry.kind {
                EventKind::Retried(retried) => {
                    stands.entry(retried.trial).or_default().attempt = retried.attempt;
                }
                EventKind::Fact(Fact::Started(started)) if is_added(started) => {
                    added.insert(started.trial);
                }
                EventKind::Fact(Fact::Ended(ended)) if added.contains(&ended.trial) => {}
                EventKind::Fact(Fact::Started(started)) => {
                    let from = started.fork.and_then(|fork| fork.at).map(|at| at.get());
                    let stand = Stand {
                        from,
                        ..Stand::default()
                    };
                    stands.insert(started.trial, stand);
                }
                EventKind::Fact(Fact::Resumed(resumed)) => {
                    let stand = stands.entry(resumed.trial).or_default();
                    (stand.from, stand.attempt) = (Some(stand.at), 0);
                }
                EventKind::Fact(Fact::Reported(reported)) => {
                    let stand = stands.entry(reported.trial).or_default();
                    let (before, value) = (*stand, reported.values.first());
                    (stand.at, stand.last) = (reported.at.get(), Some(value));
                    self.speaks(
                        place,
                        reported.trial,
                        before,
                        &reported.metrics,
                        Some(value),
                    );
                }
                EventKind::Fact(Fact::Paused(paused)) => {
                    let stand = stands.entry(paused.trial).or_default();
                    stand.at = stand.at.max(paused.at.get());
                    let (stand, value) = (*stand, Some(paused.values.first()));
                    self.speaks(place, paused.trial, stand, &paused.metrics, value);
                }
                EventKind::Fact(Fact::Ended(ended)) => {
                    let stand = stands.get(&ended.trial).copied().unwrap_or_default();
                    let value = match &ended.outcome {
                        Outcome::Completed(values) => Some(Values::first(values)),
                        _ => None,
                    };
                    self.speaks(place, ended.trial, stand, &ended.metrics, value);
                }
                _ => {}
            }
        }
    }

    /// That what the entry at this place says of a trial comes from its last attempt by then.
    fn speaks(
        &mut self,
        place: usize,
        trial: TrialId,
        stand: Stand,
        metrics: &Metrics,
        value: Option<f64>,
    ) {
        let session = self.session_of(place);
        let is_last = |begun: &Begun| {
            (begun.session, begun.trial, begun.from, begun.attempt)
                == (session, trial, stand.from, stand.attempt)
        };
        let last = format!("attempt {} of session {session}", stand.attempt);
        if let Some(speaker) = metrics.get(SPEAKER) {
            let begun = self.record.begun.get(speaker as usize);
            if !begun.is_some_and(is_last) {
                let how = format!(
                    "entry {place} on trial {trial} should be of {last}, and is of {begun:?}"
                );
                self.found(Invariant::Fenced, how);
            }
        }
        let Some(value) = value else { return };
        // What was reported before is not taken again: then the first report counts.
        let mut attempts = self.record.begun.iter().filter(|begun| is_last(begun));
        if stand.last != Some(value) && !attempts.any(|begun| begun.said.contains(&value)) {
            let how = format!(
                "entry {place} has the value {value} of trial {trial}, which {last} did not say"
            );
            self.found(Invariant::Fenced, how);
        }
    }
}
