//! Elementary functions that give the same bits on every machine.
//!
//! The platform's own `exp` and `ln` differ in their last digits between systems, and a proposal that
//! depends on them would differ too. These are built of IEEE operations alone.

use std::f64::consts::FRAC_1_SQRT_2;

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The binary logarithm.
pub(crate) fn log2(x: f64) -> f64 {
    ln(x) * std::f64::consts::LOG2_E
}

/// Two to a power that is at most 0, to five digits; below -126 that of -126, which is as good as 0.
///
/// No branch and no call: a loop over a slice becomes vector instructions.
// 2^x = 2^k 2^f with k the nearest integer; the polynomial is the best of its degree for 2^f on
// [-1/2, 1/2], off by a factor of 1 ± 2.6e-6 at most (Lawson's iteration on a Chebyshev grid).
#[inline(always)]
pub(crate) fn exp2(x: f32) -> f32 {
    // Added and taken off again, it rounds to the nearest integer, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let kept = if x > -126.0 { x } else { -126.0 };
    let shifted = kept + ROUND;
    let f = kept - (shifted - ROUND);
    // The halves do not wait for each other.
    let low = 0.999_999_3 + f * 0.693_121_8;
    let high = 0.240_247_44 + f * (0.055_917_86 + f * 0.009_570_101);
    // 2^k: the exponent bits of a float.
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    (low + f * f * high) * power
}

/// The mass of the standard normal distribution between `a` and `b`, `a <= b`, with full relative
/// precision in both tails.
pub(crate) fn normal_mass(a: f64, b: f64) -> f64 {
    // Differences of the smaller tail only: 1 - 1 would lose everything.
    let (a, b) = if a > 0.0 { (a, b) } else { (-b, -a) };
    let tail = |x: f64| 0.5 * libm::erfc(x * FRAC_1_SQRT_2);
    tail(a) - tail(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_right_to_five_digits() {
        let mut worst = 0.0_f64;
        for step in 0..126_000_u32 {
            let x = -(step as f32) / 1000.0;
            worst = worst.max((f64::from(exp2(x)) / libm::exp2(x.into()) - 1.0).abs());
        }
        assert!(worst < 3e-6, "{worst:e}");
        assert!((exp2(0.0) - 1.0).abs() < 1e-6);
        assert!(exp2(-1e30) < 2e-38 && exp2(f32::NEG_INFINITY) < 2e-38);
    }

    #[test]
    fn masses_keep_their_digits_in_the_tails() {
        // scipy 1.17: scipy.special.ndtr(b) - ndtr(a), and ndtr(-a) - ndtr(-b) in the right tail.
        for (a, b, mass) in [
            (-1.0, 1.0, 0.682_689_492_137_085_9),
            (-0.1, 0.0, 0.039_827_837_277_028_99),
            (8.0, 9.0, 6.219_831_985_865_787e-16),
            (-9.0, -8.0, 6.219_831_985_865_787e-16),
            (-37.0, 40.0, 1.0),
            (20.0, 21.0, 2.753_624_115_326_877_8e-89),
        ] {
            let found = normal_mass(a, b);
            assert!((found / mass - 1.0).abs() < 1e-13, "{a} {b}: {found:e}");
        }
    }
}
