//! [`Rule`]: how a mean and a variance become one number.

use tuning_toolkit::normal::log_improvement;

/// How means and variances become one number. Means are of goodness: more is better.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// The logarithm of the expected improvement on this mean.
    // Ament et al. 2023, arXiv:2310.20708.
    Improvement { best: f64 },
    /// The upper confidence bound: the mean and this many deviations.
    // Srinivas et al. 2010, arXiv:0912.3995.
    Bound { deviations: f64 },
    /// The deviation, where the mean is not hopeless: a bound of half a deviation has to reach this mean.
    // "Pure exploration" of Song et al. 2024, arXiv:2408.11527, section 4.
    Explore { threshold: f64 },
}

/// How steeply [`Rule::Explore`] falls below its threshold.
const PENALTY: f64 = 10.0;
/// How many deviations the bound of [`Rule::Explore`] is above the mean.
const HOPE: f64 = 0.5;

impl Rule {
    /// The value, and how it changes with mean and variance.
    pub(crate) fn judge(self, mean: f64, variance: f64) -> (f64, f64, f64) {
        let deviation = variance.sqrt();
        match self {
            Self::Improvement { best } => {
                let z = (mean - best) / deviation;
                let (log, slope) = log_improvement(z);
                let by_deviation = (1.0 - z * slope) / deviation;
                let value = log + libm::log(deviation);
                (value, slope / deviation, 0.5 * by_deviation / deviation)
            }
            Self::Bound { deviations } => {
                let value = mean + deviations * deviation;
                (value, 1.0, 0.5 * deviations / deviation)
            }
            Self::Explore { threshold } => {
                let short = (mean + HOPE * deviation - threshold).min(0.0);
                let penalty = if short < 0.0 { PENALTY } else { 0.0 };
                let by_deviation = 1.0 + penalty * HOPE;
                (
                    deviation + penalty * short,
                    penalty,
                    0.5 * by_deviation / deviation,
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_differences() {
        let rules = [
            Rule::Improvement { best: 0.3 },
            Rule::Bound { deviations: 1.8 },
            Rule::Explore { threshold: -2.0 },
            Rule::Explore { threshold: 2.0 },
        ];
        for rule in rules {
            for (mean, variance) in [(0.0, 1.0), (0.5, 1e-4), (-1.0, 0.01), (-30.0, 0.3)] {
                let (_, by_mean, by_variance) = rule.judge(mean, variance);
                let step = 1e-6 * variance;
                let value = |mean, variance| rule.judge(mean, variance).0;
                let check = |found: f64, above: f64, below: f64| {
                    let expected = (above - below) / (2.0 * step);
                    let error = (found - expected).abs() / expected.abs().max(1.0);
                    assert!(
                        error < 1e-3,
                        "{rule:?} at {mean}, {variance}: {found}, not {expected}"
                    );
                };
                check(
                    by_mean,
                    value(mean + step, variance),
                    value(mean - step, variance),
                );
                check(
                    by_variance,
                    value(mean, variance + step),
                    value(mean, variance - step),
                );
            }
        }
    }

    #[test]
    fn better_means_and_wider_deviations_are_worth_more() {
        for rule in [
            Rule::Improvement { best: 1.0 },
            Rule::Bound { deviations: 2.0 },
        ] {
            let value = |mean, variance| rule.judge(mean, variance).0;
            assert!(value(0.5, 0.1) > value(0.4, 0.1));
            assert!(value(0.5, 0.2) > value(0.5, 0.1));
            assert!(value(-1e6, 1e-9).is_finite() && value(1e6, 1e-9).is_finite());
        }
    }
}
