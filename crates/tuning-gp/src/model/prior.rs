//! [`Hyper`]-parameters and the [`Prior`] that holds them where data are few.

/// What is fitted: the logarithms of all weights, then the logit of the share of sums, then the logarithms
/// of the variance and of the noise's variance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hyper(pub(crate) Vec<f64>);

/// What there is beside the weights: the share, the variance, and the noise.
pub(crate) const REST: usize = 3;

impl Hyper {
    /// The weights of squared distances: 1 / length².
    pub(crate) fn weights(&self) -> Vec<f64> {
        let logs = &self.0[..self.0.len() - REST];
        logs.iter().map(|log| libm::exp(*log)).collect()
    }

    /// The same with lengths that are shorter by this much of a logarithm.
    pub(crate) fn shortened(mut self, by: f64) -> Self {
        let weights = self.0.len() - REST;
        for log in &mut self.0[..weights] {
            *log += 2.0 * by;
        }
        self
    }

    /// How much of the kernel is a sum over coordinates.
    pub(crate) fn share(&self) -> f64 {
        1.0 / (1.0 + libm::exp(-self.0[self.0.len() - 3]))
    }

    pub(crate) fn variance(&self) -> f64 {
        libm::exp(self.0[self.0.len() - 2])
    }

    /// The variance of the noise, of which there is always a little.
    pub(crate) fn noise(&self) -> f64 {
        NOISE_FLOOR + libm::exp(self.0[self.0.len() - 1])
    }
}

/// Where even exact values are not told apart: it keeps matrices well conditioned.
const NOISE_FLOOR: f64 = 1e-6;

/// What hyper-parameters are likely to be before there are data.
///
/// | | |
/// |---|---|
/// | length of each coordinate | ln l ~ N(ln ½ + ½ ln D, 1), so that distances between points are on the scale of the lengths in any dimension |
/// | share of sums | logit ~ N(0, 1.5²) |
/// | variance | Gamma(2, 1) |
/// | variance of the noise | ln ~ N(-5, 2²) |
// Hvarfner et al. 2024, arXiv:2402.02229, eq. 7, with a smaller median and less spread; the variance as in
// Optuna's GPSampler; the rest was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prior {
    weights: usize,
    log_length: f64,
}

const LENGTH_DEVIATION: f64 = 1.0;
const SHARE_DEVIATION: f64 = 1.5;
const LOG_NOISE: f64 = -5.0;
const NOISE_DEVIATION: f64 = 2.0;

impl Prior {
    /// For this many weights.
    pub(crate) fn new(weights: usize) -> Self {
        let dimensions = weights.max(1) as f64;
        Self {
            weights,
            log_length: -std::f64::consts::LN_2 + 0.5 * libm::log(dimensions),
        }
    }

    /// The most likely hyper-parameters: where a fit begins.
    pub(crate) fn mode(&self) -> Hyper {
        let mut hyper = vec![-2.0 * self.log_length; self.weights];
        hyper.extend([0.0, 0.0, LOG_NOISE]);
        Hyper(hyper)
    }

    /// Lower and upper ends, one pair per hyper-parameter.
    pub(crate) fn bounds(&self) -> (Vec<f64>, Vec<f64>) {
        let ends = |weight, share, variance, noise| {
            let mut ends = vec![weight; self.weights];
            ends.extend([share, variance, noise]);
            ends
        };
        (ends(-9.2, -6.0, -7.0, -14.0), ends(9.2, 6.0, 3.0, 1.0))
    }

    /// Adds the negative logarithm of the density, but for a constant, to a loss, and its derivatives
    /// to a gradient.
    pub(crate) fn penalise(&self, hyper: &[f64], gradient: &mut [f64]) -> f64 {
        let mut loss = 0.0;
        let (weights, rest) = hyper.split_at(self.weights);
        let (slopes, slopes_of_rest) = gradient.split_at_mut(self.weights);
        for (log, slope) in weights.iter().zip(slopes) {
            // ln length = -½ ln weight.
            let z = (-0.5 * log - self.log_length) / LENGTH_DEVIATION;
            loss += 0.5 * z * z;
            *slope -= 0.5 * z / LENGTH_DEVIATION;
        }
        if let ([share, variance, noise], [by_share, by_variance, by_noise]) =
            (rest, slopes_of_rest)
        {
            let z = share / SHARE_DEVIATION;
            loss += 0.5 * z * z;
            *by_share += z / SHARE_DEVIATION;
            let value = libm::exp(*variance);
            loss += value - variance;
            *by_variance += value - 1.0;
            let z = (noise - LOG_NOISE) / NOISE_DEVIATION;
            loss += 0.5 * z * z;
            *by_noise += z / NOISE_DEVIATION;
        }
        loss
    }
}
