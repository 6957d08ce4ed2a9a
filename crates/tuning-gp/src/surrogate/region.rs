//! [`Region`]: the box around the best point to which long studies keep.

/// The side of a fresh region, the largest one, and the least, below which it is fresh again, in units of
/// the cube.
const FRESH: f64 = 0.8;
const LARGEST: f64 = 1.6;
const LEAST: f64 = 1.0 / 128.0;
/// Successes in a row after which it grows.
const SUCCESSES: usize = 3;
/// Failures in a row after which it shrinks, unless there are more dimensions.
const FAILURES: usize = 4;

/// The size of a trust region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Region {
    /// The mean side of the box.
    pub(crate) side: f64,
}

impl Region {
    /// Folds the results from number `after` on: it doubles after successes in a row and is halved
    /// after failures in a row. None if there are not this many results.
    // TuRBO-1 of Eriksson et al. 2019, arXiv:1910.01739, section 2; "after" is ours: before that, one
    // model of the whole space does better.
    pub(crate) fn of(losses: &[f64], after: usize, dimensions: usize) -> Option<Self> {
        let (old, new) = losses.split_at_checked(after)?;
        let mut best = old.iter().copied().fold(f64::INFINITY, f64::min);
        let (mut side, mut good, mut bad) = (FRESH, 0, 0);
        for loss in new {
            // Better by a thousandth, as there.
            if *loss < best - 1e-3 * best.abs() {
                (good, bad) = (good + 1, 0);
            } else {
                (good, bad) = (0, bad + 1);
            }
            best = best.min(*loss);
            if good == SUCCESSES {
                side = (2.0 * side).min(LARGEST);
                good = 0;
            } else if bad == FAILURES.max(dimensions) {
                side *= 0.5;
                bad = 0;
            }
            if side < LEAST {
                side = FRESH;
            }
        }
        Some(Self { side })
    }

    /// Lower and upper ends of the box around a point whose coordinates matter over these lengths.
    pub(crate) fn ends(self, centre: &[f64], lengths: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let logs = lengths.iter().map(|length| libm::log(*length));
        let scale = libm::exp(logs.sum::<f64>() / lengths.len().max(1) as f64);
        let end = |sign: f64| {
            let pairs = centre.iter().zip(lengths);
            let half = |length: &f64| 0.5 * self.side * length / scale;
            pairs
                .map(move |(at, length)| (at + sign * half(length)).clamp(0.0, 1.0))
                .collect()
        };
        (end(-1.0), end(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_with_successes_and_shrinks_with_failures() {
        let side = |losses: &[f64]| Region::of(losses, 2, 2).map(|region| region.side);
        assert_eq!(side(&[9.0]), None);
        assert_eq!(side(&[9.0, 9.0]), Some(0.8));
        assert_eq!(side(&[9.0, 9.0, 8.0, 7.0, 6.0]), Some(1.6));
        assert_eq!(side(&[9.0, 9.0, 9.0, 9.0, 9.0, 9.0]), Some(0.4));
        assert_eq!(side(&[9.0; 2 + 4 * 7]), Some(0.8), "fresh again");
    }

    #[test]
    fn its_box_is_long_where_little_changes() {
        let region = Region { side: 0.2 };
        let (lower, upper) = region.ends(&[0.5, 0.95], &[0.1, 0.4]);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(
            close(lower[0], 0.45) && close(upper[0], 0.55),
            "{lower:?} {upper:?}"
        );
        assert!(
            close(lower[1], 0.75) && close(upper[1], 1.0),
            "{lower:?} {upper:?}"
        );
    }
}
