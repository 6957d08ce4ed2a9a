//! Whether a study has ended already, so that running it again would do nothing.

use tuning_core::{Budget, EndReason, Progress};

use super::Study;

impl Study {
    /// Why the study has ended, if its last session ended by itself and the budget of its settings does not
    /// let it continue. Running it again would do nothing then.
    #[must_use]
    pub fn finished(&self) -> Option<EndReason> {
        let progress = self.progress();
        let reason = progress.closed()?.reason;
        // What was broken may have been fixed.
        let can_resume = matches!(reason, EndReason::Stopped | EndReason::Failures);
        if can_resume || self.amended.is_some() || progress.counts().running > 0 {
            return None;
        }
        let old = &progress.opened()?.budget;
        still_over(reason, old, &self.settings.budget, progress).then_some(reason)
    }
}

/// Whether what ended the study ends it under the new budget, too.
fn still_over(reason: EndReason, old: &Budget, new: &Budget, progress: &Progress) -> bool {
    match reason {
        EndReason::Trials => new.trials_left(&progress.counts()) == Some(0),
        EndReason::Time => new
            .time
            .is_some_and(|time| time.as_millis() <= progress.elapsed_millis().into()),
        EndReason::Target => new.target == old.target,
        EndReason::NoImprovement => match (old.no_improvement, new.no_improvement) {
            (Some(old), Some(new)) => new <= old,
            _ => false,
        },
        EndReason::Resource => match (old.resource, new.resource) {
            (Some(old), Some(new)) => new <= old,
            _ => false,
        },
        EndReason::Cost => match (&old.cost, &new.cost) {
            (Some(old), Some(new)) => old.metric == new.metric && new.limit <= old.limit,
            _ => false,
        },
        // The strategy is the same, or the study could not be opened. One that counts on the budget
        // (a ladder of fidelities) may have more to say under another one.
        EndReason::Exhausted => old == new,
        _ => false,
    }
}
