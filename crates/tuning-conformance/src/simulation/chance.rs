//! [`Chance`]: a stream of coins for the simulator's own decisions.

use tuning_core::{Params, Seed, Space};

/// A stream of coins.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    seed: Seed,
    drawn: u64,
}

impl Chance {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A number in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        self.drawn += 1;
        self.seed.derive(self.drawn).unit()
    }

    /// A number below `n`, which is at least 1.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Heads, with this probability.
    pub(crate) fn coin(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A point of the space.
    pub(crate) fn params(&mut self, space: &Space) -> Params {
        let point: Vec<f64> = (0..space.len()).map(|_| self.unit()).collect();
        space
            .decode(&point)
            .unwrap_or_else(|error| unreachable!("{error}"))
    }
}
