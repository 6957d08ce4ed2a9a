//! [`refine`]: the digits that a coarse coordinate lacks.

use tuning_core::{Domain, Seed};

/// Returns a coordinate for [`Domain::decode`] in place of one that is known to `width` only: near `u`, not more than half
/// of `width` away, and the same for the same `u`.
///
/// A strategy whose coordinates lie on a grid (the 2⁻³² of a Sobol sequence, say) reaches only some of the integers of a
/// range that has more of them: always even ones, for example. With this, every remainder of a division comes as often as
/// any other. Domains whose values are told apart by the grid get `u` itself.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Value};
/// use tuning_toolkit::refine;
///
/// let seed = Parameter::int("seed", 0, i64::MAX);
/// let layers = Parameter::int("layers", 1, 8);
/// let width = 1.0 / 4_294_967_296.0;
/// let u = refine(seed.domain(), 0.25, width);
/// assert!(u != 0.25 && (u - 0.25).abs() <= width / 2.0);
/// assert_eq!(refine(layers.domain(), 0.25, width), 0.25);
/// ```
#[must_use]
#[inline]
pub fn refine(domain: &Domain, u: f64, width: f64) -> f64 {
    match domain {
        Domain::Int(_) if domain.cardinality().is_some_and(|n| n as f64 * width > 1.0) => {
            let within = Seed::new(u.to_bits()).derive(0).unit() - 0.5;
            (u + within * width).clamp(0.0, 1.0)
        }
        _ => u,
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Value};

    use super::*;

    const WIDTH: f64 = 1.0 / 65_536.0;

    #[test]
    fn every_remainder_comes_from_a_grid() {
        for high in [1 << 17, 1 << 24, (1 << 53) - 1, i64::MAX] {
            let parameter = Parameter::int("n", 0, high);
            let mut seen = [0; 8];
            for k in 0..4000 {
                let u = refine(parameter.domain(), (f64::from(k) + 0.5) * WIDTH, WIDTH);
                if let Value::Int(value) = parameter.domain().decode(u) {
                    seen[(value % 8) as usize] += 1;
                }
            }
            assert!(
                seen.iter().all(|n| (400..600).contains(n)),
                "{high}: {seen:?}"
            );
        }
    }

    #[test]
    fn what_the_grid_tells_apart_stays_as_it_is() {
        for parameter in [
            Parameter::int("n", 1, 65_536),
            Parameter::float("x", 0.0, 1.0),
            Parameter::categorical("c", ["a", "b"]),
        ] {
            for u in [0.0, 0.3, 1.0] {
                assert_eq!(refine(parameter.domain(), u, WIDTH), u);
            }
        }
    }
}
