//! [`Rungs`]: the fidelities at which a scheduler compares trials, as its author declares them.

use std::fmt;

use tuning_core::{Fidelity, FidelityRange};

/// The fidelities at which trials are compared, from the lowest to the whole.
#[derive(Clone, Debug)]
pub(super) struct Rungs {
    levels: Vec<Fidelity>,
}

impl Rungs {
    /// Those below the whole, in any order, and the whole.
    pub(super) fn new(declared: Vec<Fidelity>, range: FidelityRange) -> Self {
        let mut levels = declared;
        levels.retain(|level| *level < range.max());
        levels.sort_unstable();
        levels.dedup();
        levels.push(range.max());
        Self { levels }
    }

    pub(super) fn count(&self) -> usize {
        self.levels.len()
    }

    pub(super) fn level(&self, rung: usize) -> Fidelity {
        self.levels[rung]
    }

    pub(super) fn whole(&self) -> Fidelity {
        self.levels[self.levels.len() - 1]
    }

    /// How far a trial runs with this target: to the whole without one.
    pub(super) fn aim(&self, until: Option<Fidelity>) -> Fidelity {
        until.unwrap_or(self.whole())
    }

    pub(super) fn contains(&self, level: Fidelity) -> bool {
        self.levels.contains(&level)
    }

    /// The next one for a trial that has reached this fidelity.
    pub(super) fn above(&self, at: Fidelity) -> Fidelity {
        let next = self.levels.partition_point(|level| *level <= at);
        self.levels.get(next).map_or(self.whole(), |level| *level)
    }

    /// The index of the highest one at or below; the lowest one if there is none.
    pub(super) fn reached(&self, at: Fidelity) -> usize {
        let passed = self.levels.partition_point(|level| *level <= at);
        passed.saturating_sub(1)
    }
}

impl fmt::Display for Rungs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let levels: Vec<_> = self.levels.iter().map(ToString::to_string).collect();
        f.write_str(&levels.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rungs(declared: &[u64]) -> Rungs {
        let declared = declared.iter().copied().map(Fidelity::new);
        let range = FidelityRange::new(1, 27);
        Rungs::new(declared.collect(), range.expect("it is a range"))
    }

    #[test]
    fn they_are_sorted_below_the_whole_and_end_with_it() {
        assert_eq!(rungs(&[9, 1, 81, 3, 27, 3]).to_string(), "1, 3, 9, 27");
        assert_eq!(rungs(&[]).to_string(), "27");
    }

    #[test]
    fn the_next_rung_is_above_what_was_reached() {
        let rungs = rungs(&[1, 3, 9]);
        let check = |at, above, reached| {
            let at = Fidelity::new(at);
            assert_eq!((rungs.above(at).get(), rungs.reached(at)), (above, reached));
        };
        check(0, 1, 0);
        check(1, 3, 0);
        check(4, 9, 1);
        check(9, 27, 2);
        check(27, 27, 3);
    }
}
