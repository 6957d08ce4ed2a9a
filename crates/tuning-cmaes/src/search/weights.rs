//! What a generation's size and the number of dimensions decide: recombination weights and learning rates.

/// The strategy parameters for one size of population. Numbers of equations are those of Hansen 2016,
/// "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    /// How many results make a generation.
    pub(crate) lambda: usize,
    /// One for each rank: the first half positive with the sum 1, the others negative.
    pub(crate) by_rank: Vec<f64>,
    pub(crate) c_1: f64,
    pub(crate) c_mu: f64,
    pub(crate) c_c: f64,
    pub(crate) c_sigma: f64,
    pub(crate) d_sigma: f64,
    /// The length of a standard normal vector that is to be expected.
    pub(crate) chi: f64,
}

/// 4 + ⌊1.5 ln n⌋: how many results make a generation in the first few hundred trials, where faster turns are
/// worth more than better directions.
pub(crate) fn first_lambda(dimensions: usize) -> usize {
    4 + (1.5 * libm::log(dimensions.max(1) as f64)) as usize
}

/// 4 + ⌊2 ln n⌋: for what comes after. Still less than the 4 + ⌊3 ln n⌋ of eq. 48: restarts grow it.
pub(crate) fn later_lambda(dimensions: usize) -> usize {
    4 + (2.0 * libm::log(dimensions.max(1) as f64)) as usize
}

impl Weights {
    /// For `lambda` ≥ 2 results in `dimensions` ≥ 1. `separable`: only variances are learned.
    pub(crate) fn new(lambda: usize, dimensions: usize, separable: bool) -> Self {
        let (n, mu) = (dimensions as f64, lambda / 2);
        let half = libm::log((lambda as f64 + 1.0) / 2.0);
        // eq. 49
        let raw: Vec<f64> = (1..=lambda)
            .map(|rank| half - libm::log(rank as f64))
            .collect();
        let mass = |weights: &[f64]| {
            let sum: f64 = weights.iter().sum();
            let squares: f64 = weights.iter().map(|w| w * w).sum();
            sum * sum / squares
        };
        let (mu_eff, mu_eff_minus) = (mass(&raw[..mu]), mass(&raw[mu..]));
        // eq. 57, 58. Only n of n(n + 1)/2 entries are learned in the separable variant: it may learn
        // (n + 2)/3 times as fast (Ros & Hansen 2008, "A Simple Modification in CMA-ES", §3).
        let faster = if separable { (n + 2.0) / 3.0 } else { 1.0 };
        let c_1 = (faster * 2.0 / ((n + 1.3) * (n + 1.3) + mu_eff)).min(0.5);
        let c_mu = (faster * 2.0 * (mu_eff - 2.0 + 1.0 / mu_eff)
            / ((n + 2.0) * (n + 2.0) + mu_eff))
            .min(1.0 - c_1 - 1e-8);
        // eq. 50 to 53: negative weights that keep the matrix positive definite (active CMA: Jastrebski
        // & Arnold 2006).
        let least = if c_mu > 0.0 {
            (1.0 + c_1 / c_mu)
                .min(1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0))
                .min((1.0 - c_1 - c_mu) / (n * c_mu))
        } else {
            0.0
        };
        let positive: f64 = raw.iter().filter(|w| **w > 0.0).sum();
        let negative: f64 = -raw.iter().filter(|w| **w < 0.0).sum::<f64>();
        let by_rank = raw
            .iter()
            .map(|w| {
                if *w >= 0.0 {
                    w / positive
                } else {
                    least * w / negative
                }
            })
            .collect();
        // eq. 55, 56
        let c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);
        let more = (((mu_eff - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0);
        Self {
            lambda,
            by_rank,
            c_1,
            c_mu,
            c_c: (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n),
            c_sigma,
            d_sigma: 1.0 + 2.0 * more + c_sigma,
            chi: n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_the_reference() {
        // CMA(mean=np.zeros(10), sigma=1.) of the package cmaes 0.13.1.
        let weights = Weights::new(10, 10, false);
        let check = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}")
        };
        check(weights.c_1, 0.015283824524751714);
        check(weights.c_mu, 0.02015428276120838);
        check(weights.c_c, 0.29499038303562225);
        check(weights.c_sigma, 0.2844285879463675);
        check(weights.d_sigma, 1.2844285879463675);
        check(weights.chi, 3.0847265651690123);
        check(weights.by_rank[0], 0.45627264690340597);
        check(weights.by_rank[9], -0.5862218287788353);
    }
}
