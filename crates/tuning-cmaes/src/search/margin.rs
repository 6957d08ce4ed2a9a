//! The margin of integers, steps and ordered lists: their neighbours stay likely however narrow the
//! distribution gets.

use tuning_core::Domain;
use tuning_toolkit::normal::{cdf, quantile};

use super::gaussian::Gaussian;

/// Keeps the chance of leaving the cell that the mean of coordinate `k` lies in at `alpha` or more.
// Hamano et al. 2022, "CMA-ES with Margin", arXiv:2205.13482, §4.2 and 4.3: with the covariance and the step
// size as they are, the mean and the diagonal matrix A give way.
pub(crate) fn correct(gaussian: &mut Gaussian, k: usize, domain: &Domain, alpha: f64) {
    let mean = gaussian.mean[k];
    let Some((below, above)) = domain.cell(domain.decode(mean)) else {
        return;
    };
    let (first, last) = (below <= 0.0, above >= 1.0);
    if (first && last) || below >= above {
        return; // a single value, or cells finer than numbers
    }
    // Without the factor of A.
    let plain = gaussian.deviation(k) / gaussian.a[k];
    if !(plain > 0.0 && plain.is_finite()) {
        return;
    }
    if first || last {
        // Only one neighbour: the mean comes near enough to the edge between.
        let edge = if first { above } else { below };
        let furthest = gaussian.a[k] * plain * quantile(1.0 - alpha);
        if (mean - edge).abs() > furthest {
            gaussian.mean[k] = if first {
                edge - furthest
            } else {
                edge + furthest
            };
        }
        return;
    }
    let deviation = gaussian.a[k] * plain;
    let low = cdf((below - mean) / deviation);
    let up = cdf((mean - above) / deviation);
    if low.min(up) >= alpha / 2.0 {
        return;
    }
    let middle = 1.0 - low - up;
    // Eq. 16 to 18: raise to α/2, and take it from all three in proportion to what they have above that.
    let (raised_low, raised_up) = (low.max(alpha / 2.0), up.max(alpha / 2.0));
    let excess = 1.0 - raised_low - raised_up - middle;
    let spare = raised_low + middle + raised_up - 1.5 * alpha;
    if spare <= 0.0 {
        return;
    }
    let part = |p: f64| (p + excess * (p - alpha / 2.0) / spare).clamp(1e-10, 0.5 - 1e-10);
    let (z_low, z_up) = (
        quantile(1.0 - part(raised_low)),
        quantile(1.0 - part(raised_up)),
    );
    // Both edges are where these probabilities say: two equations for the mean and the deviation.
    gaussian.a[k] = (above - below) / ((z_low + z_up) * plain);
    gaussian.mean[k] = (below * z_up + above * z_low) / (z_low + z_up);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tuning_core::Parameter;

    use super::*;

    /// The chances to draw a value below and above the mean's own.
    fn leaving(gaussian: &Gaussian, domain: &Domain) -> (f64, f64) {
        let (below, above) = domain.cell(domain.decode(gaussian.mean[0])).unwrap();
        let z = |edge: f64| (edge - gaussian.mean[0]) / gaussian.deviation(0);
        let low = if below <= 0.0 { 0.0 } else { cdf(z(below)) };
        let up = if above >= 1.0 { 0.0 } else { cdf(-z(above)) };
        (low, up)
    }

    proptest! {
        #[test]
        fn neighbours_stay_as_likely_as_the_margin(
            high in 1_i64..40,
            mean in 0.0_f64..1.0,
            sigma in -9.0_f64..0.0,
            lambda in 4_usize..60,
        ) {
            let parameter = Parameter::int("n", 0, high);
            let domain = parameter.domain();
            let alpha = 1.0 / lambda as f64;
            let mut gaussian = Gaussian::new(vec![mean], 10_f64.powf(sigma), false);
            let before = domain.decode(mean);
            correct(&mut gaussian, 0, domain, alpha);
            prop_assert_eq!(domain.decode(gaussian.mean[0]), before, "it moves within its cell");
            let (low, up) = leaving(&gaussian, domain);
            let at_border = before == domain.decode(0.0) || before == domain.decode(1.0);
            if at_border {
                prop_assert!(low + up >= alpha * (1.0 - 1e-6), "{low} {up} {alpha}");
            } else {
                prop_assert!(low.min(up) >= alpha / 2.0 * (1.0 - 1e-6), "{low} {up} {alpha}");
            }
        }
    }

    #[test]
    fn a_wide_distribution_is_left_alone() {
        let parameter = Parameter::int("n", 0, 10);
        let mut gaussian = Gaussian::new(vec![0.47], 0.2, false);
        correct(&mut gaussian, 0, parameter.domain(), 0.05);
        assert_eq!((gaussian.mean[0], gaussian.a[0]), (0.47, 1.0));
    }

    #[test]
    fn a_frozen_coordinate_is_widened_and_not_the_step_size() {
        let parameter = Parameter::float("x", 0.0, 1.0).step(0.25);
        let mut gaussian = Gaussian::new(vec![0.5], 1e-6, false);
        correct(&mut gaussian, 0, parameter.domain(), 0.1);
        // The cell is [0.4, 0.6]; each neighbour gets α/2, so the edges are 1.645 deviations off.
        assert!((gaussian.deviation(0) - 0.1 / 1.644_853_626_951_472_7).abs() < 1e-9);
        assert!(gaussian.sigma == 1e-6 && (gaussian.mean[0] - 0.5).abs() < 1e-12);
    }
}
