//! [`Shuffle`]: a random order of up to 2^128 indices that is computed, not stored.

use tuning_core::Seed;

/// Enough for an order without visible structure; it need not resist attacks.
const ROUNDS: usize = 8;

/// A permutation of the numbers below a bound, made from a seed.
// A balanced Feistel network permutes all numbers of an even number of bits; what falls on or behind
// the bound is permuted again until it falls below ("cycle walking": Black & Rogaway 2002, "Ciphers
// with Arbitrary Finite Domains"). The bits cover at most four times the bound: at most four steps on
// average.
#[derive(Clone, Debug)]
pub(crate) struct Shuffle {
    seed: Seed,
    keys: [u64; ROUNDS],
    bound: u128,
    half: u32,
}

impl Shuffle {
    /// Of the numbers below `bound`, which is at least 1.
    pub(crate) fn new(seed: Seed, bound: u128) -> Self {
        let bits = 128 - (bound - 1).leading_zeros();
        Self {
            seed,
            keys: std::array::from_fn(|round| seed.derive(round as u64).get()),
            bound,
            half: bits.div_ceil(2).max(1),
        }
    }

    /// The seed that it was made from.
    pub(crate) fn seed(&self) -> Seed {
        self.seed
    }

    /// Where `index`, below the bound, goes.
    pub(crate) fn at(&self, index: u128) -> u128 {
        let mut at = self.permute(index);
        while at >= self.bound {
            at = self.permute(at); // it ends: a cycle that began below the bound comes back there
        }
        at
    }

    fn permute(&self, index: u128) -> u128 {
        let mask = u64::MAX >> (64 - self.half);
        let (mut high, mut low) = ((index >> self.half) as u64, index as u64 & mask);
        for key in self.keys {
            let hash = Seed::new(key.wrapping_add(low)).derive(0).get();
            (high, low) = (low, high ^ (hash & mask));
        }
        u128::from(high) << self.half | u128::from(low)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_ranges_are_permuted() {
        for bound in 1..300 {
            let shuffle = Shuffle::new(Seed::new(bound), u128::from(bound));
            let image: BTreeSet<_> = (0..bound).map(|k| shuffle.at(k.into())).collect();
            assert_eq!(image, (0..u128::from(bound)).collect());
        }
    }

    #[test]
    fn neighbours_are_torn_apart() {
        let n = 10_000;
        let shuffle = Shuffle::new(Seed::new(3), n);
        let close = (1..n)
            .filter(|&k| shuffle.at(k).abs_diff(shuffle.at(k - 1)) < n / 100)
            .count();
        // Of two random numbers, 2% are that close: 200 of 10,000, with a standard deviation of 14.
        assert!((130..270).contains(&close), "{close}");
    }

    #[test]
    fn the_order_stays_the_same_in_every_version() {
        let shuffle = Shuffle::new(Seed::new(1), 10_u128.pow(30));
        let expect = [
            155_821_610_883_220_859_465_946_920_142,
            177_064_901_482_466_976_479_640_716_062,
            422_176_344_363_857_156_864_643_039_726,
        ];
        assert_eq!([0, 1, 2].map(|k| shuffle.at(k)), expect);
    }

    #[test]
    fn seeds_give_different_orders() {
        let order = |seed| {
            (0..20)
                .map(|k| Shuffle::new(Seed::new(seed), 20).at(k))
                .collect::<Vec<_>>()
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }

    proptest! {
        #[test]
        fn large_ranges_stay_in_bounds_without_collisions(bound in 1_u128.., seed: u64, from: u128) {
            let shuffle = Shuffle::new(Seed::new(seed), bound);
            let n = bound.min(100);
            let from = from % (bound - n + 1);
            let image: BTreeSet<_> = (from..from + n).map(|k| shuffle.at(k)).collect();
            prop_assert_eq!(image.len() as u128, n);
            prop_assert!(image.iter().all(|&k| k < bound));
        }
    }
}
