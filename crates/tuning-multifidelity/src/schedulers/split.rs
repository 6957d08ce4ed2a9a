//! [`Split`]: entries in order, with a boundary behind the best n of them.

use std::{cmp::Ordering, collections::BTreeSet};

use tuning_core::TrialId;

/// What a trial has reached at a rung. The smallest loss comes first, and of equal ones the oldest trial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Zero has two signs but is one number.
    loss: f64,
    pub(crate) trial: TrialId,
}

impl Entry {
    pub(crate) fn new(loss: f64, trial: TrialId) -> Self {
        Self {
            loss: loss + 0.0,
            trial,
        }
    }

    /// Whether its loss is not greater.
    pub(crate) fn is_as_good(&self, other: &Self) -> bool {
        self.loss <= other.loss
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.loss
            .total_cmp(&other.loss)
            .then_with(|| self.trial.cmp(&other.trial))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

/// Entries in order, with a boundary behind the best n of them: whether one is among them costs one comparison, and
/// a new entry or a step of the boundary the logarithm of their number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Split {
    best: BTreeSet<Entry>,
    rest: BTreeSet<Entry>,
}

impl Split {
    pub(crate) fn len(&self) -> usize {
        self.best.len() + self.rest.len()
    }

    pub(crate) fn insert(&mut self, entry: Entry) {
        // Where the best and the rest meet, the boundary does not move: one of them takes it.
        match self.best.last() {
            Some(last) if entry < *last => {
                self.best.insert(entry);
                self.rest.extend(self.best.pop_last());
            }
            _ => drop(self.rest.insert(entry)),
        }
    }

    /// Moves the boundary behind the best `count` entries.
    pub(crate) fn keep(&mut self, count: usize) {
        while self.best.len() > count {
            self.rest.extend(self.best.pop_last());
        }
        while self.best.len() < count
            && let Some(next) = self.rest.pop_first()
        {
            self.best.insert(next);
        }
    }

    /// The last of the best ones.
    pub(crate) fn boundary(&self) -> Option<&Entry> {
        self.best.last()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_losses_are_ordered_by_trial_and_zero_has_no_sign() {
        let entry = |loss, trial| Entry::new(loss, TrialId::new(trial));
        assert!(entry(1.0, 2) < entry(1.0, 3));
        assert!(entry(0.0, 2) < entry(-0.0, 3) && entry(-0.0, 2) < entry(0.0, 3));
        assert!(entry(-1e300, 9) < entry(5e-324, 0));
    }

    proptest! {
        #[test]
        fn the_boundary_is_where_sorting_puts_it(steps in prop::collection::vec((-3_i32..4, 0_usize..12), 0..40)) {
            let (mut split, mut sorted) = (Split::default(), Vec::new());
            for (trial, (loss, count)) in steps.into_iter().enumerate() {
                let entry = Entry::new(f64::from(loss), TrialId::new(trial as u64));
                split.insert(entry);
                split.keep(count);
                sorted.push(entry);
                sorted.sort();
                let last = count.min(sorted.len()).checked_sub(1).map(|last| &sorted[last]);
                prop_assert_eq!(split.boundary(), last);
                prop_assert_eq!(split.len(), sorted.len());
            }
        }
    }
}
