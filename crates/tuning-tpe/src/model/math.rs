//! Elementary functions that give the same bits on every machine.
//!
//! The platform's own `exp` and `ln` differ in their last digits between systems, and a proposal that
//! depends on them would differ too. These are built of IEEE operations alone.

use std::f64::consts::FRAC_1_SQRT_2;

/// `ln(sqrt(2π))`.
pub(crate) const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The exponential of a number that is at most 0, to six digits; below -87 that of -87, which is as good as 0.
///
/// No branch and no call: a loop over a slice becomes vector instructions.
// Cody and Waite 1980: x = k ln 2 + r with |r| <= ln 2 / 2, the logarithm in two parts; then Taylor's
// series to the seventh power, whose rest is below 6e-9.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    // Added and taken off again, it rounds to the nearest integer, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    let kept = if x > -87.0 { x } else { -87.0 };
    let shifted = kept * std::f32::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (kept - k * LN_2_HIGH) - k * LN_2_LOW;
    let mut sum = 1.0 / 5_040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * r + 1.0;
    sum = sum * r + 1.0;
    // 2^k: the exponent bits of a float.
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    sum * power
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
    fn the_exponential_is_right_to_six_digits() {
        let mut worst = 0.0_f64;
        for step in 0..87_000_u32 {
            let x = -(step as f32) / 1000.0;
            worst = worst.max((f64::from(exp(x)) / libm::exp(x.into()) - 1.0).abs());
        }
        assert!(worst < 3e-7, "{worst:e}");
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1e30) < 2e-38 && exp(f32::NEG_INFINITY) < 2e-38);
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
