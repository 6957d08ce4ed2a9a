//! Exponential functions that vectorise: densities and kernels need one for every pair of points.

/// `e^x` for x up to 0, within 2 units in the last place; below -708 it is that of -708, which is next
/// to nothing. Branch-free, and the same on every machine, unlike that of the C library.
// Range reduction by 2^k with ln 2 in two parts (Cody & Waite 1980), then the Taylor polynomial of
// degree 13 for |r| ≤ ln 2 / 2, whose remainder is below 1e-17.
#[inline(always)]
#[must_use]
pub fn exp_negative(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52: added and taken away, it rounds
    const LN2_HIGH: f64 = 6.931_457_519_531_25e-1;
    const LN2_LOW: f64 = 1.428_606_820_309_417_3e-6;
    let x = if x > -708.0 { x } else { -708.0 };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = x - k * LN2_HIGH - k * LN2_LOW;
    let mut sum = 1.0 / 6_227_020_800.0;
    for inverse in [
        479_001_600.0,
        39_916_800.0,
        3_628_800.0,
        362_880.0,
        40_320.0,
        5_040.0,
        720.0,
        120.0,
        24.0,
        6.0,
        2.0,
        1.0,
        1.0,
    ] {
        sum = sum * r + 1.0 / inverse;
    }
    // The low bits of `shifted` are k.
    sum * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// Two to a power that is at most 0, to five digits; below -126 that of -126, which is as good as 0.
///
/// No branch and no call: a loop over a slice becomes vector instructions.
// 2^x = 2^k 2^f with k the nearest integer; the polynomial is the best of its degree for 2^f on
// [-1/2, 1/2], off by a factor of 1 ± 2.6e-6 at most (Lawson's iteration on a Chebyshev grid).
#[inline(always)]
#[must_use]
pub fn exp2(x: f32) -> f32 {
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
    fn it_is_the_exponential_function() {
        for k in 0..70_800 {
            let x = f64::from(k) * -0.01;
            let expected = libm::exp(x);
            let error = (exp_negative(x) - expected).abs() / expected;
            assert!(error < 5e-16, "{x}: {error}");
        }
        assert_eq!(exp_negative(0.0), 1.0);
        assert!(exp_negative(-1e300) < 1e-307 && exp_negative(f64::NEG_INFINITY) < 1e-307);
    }
}
