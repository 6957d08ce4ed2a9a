//! How many trials are good ones, and how much each of them counts.

use crate::elite::MOST;

/// The good ones are this many at most, until 5 % of all trials are more.
const USUALLY_MOST: f64 = 25.0;

/// How many of `n` trials the better mixture stands on.
// Optuna's min(⌈γ n⌉, 25), with a cap that rises: long studies of smooth functions gain by it.
pub(crate) fn good(n: u64, gamma: f64) -> usize {
    let n = n as f64;
    let most = (0.05 * n).min(MOST as f64).max(USUALLY_MOST);
    (gamma * n).ceil().min(most).min(n) as usize
}

/// How much the one of rank `rank`, counted from 0, counts among `n` good ones.
// The weights of CMA-ES (Hansen 2016, arXiv:1604.00772, eq. 49 without its cut-off): the order of losses
// decides, not their scale.
pub(crate) fn weight(rank: usize, n: usize) -> f64 {
    libm::log((n as f64 + 1.0) / (rank as f64 + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_good_ones_are_a_share_with_a_cap_that_rises() {
        let found = [0, 1, 10, 11, 100, 250, 400, 800, 1280, 100_000].map(|n| good(n, 0.1));
        assert_eq!(found, [0, 1, 1, 2, 10, 25, 25, 40, 64, 64]);
        assert_eq!(good(3, 0.999), 3);
    }

    #[test]
    fn the_best_counts_most_and_the_last_something() {
        let weights: Vec<f64> = (0..5).map(|rank| weight(rank, 5)).collect();
        assert!(weights.windows(2).all(|pair| pair[0] > pair[1]));
        assert!((weights[0] - 6.0_f64.ln()).abs() < 1e-15);
        assert!((weights[4] - 1.2_f64.ln()).abs() < 1e-15);
    }
}
