//! [`Targets`]: losses in the units of the model.

/// Adds this to the deviation, so that equal losses stay finite.
const TINY: f64 = 1e-6;
/// How far the clip is above the median at least, in logarithms.
const NARROW: f64 = 1e-3;

/// Losses in the units of the model: logarithms where all are positive, the bad tail clipped at twice as far above
/// the median as the best tenth is below it, with mean 0 and deviation 1.
///
/// Losses that are not all positive are taken as they are, in units of the range between the best and the clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Targets {
    log: bool,
    clip: f64,
    /// Where the range of raw losses begins, and how wide it is; 0 and 1 for logarithms.
    origin: f64,
    width: f64,
    mean: f64,
    deviation: f64,
}

impl Targets {
    /// Fits the units to these losses.
    pub(super) fn fit(losses: &[f64]) -> Self {
        let log = losses.iter().all(|loss| *loss > 0.0);
        let plain = |loss: f64| plain(log, loss);
        let mut sorted: Vec<f64> = losses.iter().map(|loss| plain(*loss)).collect();
        sorted.sort_by(f64::total_cmp);
        let median = quantile(&sorted, 0.5);
        let reach = 2.0 * (median - quantile(&sorted, 0.1));
        let reach = if log { reach.max(NARROW) } else { reach };
        let clip = (median + reach).min(f64::MAX);
        let (origin, width) = match sorted.first() {
            Some(best) if !log => {
                let top = sorted.last().map_or(clip, |worst| worst.min(clip));
                (*best, (top - best).clamp(f64::MIN_POSITIVE, f64::MAX))
            }
            _ => (0.0, 1.0),
        };
        let scaled = |value: &f64| (value.min(clip) - origin) / width;
        let n = losses.len().max(1) as f64;
        let mean = sorted.iter().map(scaled).sum::<f64>() / n;
        let squares = sorted.iter().map(|value| (scaled(value) - mean).powi(2));
        let deviation = (squares.sum::<f64>() / n).sqrt() + TINY;
        Self {
            log,
            clip,
            origin,
            width,
            mean,
            deviation,
        }
    }

    /// A loss in these units. Infinity, which stands for a trial that failed, is as bad as the clip.
    pub(super) fn of(&self, loss: f64) -> f64 {
        let plain = plain(self.log, loss);
        ((plain.min(self.clip) - self.origin) / self.width - self.mean) / self.deviation
    }
}

/// The logarithm, or a quarter: the differences of the greatest numbers stay finite.
fn plain(log: bool, loss: f64) -> f64 {
    if log { libm::log(loss) } else { 0.25 * loss }
}

/// The quantile of sorted values, with the line between the two around it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = share * last as f64;
    let below = place as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let part = place - below as f64;
    low * (1.0 - part) + high * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positive_losses_are_logarithms_with_the_bad_tail_clipped() {
        let losses = [1.0, 2.0, 4.0, 8.0, 1e9].map(|factor| 0.1 * factor);
        let targets = Targets::fit(&losses);
        // Sorted logarithms: the median is that of 0.4, the best tenth that of 0.1 · 2^0.4.
        let clip = libm::log(0.4) + 2.0 * (1.6 * std::f64::consts::LN_2);
        let plain = [0.1, 0.2, 0.4, 0.8].map(libm::log);
        let all: Vec<f64> = plain.into_iter().chain([clip]).collect();
        let mean = all.iter().sum::<f64>() / 5.0;
        let variance = all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 5.0;
        for (loss, value) in losses.iter().zip(&all) {
            let expected = (value - mean) / (variance.sqrt() + TINY);
            assert!((targets.of(*loss) - expected).abs() < 1e-12, "{loss}");
        }
        assert_eq!(targets.of(f64::INFINITY), targets.of(1e9));
    }

    #[test]
    fn losses_of_any_sign_and_size_are_finite() {
        for losses in [
            vec![-1.0, 0.0, 3.0],
            vec![-f64::MAX, 0.0, f64::MAX],
            vec![0.0; 4],
            vec![1e-300, 1e300],
            vec![-5.0, -5.0, -5.0, 7.0],
        ] {
            let targets = Targets::fit(&losses);
            let all: Vec<f64> = losses.iter().map(|loss| targets.of(*loss)).collect();
            assert!(all.iter().all(|v| v.is_finite()), "{losses:?}: {all:?}");
            assert!(all.is_sorted(), "{losses:?}: {all:?}");
        }
    }
}
