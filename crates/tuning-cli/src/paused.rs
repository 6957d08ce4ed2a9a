//! What is said of the trials that are paused when a study ends.

use tuning_core::{Counts, EndReason};
use tuning_observers::format_count;

/// What becomes of the trials that were left paused by a study that has ended; none if there are none, or if no larger
/// budget changes that.
pub(crate) fn left_paused(reason: EndReason, counts: &Counts) -> Option<String> {
    let by_budget = matches!(
        reason,
        EndReason::Trials
            | EndReason::Time
            | EndReason::Target
            | EndReason::NoImprovement
            | EndReason::Resource
            | EndReason::Cost
    );
    (by_budget && counts.paused > 0).then(|| {
        let trials = format_count(counts.paused, "trial");
        format!("{trials} can resume when the budget is raised")
    })
}
