//! [`Promotion`]: how many trials of a rung continue.

/// Which trials of a rung continue: the top fraction, as a scheduler documents it. Trials are ranked by their losses, and
/// equal ones by their numbers.
///
/// # Example
/// ```
/// use tuning_conformance::Promotion;
///
/// // The best third of each rung, whenever a worker is free: at most 3 of 10.
/// let asha = Promotion::best_so_far(3);
/// // The best quarter of each round, and at least one.
/// let halving = Promotion::best_of_round(4);
/// assert_ne!(asha, halving);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promotion {
    pub(super) when: When,
    factor: usize,
}

/// When trials are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// At any time, with all that have reached the rung so far.
    Always,
    /// Once all trials of a round have paused or ended.
    InRounds,
}

impl Promotion {
    /// At any time the best ⌊m/η⌋ of the m trials that have paused at the rung so far, also of those that have continued or ended
    /// since. A trial is ranked at the highest rung at or below the fidelity that it has reached. `reduction_factor`: η; 0 counts as 1.
    ///
    /// If none is in the top fraction when nothing runs and no trial will start any more, the best trial of the highest rung may
    /// continue as long as none has run to its end.
    // Li et al. 2020, arXiv:1810.05934, Alg. 2.
    #[must_use]
    pub const fn best_so_far(reduction_factor: u32) -> Self {
        Self::new(When::Always, reduction_factor)
    }

    /// The best ⌊n/η⌋ of the n trials that began the round, and at least one, once all of them have paused or ended.
    /// Those that run to the same rung are a round, until the first of them continues. `reduction_factor`: η; 0 counts as 1.
    // Jamieson and Talwalkar 2016, arXiv:1502.07943, Alg. 1; Li et al. 2018, arXiv:1603.06560, Alg. 1.
    #[must_use]
    pub const fn best_of_round(reduction_factor: u32) -> Self {
        Self::new(When::InRounds, reduction_factor)
    }

    const fn new(when: When, factor: u32) -> Self {
        let factor = if factor == 0 { 1 } else { factor as usize };
        Self { when, factor }
    }

    /// How many trials may continue from a rung, given how many have started towards it and how many have paused there.
    pub(super) fn places(self, begun: usize, paused: usize) -> usize {
        match self.when {
            When::Always => paused / self.factor,
            When::InRounds => (begun / self.factor).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_rounded_down_and_a_round_has_a_winner() {
        let so_far = Promotion::best_so_far(3);
        assert_eq!([2, 3, 8].map(|paused| so_far.places(20, paused)), [0, 1, 2]);
        let of_round = Promotion::best_of_round(3);
        assert_eq!([1, 5, 9].map(|begun| of_round.places(begun, 1)), [1, 1, 3]);
        assert_eq!(Promotion::best_so_far(0).places(0, 4), 4);
    }
}
