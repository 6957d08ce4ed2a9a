//! [`Stream`]: the random numbers of a seed, with the same bits on every machine (`libm` instead of the system's
//! mathematics).

use std::f64::consts::{PI, TAU};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuning_core::Seed;

/// What a [`Stream`] takes its bits from.
pub trait Generator {
    /// The next 64 bits, each of them as likely 0 as 1.
    fn bits(&mut self) -> u64;
}

/// ChaCha with eight rounds: nothing shows any structure in it. It computes its numbers by the block, so that the
/// first one of a stream is the dearest.
#[derive(Clone, Debug)]
pub struct ChaCha(ChaCha8Rng);

impl Generator for ChaCha {
    #[inline]
    fn bits(&mut self) -> u64 {
        self.0.random()
    }
}

/// The seeds derived from a seed by 1, 2, 3, …: SplitMix64's mixing. It begins for nothing, which suits strategies
/// that begin a stream for a few numbers only.
#[derive(Clone, Debug)]
pub struct Counter {
    seed: Seed,
    last: u64,
}

impl Generator for Counter {
    #[inline]
    fn bits(&mut self) -> u64 {
        self.last += 1;
        self.seed.derive(self.last).get()
    }
}

/// Random numbers that a seed determines, one after the other.
///
/// A strategy makes one for each proposal, from the seed that [`Ask::seed`](tuning_core::Ask::seed) hands it: what is
/// drawn for a trial then depends neither on the trials before it nor on how many are asked for at once.
///
/// # Example
/// ```
/// use tuning_core::Seed;
/// use tuning_toolkit::Stream;
///
/// let mut stream = Stream::new(Seed::new(7));
/// let (place, step) = (stream.unit(), 0.1 * stream.normal());
/// assert!((0.0..1.0).contains(&place) && step.is_finite());
/// assert_eq!(Stream::new(Seed::new(7)).unit(), place);
/// ```
#[derive(Clone, Debug)]
pub struct Stream<G = ChaCha> {
    generator: G,
    /// The second one of a pair of normal numbers.
    spare: Option<f64>,
}

impl Stream {
    /// The stream of this seed.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self::over(ChaCha(ChaCha8Rng::from_seed(seed.expand())))
    }
}

impl Stream<Counter> {
    /// The stream of this seed that counts: see [`Counter`].
    #[must_use]
    pub fn counted(seed: Seed) -> Self {
        Self::over(Counter { seed, last: 0 })
    }
}

impl<G: Generator> Stream<G> {
    /// The numbers of a generator of your own.
    #[must_use]
    pub fn over(generator: G) -> Self {
        Self {
            generator,
            spare: None,
        }
    }

    /// A number in `[0, 1)`: a multiple of 2⁻⁵³, each as likely as any other.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.generator.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `n`; 0 if `n` is 0. Made for the sizes of lists: above some 2⁴⁰ it is not even.
    #[inline]
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

    /// A standard normal number, made of two units whatever came before.
    // Box & Muller 1958, the first one of the pair.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(TAU * self.unit())
    }

    /// A standard normal number, every second one at no cost: for many in a row.
    // Box & Muller 1958: no rejection, so the n-th number takes the same units whatever they are.
    pub fn normal_in_pairs(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        let (sin, cos) = libm::sincos(TAU * self.unit());
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// A standard normal number in the least time: for inner loops. How many units it takes varies.
    // Marsaglia & Bray 1964: a point of the unit disc gives two.
    #[inline]
    pub fn normal_fast(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * libm::log(square) / square).sqrt();
                self.spare = Some(v * factor);
                return u * factor;
            }
        }
    }

    /// A standard Cauchy number.
    pub fn cauchy(&mut self) -> f64 {
        libm::tan(PI * (self.unit() - 0.5))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: u32 = 40_000;

    fn numbers(mut draw: impl FnMut() -> f64) -> Vec<f64> {
        (0..N).map(|_| draw()).collect()
    }

    fn check_is_normal(name: &str, z: &[f64]) {
        let moment = |k: i32| z.iter().map(|z| z.powi(k)).sum::<f64>() / f64::from(N);
        let [m1, m2, m3, m4] = [1, 2, 3, 4].map(moment);
        assert!(
            m1.abs() < 0.02
                && (m2 - 1.0).abs() < 0.03
                && m3.abs() < 0.08
                && (m4 - 3.0).abs() < 0.15,
            "{name}: {m1} {m2} {m3} {m4}"
        );
    }

    #[test]
    fn all_kinds_of_normal_numbers_have_the_moments_of_the_distribution() {
        let mut stream = Stream::new(Seed::new(1));
        check_is_normal("one by one", &numbers(|| stream.normal()));
        check_is_normal("in pairs", &numbers(|| stream.normal_in_pairs()));
        check_is_normal("fast", &numbers(|| stream.normal_fast()));
        let mut counted = Stream::counted(Seed::new(4));
        check_is_normal("counted", &numbers(|| counted.normal()));
    }

    #[test]
    fn a_pair_begins_with_what_one_alone_would_be() {
        let (mut one, mut pair) = (Stream::new(Seed::new(9)), Stream::new(Seed::new(9)));
        for _ in 0..100 {
            assert_eq!(one.normal().to_bits(), pair.normal_in_pairs().to_bits());
            pair.normal_in_pairs();
        }
    }

    #[test]
    fn half_of_the_cauchy_numbers_lie_within_one_unit() {
        let mut stream = Stream::new(Seed::new(1));
        let near = numbers(|| stream.cauchy());
        let near = near.iter().filter(|x| x.abs() < 1.0).count() as f64;
        assert!((near / f64::from(N) - 0.5).abs() < 0.015, "{near}");
    }

    #[test]
    fn all_numbers_below_n_come_up() {
        fn check<G: Generator>(mut stream: Stream<G>) {
            let mut counts = [0; 5];
            (0..N).for_each(|_| counts[stream.below(5)] += 1);
            assert!(
                counts.iter().all(|count| (7700..8300).contains(count)),
                "{counts:?}"
            );
            assert_eq!(stream.below(0), 0);
            assert!((0..100).all(|_| stream.other(3, [0, 2]) == 1));
        }
        check(Stream::new(Seed::new(1)));
        check(Stream::counted(Seed::new(1)));
    }

    #[test]
    fn its_numbers_stay_the_same_in_every_version() {
        let below = |stream: &mut Stream| stream.below(1_000_000);
        let firsts = [0, 1, 2].map(|seed| below(&mut Stream::new(Seed::new(seed))));
        assert_eq!(firsts, [748_364, 935_347, 426_397]);
        // SplitMix64's mixing is fixed by `Seed::derive`.
        let seed = Seed::new(3);
        let expected = (seed.derive(1).get() >> 11) as f64 / (1_u64 << 53) as f64;
        assert_eq!(Stream::counted(seed).unit(), expected);
    }
}
