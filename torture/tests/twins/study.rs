//! Twins of the study itself: what it is allowed, and what it says at its end.

use torture::{Focus, Invariant, Seams};
use tuning_runtime::{StudyBuilder, Summary};

use super::breaks;

/// Says one completed trial more than there were.
struct Boasts;

impl Seams for Boasts {
    fn summary(&self, mut summary: Summary) -> Summary {
        summary.counts.completed += 1;
        summary
    }
}

#[test]
fn a_summary_that_is_off_by_one_is_no_fold() {
    breaks(Invariant::Fold, Focus::Deaths, |_| Box::new(Boasts));
}

/// Is allowed this many trials.
struct Overspends(u64);

impl Seams for Overspends {
    fn study(&self, study: StudyBuilder) -> StudyBuilder {
        study.trials(self.0)
    }
}

#[test]
fn a_budget_that_is_one_trial_too_large_is_noticed() {
    breaks(Invariant::Budget, Focus::AsFinished, |plan| {
        Box::new(Overspends(plan.trials + 1))
    });
}
