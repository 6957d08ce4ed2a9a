//! [`Stream`]: random numbers from a seed, by number, so that nothing depends on a generator's version.

use std::f64::consts::TAU;

use tuning_core::Seed;

/// The random numbers of a seed, one after the other.
#[derive(Clone, Debug)]
pub struct Stream {
    seed: Seed,
    next: u64,
}

impl Stream {
    /// The stream of this seed.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self { seed, next: 0 }
    }

    /// A number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        self.next += 1;
        // The seed is itself the output of SplitMix64's mixing: its upper bits are as good as any.
        (self.seed.derive(self.next).get() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `n`, which is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Whether a coin that shows heads with this probability does.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A standard normal number.
    // Box & Muller 1958.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(TAU * self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut stream = Stream::new(Seed::new(4));
        let numbers: Vec<f64> = (0..20_000).map(|_| stream.normal()).collect();
        let mean = numbers.iter().sum::<f64>() / 20_000.0;
        let square = numbers.iter().map(|z| z * z).sum::<f64>() / 20_000.0;
        assert!(
            mean.abs() < 0.03 && (square - 1.0).abs() < 0.04,
            "{mean} {square}"
        );
    }

    #[test]
    fn all_numbers_below_n_come_up() {
        let mut stream = Stream::new(Seed::new(4));
        let mut seen = [0; 5];
        (0..500).for_each(|_| seen[stream.below(5)] += 1);
        assert!(
            seen.iter().all(|times| (60..140).contains(times)),
            "{seen:?}"
        );
    }
}
