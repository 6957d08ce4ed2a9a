//! [`Targets`]: losses as the process likes them: larger is better, mean 0, deviation 1, no long tails.

use tuning_toolkit::math::median;

/// What losses become: a rising function of the loss upside down.
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    /// One per loss, standardised.
    pub(crate) values: Vec<f64>,
}

impl Targets {
    /// Of finite losses of any size; warped, so that they are more like normal ones, or not.
    pub(crate) fn new(losses: &[f64], warp: bool) -> Self {
        let mut values = upright(losses, warp);
        if warp {
            let lambda = best_lambda(&values);
            for value in &mut values {
                *value = yeo_johnson(*value, lambda);
            }
        }
        standardise(&mut values);
        Self { values }
    }
}

/// Losses upside down, shifted and scaled without overflow: median 0, deviation 1; zeros if all are equal. With
/// `draw_in`, those that are much worse than the median come nearer to it.
fn upright(losses: &[f64], draw_in: bool) -> Vec<f64> {
    let middle = median(losses.to_vec());
    // Halves: the difference of ±1e308 overflows.
    let mut values: Vec<f64> = losses
        .iter()
        .map(|loss| 0.5 * middle - 0.5 * loss)
        .collect();
    if draw_in {
        shorten(&mut values);
    }
    let largest = values
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    if largest == 0.0 {
        return values;
    }
    values.iter_mut().for_each(|value| *value /= largest);
    let deviation = moments(&values).1;
    values.iter_mut().for_each(|value| *value /= deviation);
    values
}

/// Draws in the tail of what is much worse than the median, 0: an objective that diverges in a part of its space would
/// otherwise leave no room for the differences between all others. Values keep their order, and none is farther
/// than twice the limit.
fn shorten(values: &mut [f64]) {
    // The median distance, scaled to be a normal distribution's deviation. Where more than half of the values are
    // equal it is 0, and those that are better tell.
    let typical = DEVIATION_OF_MEDIAN * median(values.iter().map(|value| value.abs()).collect());
    let better = values.iter().copied().fold(0.0, f64::max);
    let limit = TAIL * if typical > 0.0 { typical } else { better };
    if limit > 0.0 {
        for value in values.iter_mut().filter(|value| **value < -limit) {
            *value = -limit * (2.0 - limit / value.abs());
        }
    }
}

/// From how many deviations below the median on a value is drawn in.
const TAIL: f64 = 5.0;
/// The deviation of a normal distribution over its median distance from the middle.
const DEVIATION_OF_MEDIAN: f64 = 1.482_602_218_505_602;

/// Mean and deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (mean, square.sqrt())
}

fn standardise(values: &mut [f64]) {
    let (mean, deviation) = moments(values);
    let scale = if deviation > 1e-9 {
        1.0 / deviation
    } else {
        1.0
    };
    values
        .iter_mut()
        .for_each(|value| *value = (*value - mean) * scale);
}

// Yeo & Johnson 2000, Biometrika 87(4): a power of 1 + |z| on either side of 0.
fn yeo_johnson(value: f64, lambda: f64) -> f64 {
    let log = libm::log1p(value.abs());
    if value >= 0.0 {
        power(log, lambda)
    } else {
        -power(log, 2.0 - lambda)
    }
}

/// `((1 + z)^λ - 1) / λ` with the logarithm of 1 + z.
fn power(log: f64, lambda: f64) -> f64 {
    if lambda.abs() < 1e-8 {
        log
    } else {
        libm::expm1(lambda * log) / lambda
    }
}

/// The λ under which the values are most like normal ones.
fn best_lambda(values: &[f64]) -> f64 {
    let logs: Vec<(f64, bool)> = values
        .iter()
        .map(|value| (libm::log1p(value.abs()), *value >= 0.0))
        .collect();
    let signed: f64 = logs
        .iter()
        .map(|(log, up)| if *up { *log } else { -log })
        .sum();
    let mut moved = vec![0.0; values.len()];
    let mut likelihood = |lambda: f64| {
        for (moved, (log, up)) in moved.iter_mut().zip(&logs) {
            *moved = if *up {
                power(*log, lambda)
            } else {
                -power(*log, 2.0 - lambda)
            };
        }
        let deviation = moments(&moved).1;
        (lambda - 1.0) * signed - values.len() as f64 * libm::log(deviation.max(1e-300))
    };
    // Golden section: the likelihood has one hill.
    let (mut low, mut high) = LAMBDAS;
    let (mut a, mut b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut fa, mut fb) = (likelihood(a), likelihood(b));
    for _ in 0..20 {
        if fa > fb {
            (high, b, fb) = (b, a, fa);
            a = high - GOLDEN * (high - low);
            fa = likelihood(a);
        } else {
            (low, a, fa) = (a, b, fb);
            b = low + GOLDEN * (high - low);
            fb = likelihood(b);
        }
    }
    0.5 * (low + high)
}

const GOLDEN: f64 = 0.618_033_988_749_894_9;
/// Where λ is sought.
const LAMBDAS: (f64, f64) = (-2.0, 4.0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_is_that_of_a_reference() {
        // SciPy 1.17.1: `stats.yeojohnson_normmax(x)` of x = -(losses - median) / std(losses).
        let losses: Vec<f64> = (1..=12).map(|k| f64::from(k * k * k) / 100.0).collect();
        let lambda = best_lambda(&upright(&losses, false));
        assert!((lambda - LAMBDA_OF_CUBES).abs() < 1e-3, "{lambda}");
    }

    const LAMBDA_OF_CUBES: f64 = 2.258_620;

    #[test]
    fn targets_rise_as_losses_fall_whatever_their_size() {
        for scale in [1e-300, 1.0, 1e300] {
            for warp in [true, false] {
                let losses: Vec<f64> = (0..40).map(|k| scale * f64::from(k * k) * 0.1).collect();
                let Targets { values } = Targets::new(&losses, warp);
                assert!(values.is_sorted_by(|a, b| a > b), "{scale} {warp}");
                let (mean, deviation) = moments(&values);
                assert!(
                    mean.abs() < 1e-9 && (deviation - 1.0).abs() < 1e-9,
                    "{scale} {warp}"
                );
            }
        }
    }

    #[test]
    fn a_few_losses_beyond_all_bounds_leave_the_others_apart() {
        let usual: Vec<f64> = (0..30).map(|k| 0.4 + 0.01 * f64::from(k)).collect();
        let apart = |losses: &[f64]| {
            let values = Targets::new(losses, true).values;
            values[0] - values[29]
        };
        let alone = apart(&usual);
        for worst in [10.0, 1e76, 1e308] {
            let with: Vec<f64> = usual.iter().copied().chain([worst; 5]).collect();
            let values = Targets::new(&with, true).values;
            assert!(values[..31].is_sorted_by(|a, b| a > b), "{worst}");
            assert!(apart(&with) > 0.5 * alone, "{worst}: {}", apart(&with));
        }
        // Also where most losses are the same.
        let mut plateau = vec![1.0; 40];
        plateau.extend([0.5, 0.2, 1e200]);
        let values = Targets::new(&plateau, true).values;
        assert!(
            values[41] - values[40] > 0.1 && values[40] - values[0] > 0.1,
            "{values:?}"
        );
    }

    #[test]
    fn equal_losses_are_zeros_and_extreme_ones_finite() {
        assert!(
            Targets::new(&[7.0; 5], true)
                .values
                .iter()
                .all(|value| *value == 0.0)
        );
        let extreme = [f64::MAX, f64::MIN, 0.0, 1.0, f64::MAX, -1e-308];
        assert!(
            Targets::new(&extreme, true)
                .values
                .iter()
                .all(|value| value.is_finite())
        );
    }
}
