//! The margin of integers, steps and ordered lists: their neighbours stay likely however narrow the
//! distribution gets.

use tuning_core::Domain;

use super::{
    gaussian::Gaussian,
    normal::{cdf, quantile},
};

/// Keeps the chance of leaving the cell that the mean of coordinate `k` lies in at `alpha` or more.
// Hamano et al. 2022, "CMA-ES with Margin", arXiv:2205.13482, §4.2 and 4.3: with the covariance and the step
// size as they are, the mean and the diagonal matrix A give way.
pub(crate) fn correct(gaussian: &mut Gaussian, k: usize, domain: &Domain, alpha: f64) {
    let mean = gaussian.mean[k];
    let Some((below, above)) = domain.cell(domain.decode(mean)) else {
        return;
    };
    let (first, last) = (below <= 0.0, above >= 1.0);
    if (first && last) || !(below < above) {
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
    if !(spare > 0.0) {
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
