//! How wide kernels are: as wide as the gap to their neighbours.

/// Writes the widths of kernels at these places, which rise, on the unit interval.
///
/// A kernel is as wide as the larger of the gaps to its two neighbours; the outermost two have but one,
/// and a kernel alone reaches to the farther end of the interval. None is narrower than `narrowest` or than
/// one part in `crowd` plus two, and none wider than the interval.
// Bergstra et al. 2011, "Algorithms for hyper-parameter optimization", section 4, with the bounds of
// hyperopt; the outermost kernels as in Optuna 5 (`consider_endpoints` off), which Watanabe 2023,
// arXiv:2304.11127, section 4.3.2, compares.
pub(crate) fn widths(places: &[f64], narrowest: f64, crowd: f64, widths: &mut Vec<f64>) {
    widths.clear();
    let n = places.len();
    let least = narrowest.max(1.0 / (crowd + 2.0)).min(1.0);
    let width = |k: usize| {
        let below = if k > 0 {
            places[k] - places[k - 1]
        } else {
            0.0
        };
        let above = if k + 1 < n {
            places[k + 1] - places[k]
        } else {
            0.0
        };
        if n == 1 {
            places[0].max(1.0 - places[0])
        } else {
            below.max(above)
        }
    };
    widths.extend((0..n).map(|k| width(k).clamp(least, 1.0)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_as_wide_as_its_larger_gap() {
        let check = |places: &[f64], narrowest: f64, expected: &[f64]| {
            let mut found = vec![9.0];
            widths(places, narrowest, places.len() as f64, &mut found);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{places:?}: {found}");
            }
        };
        check(&[], 0.01, &[]);
        check(&[0.25], 0.01, &[0.75]);
        check(&[0.25, 0.75], 0.01, &[0.5, 0.5]);
        check(&[0.0, 0.5, 0.75], 0.01, &[0.5, 0.5, 0.25]);
        check(&[0.5, 0.5, 0.5], 0.01, &[0.2, 0.2, 0.2]); // one in five
        check(&[0.5, 0.5, 0.5], 0.3, &[0.3, 0.3, 0.3]);
    }
}
