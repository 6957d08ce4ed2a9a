//! The inverse of the distribution function.

use super::cdf;

/// The z with Φ(z) = p, for `p` in (0, 1); of 0 and 1 a number far out, of NaN NaN.
///
/// Right to some fifteen digits.
// Acklam's rational approximation (2003, relative error 1.15e-9), then one step of Halley's method.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |q: f64| horner(&C, q) / (horner(&D, q) * q + 1.0);
    let p = p.clamp(1e-300, 1.0 - f64::EPSILON / 2.0);
    let z = if p < 0.02425 {
        tail((-2.0 * libm::log(p)).sqrt())
    } else if p > 1.0 - 0.02425 {
        -tail((-2.0 * libm::log1p(-p)).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    };
    let error = cdf(z) - p;
    let step = error * (2.0 * std::f64::consts::PI).sqrt() * libm::exp(z * z / 2.0);
    z - step / (1.0 + z * step / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_probabilities_are_those_of_tables() {
        // scipy.stats.norm.ppf and .cdf, scipy 1.17.
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.01, -2.326_347_874_040_840_8),
            (1e-10, -6.361_340_902_404_056),
            (0.999_999, 4.753_424_308_822_899),
        ] {
            assert!(
                (quantile(p) - z).abs() < 1e-9 * z.abs().max(1.0),
                "{p}: {}",
                quantile(p)
            );
            assert!((cdf(z) - p).abs() < 1e-9 * p, "{z}: {}", cdf(z));
        }
        assert!(quantile(0.0).is_finite() && quantile(1.0).is_finite());
        assert!(quantile(f64::NAN).is_nan());
    }
}
