//! The normal distribution: draws, its distribution function and that function's inverse, with the same
//! bits on every machine (`libm` instead of the system's mathematics).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tuning_core::Seed;

/// A stream of random numbers that belongs to one seed.
#[derive(Debug)]
pub struct Draws {
    rng: ChaCha8Rng,
    /// The second number of a pair.
    spare: Option<f64>,
}

impl Draws {
    /// The stream of this seed.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self {
            rng: ChaCha8Rng::from_seed(seed.expand()),
            spare: None,
        }
    }

    /// A number in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        self.rng.random()
    }

    /// A standard normal number.
    // Box & Muller 1958: no rejection, so the n-th number takes the same draws whatever came before.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        let (sin, cos) = libm::sincos(std::f64::consts::TAU * self.unit());
        self.spare = Some(radius * sin);
        radius * cos
    }
}

/// P(Z ≤ z).
pub fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The z with P(Z ≤ z) = p, for p in (0, 1).
// Acklam's rational approximation (2003, relative error 1.15e-9), then one step of Halley's method.
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
    }

    #[test]
    fn draws_have_the_moments_of_the_normal_distribution() {
        let mut draws = Draws::new(Seed::new(1));
        let n = 40_000;
        let z: Vec<f64> = (0..n).map(|_| draws.normal()).collect();
        let moment = |k: i32| z.iter().map(|z| z.powi(k)).sum::<f64>() / f64::from(n);
        assert!(
            moment(1).abs() < 0.02 && moment(3).abs() < 0.08,
            "{} {}",
            moment(1),
            moment(3)
        );
        assert!((moment(2) - 1.0).abs() < 0.03 && (moment(4) - 3.0).abs() < 0.15);
    }
}
