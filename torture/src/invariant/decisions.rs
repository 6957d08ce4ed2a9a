//! What was decided: a summary folds the journal, and as proposed nothing that goes wrong changes the end.

use tuning_core::{EventKind, Progress, Trial, TrialState, Trials};

use super::{Invariant, Look};
use crate::{bench::SPEAKER, record::Record};

impl Look<'_> {
    pub(super) fn fold(&mut self) {
        for session in &self.record.sessions {
            let Ok(summary) = &session.ended else {
                continue;
            };
            let Some(EventKind::Created(spec)) =
                self.record.entries.first().map(|entry| &entry.kind)
            else {
                continue;
            };
            let mut progress = Progress::new(spec.objectives.clone());
            let mut trials = Trials::new();
            for entry in &self.record.entries[..session.entries.min(self.record.entries.len())] {
                progress.apply(entry.at_millis, &entry.kind);
                trials.apply(entry.at_millis, &entry.kind);
            }
            let says = (
                summary.counts,
                &summary.best,
                &summary.front[..],
                summary.elapsed_millis,
                summary.session,
            );
            let folds = (
                progress.counts(),
                &progress.best().cloned(),
                progress.front(),
                progress.elapsed_millis(),
                progress.sessions(),
            );
            if says != folds {
                let how = format!(
                    "session {} says {says:?}, and its journal {folds:?}",
                    session.number
                );
                self.found(Invariant::Fold, how);
            }
            let completed = trials
                .iter()
                .filter(|trial| trial.state == TrialState::Completed);
            if completed.count() as u64 != summary.counts.completed {
                let how = format!(
                    "session {} says {}, and the trials differ",
                    session.number, summary.counts
                );
                self.found(Invariant::Fold, how);
            }
        }
    }

    pub(super) fn as_proposed(&mut self, undisturbed: &Record) {
        let (expect, found) = (decided(undisturbed), decided(self.record));
        let differs = (0..expect.len().max(found.len())).find(|k| expect.get(*k) != found.get(*k));
        if let Some(first) = differs {
            let how = format!(
                "trial {first} is\n    {:?}\nand, where nothing went wrong,\n    {:?}",
                found.get(first),
                expect.get(first)
            );
            self.found(Invariant::AsProposed, how);
        }
    }
}

/// All that was decided and measured, as a reader exports it: all but the times, how often work was tried, and which attempt spoke.
fn decided(record: &Record) -> Vec<String> {
    let mut trials = Trials::new();
    for entry in &record.read {
        trials.apply(0, &entry.kind);
    }
    let timeless = |mut trial: Trial| {
        (trial.retries, trial.took_micros) = (0, 0);
        let measured = trial.metrics.iter().filter(|(name, _)| *name != SPEAKER);
        trial.metrics = measured.collect();
        serde_json::to_string(&trial).unwrap_or_default()
    };
    trials.into_iter().map(timeless).collect()
}
