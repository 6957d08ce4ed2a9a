//! [`Rungs`]: the fidelities at which trials pause.

use tuning_core::FidelityRange;

/// A top rung that is less than this times the one below it replaces that one.
const NARROW: f64 = 1.3;

/// The fidelities at which trials pause, rising; the last one is the end of the range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rungs(Vec<u64>);

impl Rungs {
    /// `lowest`, times `eta`, times `eta` again, …, and the end of the range. Without `lowest`, the first is a
    /// seventeenth of the end, and never below the beginning of the range.
    // A first rung of one epoch of 52 cost .3 of log10 regret against one of three: the first epoch ranks badly.
    pub(super) fn new(range: FidelityRange, lowest: Option<u64>, eta: u32) -> Self {
        let top = range.max().get();
        let share = || (top as f64 / 17.0).round() as u64;
        let lowest = lowest.unwrap_or_else(share).max(range.min().get()).max(1);
        let mut rungs = Vec::new();
        let mut rung = lowest as f64;
        while rung.round() < top as f64 {
            rungs.push(rung.round() as u64);
            rung *= f64::from(eta);
        }
        if rungs.len() > 1
            && rungs
                .last()
                .is_some_and(|last| top as f64 / (*last as f64) < NARROW)
        {
            rungs.pop();
        }
        rungs.push(top);
        Self(rungs)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The highest of them.
    pub(super) fn top(&self) -> u64 {
        self.0.last().copied().unwrap_or(1)
    }

    /// How many of them a trial at this fidelity has reached.
    pub(super) fn reached(&self, at: u64) -> usize {
        self.0.partition_point(|rung| *rung <= at)
    }

    /// The next one for a trial at this fidelity; the highest if it has reached all.
    pub(super) fn next(&self, at: u64) -> u64 {
        self.0.get(self.reached(at)).copied().unwrap_or(self.top())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rungs_are_those_of_the_recipe() {
        let rungs = |min: u64, max: u64, lowest, eta| {
            Rungs::new(FidelityRange::new(min, max).unwrap(), lowest, eta).0
        };
        assert_eq!(rungs(1, 52, None, 3), [3, 9, 27, 52]);
        assert_eq!(rungs(1, 81, Some(1), 3), [1, 3, 9, 27, 81]);
        assert_eq!(rungs(1, 100, Some(1), 3), [1, 3, 9, 27, 100]);
        assert_eq!(
            rungs(5, 52, Some(1), 3),
            [5, 15, 52],
            "45 is too near to 52"
        );
        assert_eq!(rungs(1, 2, None, 3), [1, 2]);
        assert_eq!(rungs(7, 7, None, 3), [7]);
    }

    #[test]
    fn a_trial_that_oversteps_a_rung_has_reached_it() {
        let rungs = Rungs(vec![3, 9, 27, 52]);
        let check = |at, reached, next| {
            assert_eq!((rungs.reached(at), rungs.next(at)), (reached, next), "{at}");
        };
        check(0, 0, 3);
        check(3, 1, 9);
        check(10, 2, 27);
        check(52, 4, 52);
        check(99, 4, 52);
    }
}
