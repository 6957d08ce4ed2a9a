//! The first points, and those of studies in which nothing has worked yet: spread over the space, in
//! every projection.

use crate::cube::{Cube, Kind};
use crate::stream::Stream;

/// How many points are drawn for one that is taken.
const DRAWN: usize = 128;

/// A point that is far from all others in as many coordinates as possible.
// The maximum projection criterion of Joseph, Gul & Ba 2015, Biometrika 102(2), point by point: the sum
// over the others of the product of inverse squared distances, coordinate by coordinate, is least.
pub(crate) fn spread(cube: &Cube, others: &[&[f64]], stream: &mut Stream) -> Vec<f64> {
    let mut best: Option<(f64, Vec<f64>)> = None;
    for _ in 0..DRAWN {
        let point = cube.random(stream);
        let crowd: f64 = others
            .iter()
            .map(|other| libm::exp(-nearness(cube, &point, other)))
            .sum();
        if best.as_ref().is_none_or(|(least, _)| crowd < *least) {
            best = Some((crowd, point));
        }
    }
    best.map_or_else(|| cube.middle(), |(_, point)| point)
}

/// The mean logarithm of squared distances, times the number of coordinates up to a few.
fn nearness(cube: &Cube, a: &[f64], b: &[f64]) -> f64 {
    let (mut sum, mut product, mut count) = (0.0, 1.0, 0.0);
    for ((axis, a), b) in cube.axes().iter().zip(a).zip(b) {
        let (far, cell) = match &axis.kind {
            Kind::Constant => continue,
            Kind::Choices(n) => (if a == b { 0.0 } else { 1.0 }, 1.0 / *n as f64),
            Kind::Steps(middles) => ((a - b).abs(), 1.0 / middles.len() as f64),
            Kind::Continuous => ((a - b).abs(), 0.0),
        };
        let least: f64 = f64::max(0.02, 0.5 * cell);
        product *= far * far + least * least;
        if product < 1e-200 {
            sum += libm::log(product);
            product = 1.0;
        }
        count += 1.0;
    }
    sum += libm::log(product);
    if count > 0.0 {
        sum * f64::min(count, 20.0) / count
    } else {
        0.0
    }
}
