//! [`Draws`]: random numbers that belong to one seed, with the same bits on every machine (`libm` instead of
//! the system's mathematics).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuning_core::Seed;

/// A stream of random numbers.
#[derive(Debug)]
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of this seed.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self(ChaCha8Rng::from_seed(seed.expand()))
    }

    /// A number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// A whole number below `n`, but none of these two; `n` is at least 3.
    pub fn other(&mut self, n: usize, not: [usize; 2]) -> usize {
        loop {
            let drawn = self.below(n);
            if !not.contains(&drawn) {
                return drawn;
            }
        }
    }

    /// A standard normal number (Box & Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// A standard Cauchy number.
    pub fn cauchy(&mut self) -> f64 {
        libm::tan(std::f64::consts::PI * (self.unit() - 0.5))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_distributions() {
        let mut draws = Draws::new(Seed::new(1));
        let n = 40_000;
        let normal: Vec<f64> = (0..n).map(|_| draws.normal()).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(n);
        let squares = normal.iter().map(|z| z * z).sum::<f64>() / f64::from(n);
        assert!(
            mean.abs() < 0.02 && (squares - 1.0).abs() < 0.03,
            "{mean} {squares}"
        );
        // Half of a Cauchy distribution lies within one unit of its middle.
        let near = (0..n).filter(|_| draws.cauchy().abs() < 1.0).count() as f64;
        assert!((near / f64::from(n) - 0.5).abs() < 0.015, "{near}");
        let mut counts = [0; 5];
        (0..n).for_each(|_| counts[draws.below(5)] += 1);
        assert!(
            counts.iter().all(|count| (7700..8300).contains(count)),
            "{counts:?}"
        );
        assert_eq!(draws.below(0), 0);
    }

    #[test]
    fn others_are_others() {
        let mut draws = Draws::new(Seed::new(2));
        assert!((0..100).all(|_| draws.other(3, [0, 2]) == 1));
    }
}
