//! [`Ranking`]: the completed trials of a study, the best ones first, kept while it runs.

use std::collections::BTreeMap;

use tuning_core::{Best, Objectives, Params, Progress, TrialId, Trials, Values};

/// The completed trials in order: by the first objective, then by age.
#[derive(Debug)]
pub(super) struct Ranking {
    objectives: Objectives,
    // One objective: all of them. Several: nothing, since those that count are in `Progress`.
    trials: BTreeMap<(Loss, TrialId), (Params, Values)>,
}

/// A loss with its order: numbers in theirs, and zero once.
#[derive(Clone, Copy, Debug)]
struct Loss(f64);

impl Ranking {
    /// The trials that have completed so far.
    pub(super) fn new(objectives: Objectives, trials: &Trials) -> Self {
        let mut ranking = Self {
            objectives,
            trials: BTreeMap::new(),
        };
        for trial in trials.ranked(&ranking.objectives.clone()) {
            if let Some(values) = &trial.values {
                ranking.add(trial.id, trial.params.clone(), values.clone());
            }
        }
        ranking
    }

    /// One more has completed.
    pub(super) fn add(&mut self, trial: TrialId, params: Params, values: Values) {
        if self.objectives.len() == 1 {
            let loss = Loss(self.objectives.losses(&values).first());
            self.trials.insert((loss, trial), (params, values));
        }
    }

    /// The best ones, up to this many. Of several objectives, those that no other one dominates, by the first of them; while
    /// none has completed, the one with the best report.
    pub(super) fn best(&self, number: usize, progress: &Progress) -> Vec<Best> {
        if progress.front().is_empty() {
            return progress.best().cloned().into_iter().collect();
        }
        if self.objectives.len() == 1 {
            let best = self.trials.iter().take(number);
            return best
                .map(|((_, trial), (params, values))| {
                    Best::new(*trial, params.clone(), values.clone())
                })
                .collect();
        }
        let mut front = progress.front().to_vec();
        let loss = |best: &Best| Loss(self.objectives.losses(&best.values).first());
        front.sort_by_key(|best| (loss(best), best.trial));
        front.truncate(number);
        front
    }
}

impl PartialEq for Loss {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Loss {}

impl PartialOrd for Loss {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Loss {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0 + 0.0).total_cmp(&(other.0 + 0.0))
    }
}
