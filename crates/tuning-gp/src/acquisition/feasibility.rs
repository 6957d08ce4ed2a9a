//! [`Feasibility`]: how likely a trial is not to fail.

use tuning_toolkit::normal::log_cdf;

use crate::model::Posterior;

/// Trials near the boundary are not told apart better than this: added to the variance.
const BLUR: f64 = 0.01;
/// The power of the probability: with 1, as a sum over what can happen has it, trials pile up on the
/// boundary where the best values lie there.
const CAUTION: f64 = 4.0;

/// A process of labels: those of trials that failed lie below the threshold, the others above.
#[derive(Clone, Debug)]
pub(crate) struct Feasibility {
    pub(crate) process: Posterior,
    pub(crate) threshold: f64,
}

/// [`CAUTION`] times the logarithm of the probability that a normal label is above the threshold, and how it changes with
/// its mean and variance.
// The weight of Gardner et al. 2014, "Bayesian optimization with inequality constraints", with labels for
// the constraint's values, which were not measured where a trial failed.
pub(crate) fn log_probability(mean: f64, variance: f64, threshold: f64) -> (f64, f64, f64) {
    let deviation = (variance + BLUR).sqrt();
    let z = (mean - threshold) / deviation;
    let (log, slope) = log_cdf(z);
    let (log, slope) = (CAUTION * log, CAUTION * slope);
    (
        log,
        slope / deviation,
        -0.5 * slope * z / (deviation * deviation),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_differences() {
        for (mean, variance) in [(0.0, 1.0), (2.0, 0.1), (-3.0, 0.01)] {
            let value = |mean, variance| log_probability(mean, variance, 0.4).0;
            let (_, by_mean, by_variance) = log_probability(mean, variance, 0.4);
            let step = 1e-6;
            let expected =
                (value(mean + step, variance) - value(mean - step, variance)) / (2.0 * step);
            assert!((by_mean - expected).abs() < 1e-5 * expected.abs().max(1.0));
            let expected =
                (value(mean, variance + step) - value(mean, variance - step)) / (2.0 * step);
            assert!((by_variance - expected).abs() < 1e-5 * expected.abs().max(1.0));
        }
    }
}
