//! [`Seed`]: where all randomness comes from. It knows no generator, so no version of one can leak.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The start of a stream of randomness.
///
/// A study has one seed; everything random in it is derived from that seed by number or by name, so
/// the n-th trial's randomness does not depend on how many random numbers the trials before it drew.
///
/// # Example
/// ```
/// use tuning_core::Seed;
///
/// let study = Seed::new(42);
/// assert_eq!(study.derive(3), Seed::new(42).derive(3));
/// assert_ne!(study.derive(3), study.derive(4));
/// // Feed it to any generator that takes 32 bytes, such as `ChaCha8Rng::from_seed`.
/// let bytes: [u8; 32] = study.derive(3).expand();
/// # let _ = bytes;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(u64);

/// 2^64 divided by the golden ratio: the increment of SplitMix64.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Seed {
    /// The seed with this number.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The number of this seed.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the independent seed number `n` of this one.
    // SplitMix64: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators", fig. 14.
    #[must_use]
    pub const fn derive(self, n: u64) -> Self {
        Self(mix(self
            .0
            .wrapping_add(n.wrapping_add(1).wrapping_mul(GOLDEN))))
    }

    /// Returns the independent seed that belongs to `name`, for what has no number:
    /// `ask.study_seed().named("sobol")`.
    #[must_use]
    pub const fn named(self, name: &str) -> Self {
        // FNV-1a, 64 bit, over the name; `derive` then mixes it with the seed.
        let bytes = name.as_bytes();
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01B3);
            i += 1;
        }
        self.derive(hash)
    }

    /// Returns 32 bytes for a generator's own seed, such as `ChaCha8Rng::from_seed`.
    #[must_use]
    pub const fn expand(self) -> [u8; 32] {
        let mut out = [0; 32];
        let mut word = 0;
        while word < 4 {
            let bytes = self.derive(word as u64).0.to_le_bytes();
            let mut i = 0;
            while i < 8 {
                out[word * 8 + i] = bytes[i];
                i += 1;
            }
            word += 1;
        }
        out
    }

    /// Returns a number in `[0, 1)` made of this seed's upper 53 bits: enough for one coin, no
    /// replacement for a generator.
    #[must_use]
    pub const fn unit(self) -> f64 {
        (mix(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u64> for Seed {
    fn from(seed: u64) -> Self {
        Self(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_seeds_follow_splitmix64() {
        // The first three outputs of SplitMix64 seeded with 1234567, from its reference code.
        let root = Seed::new(1_234_567);
        assert_eq!(root.derive(0).get(), 6_457_827_717_110_365_317);
        assert_eq!(root.derive(1).get(), 3_203_168_211_198_807_973);
        assert_eq!(root.derive(2).get(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn names_and_numbers_give_different_streams() {
        let root = Seed::new(0);
        assert_ne!(root.named("sobol"), root.named("grid"));
        assert_ne!(root.named(""), root.derive(0));
    }

    #[test]
    fn unit_covers_the_interval_evenly() {
        let n = 10_000;
        let mean = (0..n).map(|k| Seed::new(9).derive(k).unit()).sum::<f64>() / n as f64;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }
}
