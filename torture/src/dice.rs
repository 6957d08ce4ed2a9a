//! [`Dice`]: one decision after the other, from a seed.

use tuning_core::Seed;

/// Decisions that follow from a seed.
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    seed: Seed,
    rolled: u64,
}

impl Dice {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, rolled: 0 }
    }

    pub(crate) fn seed(&mut self) -> Seed {
        self.rolled += 1;
        self.seed.derive(self.rolled)
    }

    /// A number from 0 to below this one.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.seed().get() % end.max(1)
    }

    /// Whether something of this probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.seed().unit() < probability
    }

    pub(crate) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}
