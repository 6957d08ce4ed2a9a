//! Density, distribution and what follows from them, in forms that hold far out in the tails.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// ln √(2π).
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// Beyond this the continued series replaces differences that cancel.
const FAR: f64 = -30.0;

/// `e^(x²) erfc(x)` for x of 0 and more.
fn erfcx(x: f64) -> f64 {
    if x < 10.0 {
        return libm::exp(x * x) * libm::erfc(x);
    }
    // Abramowitz & Stegun 7.1.23: from 10 on, twelve terms are exact to the last digit.
    let inverse = 0.5 / (x * x);
    let mut sum = 1.0;
    for k in (1..=12).rev() {
        sum = 1.0 - f64::from(2 * k - 1) * inverse * sum;
    }
    sum / (x * PI.sqrt())
}

/// The density φ(z) of the standard normal distribution.
#[must_use]
pub fn density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z - LN_SQRT_2PI)
}

/// Φ(z): how likely a standard normal number is `z` at most, with full relative precision where it is small.
#[must_use]
pub fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// Φ(b) - Φ(a), for `a` up to `b`: how likely a standard normal number lies between them, with full relative
/// precision in both tails.
#[must_use]
pub fn mass(a: f64, b: f64) -> f64 {
    // Differences of the smaller tail only: 1 - 1 would lose everything.
    let (a, b) = if a > 0.0 { (a, b) } else { (-b, -a) };
    let tail = |x: f64| 0.5 * libm::erfc(x * FRAC_1_SQRT_2);
    tail(a) - tail(b)
}

/// `Φ(z) / φ(z)` for z up to 0.
fn mills(z: f64) -> f64 {
    (0.5 * PI).sqrt() * erfcx(-z * FRAC_1_SQRT_2)
}

/// `ln Φ(z)` and its derivative, at any distance from 0.
#[must_use]
pub fn log_cdf(z: f64) -> (f64, f64) {
    if z > 0.0 {
        let value = libm::log1p(-cdf(-z));
        return (value, libm::exp(-0.5 * z * z - LN_SQRT_2PI - value));
    }
    let ratio = mills(z);
    (-0.5 * z * z - LN_SQRT_2PI + libm::log(ratio), 1.0 / ratio)
}

/// `ln h(z)` and its derivative, where h(z) = φ(z) + z Φ(z): the logarithm of the expected improvement in
/// units of the deviation.
// Ament et al. 2023, arXiv:2310.20708, eq. 9: below -1 the sum cancels, so φ is taken out; far below, the
// rest is the series 1/z² - 3/z⁴ + 15/z⁶ - …
#[must_use]
pub fn log_improvement(z: f64) -> (f64, f64) {
    if z > -1.0 {
        let below = cdf(z);
        let h = density(z) + z * below;
        return (libm::log(h), below / h);
    }
    let body = -0.5 * z * z - LN_SQRT_2PI;
    if z > FAR {
        let ratio = mills(z);
        let rest = 1.0 + z * ratio;
        return (body + libm::log(rest), ratio / rest);
    }
    // rest = Σ (-1)^k (2k + 1)!! / z^(2k + 2), and the ratio likewise with (2k - 1)!!.
    let inverse = 1.0 / (z * z);
    let (mut rest, mut ratio) = (1.0, 1.0);
    for k in (1..=8).rev() {
        rest = 1.0 - f64::from(2 * k + 1) * inverse * rest;
        ratio = 1.0 - f64::from(2 * k - 1) * inverse * ratio;
    }
    (
        body - 2.0 * libm::log(-z) + libm::log(rest),
        -z * ratio / rest,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::oracle::{ERFCX, LOG_CDF, LOG_IMPROVEMENT};

    fn check(table: &[(f64, f64)], f: impl Fn(f64) -> f64, tolerance: f64) {
        for (x, expected) in table {
            let found = f(*x);
            let error = (found - expected).abs() / expected.abs().max(1e-300);
            assert!(
                error < tolerance,
                "f({x}) = {found}, not {expected}: {error}"
            );
        }
    }

    #[test]
    fn they_agree_with_numbers_of_fifty_digits() {
        check(ERFCX, erfcx, 1e-13);
        check(LOG_CDF, |z| log_cdf(z).0, 1e-13);
        check(LOG_IMPROVEMENT, |z| log_improvement(z).0, 1e-11);
    }

    #[test]
    fn masses_keep_their_digits_in_the_tails() {
        // scipy 1.17: scipy.special.ndtr(b) - ndtr(a), and ndtr(-a) - ndtr(-b) in the right tail.
        for (a, b, expected) in [
            (-1.0, 1.0, 0.682_689_492_137_085_9),
            (-0.1, 0.0, 0.039_827_837_277_028_99),
            (8.0, 9.0, 6.219_831_985_865_787e-16),
            (-9.0, -8.0, 6.219_831_985_865_787e-16),
            (-37.0, 40.0, 1.0),
            (20.0, 21.0, 2.753_624_115_326_877_8e-89),
        ] {
            let found = mass(a, b);
            assert!((found / expected - 1.0).abs() < 1e-13, "{a} {b}: {found:e}");
        }
    }

    #[test]
    fn the_logarithm_of_the_improvement_is_finite_and_rises() {
        let grid = (0..4000).map(|k| -libm::pow(10.0, 6.0 - f64::from(k) / 400.0));
        let grid: Vec<f64> = grid
            .chain((0..=4000).map(|k| f64::from(k) / 100.0))
            .collect();
        let mut last = f64::NEG_INFINITY;
        for z in grid {
            let (value, slope) = log_improvement(z);
            assert!(
                value.is_finite() && value > last,
                "{z}: {value} after {last}"
            );
            assert!(slope.is_finite() && slope > 0.0, "{z}: slope {slope}");
            last = value;
        }
    }

    #[test]
    fn slopes_are_those_of_differences() {
        for f in [log_improvement, log_cdf] {
            for z in [
                -400.0, -31.0, -30.0, -29.0, -9.0, -1.5, -1.0, -0.5, 0.0, 0.5, 3.0,
            ] {
                let step = 1e-5 * f64::max(1.0, -z);
                let expected = (f(z + step).0 - f(z - step).0) / (2.0 * step);
                let found = f(z).1;
                assert!(
                    (found - expected).abs() < 1e-6 * expected.abs().max(1e-3),
                    "{z}: {found} {expected}"
                );
            }
        }
    }
}
