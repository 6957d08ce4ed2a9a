//! An exponential function that vectorises: the kernel needs one for every pair of points.

/// `e^x` for x up to 0, within 2 units in the last place; below -708 it is that of -708, which is next
/// to nothing. Branch-free, and the same on every machine, unlike that of the C library.
// Range reduction by 2^k with ln 2 in two parts (Cody & Waite 1980), then the Taylor polynomial of
// degree 13 for |r| ≤ ln 2 / 2, whose remainder is below 1e-17.
#[inline(always)]
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

#[cfg(test)]
mod tests {
    use super::*;

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
