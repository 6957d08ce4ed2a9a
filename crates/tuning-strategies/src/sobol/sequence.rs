//! The Sobol sequence itself, as bits: direction numbers, points by index, and Owen scrambling.

use std::fmt;

use sobol::params::JoeKuoD6;
use tuning_core::Seed;

/// How many dimensions there are direction numbers for.
pub(crate) const MAX_DIMENSIONS: usize = 1000;

/// How many bits a coordinate has, and so an index.
const BITS: usize = 32;

/// The Sobol sequence of this many dimensions; 2^32 points.
#[derive(Clone)]
pub(crate) struct Sequence {
    dimensions: usize,
    /// Direction numbers: a row for each bit of the index with one number per dimension, so that a
    /// point is the exclusive or of whole rows.
    rows: Vec<u32>,
}

impl Sequence {
    /// Of at most [`MAX_DIMENSIONS`].
    pub(crate) fn new(dimensions: usize) -> Self {
        // Joe & Kuo 2008, "Constructing Sobol sequences with better two-dimensional projections",
        // criterion D(6). The shorter of the two tables saves most of the time: it is unpacked here.
        let table = if dimensions <= 100 {
            JoeKuoD6::minimal()
        } else {
            JoeKuoD6::standard()
        };
        let columns = sobol::Sobol::<u32>::init_direction_vals::<u32>(dimensions, BITS, &table);
        let rows = (0..BITS)
            .flat_map(|bit| columns.iter().map(move |column| column[bit]))
            .collect();
        Self { dimensions, rows }
    }

    /// Writes the coordinates of point number `index` to `point`, as fractions of 2^32.
    // In the order of the index, not of its Gray code: the first 2^k points are the same set.
    pub(crate) fn point(&self, index: u32, point: &mut [u32]) {
        point.fill(0);
        let mut left = index;
        while left != 0 {
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            let row = &self.rows[bit * self.dimensions..(bit + 1) * self.dimensions];
            for (coordinate, direction) in point.iter_mut().zip(row) {
                *coordinate ^= direction;
            }
        }
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequence")
            .field("dimensions", &self.dimensions)
            .finish_non_exhaustive()
    }
}

/// One random scramble for each dimension.
#[derive(Clone, Debug)]
pub(crate) struct Scramble {
    seed: Seed,
    keys: Vec<u32>,
}

impl Scramble {
    pub(crate) fn new(seed: Seed, dimensions: usize) -> Self {
        let keys = (0..dimensions as u64)
            .map(|d| (seed.derive(d).get() >> 32) as u32)
            .collect();
        Self { seed, keys }
    }

    /// The seed that it was made from.
    pub(crate) fn seed(&self) -> Seed {
        self.seed
    }

    /// Scrambles the coordinates of a point.
    pub(crate) fn apply(&self, point: &mut [u32]) {
        for (coordinate, key) in point.iter_mut().zip(&self.keys) {
            *coordinate = owen(*coordinate, *key);
        }
    }
}

/// Nested uniform scrambling of the binary digits: each digit is flipped or not by a hash of the
/// digits before it, so intervals of 2^-k are permuted whole and a net stays one.
// Burley 2020, "Practical Hash-based Owen Scrambling", JCGT 9(4), §3 (after Laine & Karras 2011); the
// hash is the better one of Vegdahl 2021, psychopath.io/post/2021_01_30_building_a_better_lk_hash.
fn owen(coordinate: u32, key: u32) -> u32 {
    let mut x = coordinate.reverse_bits();
    x ^= x.wrapping_mul(0x3D20_ADEA);
    x = x.wrapping_add(key);
    x = x.wrapping_mul((key >> 16) | 1);
    x ^= x.wrapping_mul(0x0552_6C56);
    x ^= x.wrapping_mul(0x53A2_2864);
    x.reverse_bits()
}

/// The middle of the 2^-32 wide interval that the bits name: never 0, never 1.
pub(crate) fn unit(bits: u32) -> f64 {
    (f64::from(bits) + 0.5) * WIDTH
}

/// How far the coordinates of points are apart: 2^-32.
pub(crate) const WIDTH: f64 = 1.0 / 4_294_967_296.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn points(dimensions: usize, n: u32, seed: Option<u64>) -> Vec<Vec<u32>> {
        let sequence = Sequence::new(dimensions);
        let scramble = seed.map(|seed| Scramble::new(Seed::new(seed), dimensions));
        (0..n)
            .map(|index| {
                let mut point = vec![0; dimensions];
                sequence.point(index, &mut point);
                scramble
                    .iter()
                    .for_each(|scramble| scramble.apply(&mut point));
                point
            })
            .collect()
    }

    /// Whether each of the 2^k intervals holds exactly one coordinate of the first 2^k points.
    fn is_stratified(points: &[Vec<u32>], dimension: usize) -> bool {
        (0..=points.len().ilog2()).all(|k| {
            let mut hit = vec![false; 1 << k];
            points[..1 << k].iter().all(|point| {
                let interval = (u64::from(point[dimension]) >> (32 - k)) as usize;
                !std::mem::replace(&mut hit[interval], true)
            })
        })
    }

    #[test]
    fn the_first_points_are_those_of_joe_and_kuo() {
        // The output of their program `sobol` for 10 points of 3 dimensions, which is in the order of
        // the Gray code (https://web.maths.unsw.edu.au/~fkuo/sobol/).
        let expect = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
            [0.1875, 0.3125, 0.9375],
            [0.6875, 0.8125, 0.4375],
        ];
        let sequence = Sequence::new(3);
        for (n, expect) in expect.iter().enumerate() {
            let gray = n as u32 ^ (n as u32 >> 1);
            let mut point = [0; 3];
            sequence.point(gray, &mut point);
            assert_eq!(
                point.map(|bits| f64::from(bits) / 4_294_967_296.0),
                *expect,
                "point {n}"
            );
        }
    }

    #[test]
    fn every_prefix_of_a_power_of_two_is_a_net_in_each_dimension() {
        for seed in [None, Some(0), Some(1), Some(0x1234_5678_9ABC_DEF0)] {
            let points = points(64, 1 << 12, seed);
            for dimension in 0..64 {
                assert!(
                    is_stratified(&points, dimension),
                    "dimension {dimension}, seed {seed:?}"
                );
            }
        }
    }

    #[test]
    fn the_last_dimensions_are_nets_too() {
        let points = points(MAX_DIMENSIONS, 1 << 8, Some(3));
        assert!((0..MAX_DIMENSIONS).all(|dimension| is_stratified(&points, dimension)));
    }

    #[test]
    fn pairs_of_the_first_dimensions_are_nets() {
        // Dimensions 1 and 2 of the Sobol sequence are a (0, 2)-sequence: each of the elementary
        // boxes of area 2^-8 holds one of 2^8 points, whatever its sides; scrambling keeps that.
        let points = points(2, 1 << 8, Some(9));
        for wide in 0..=8 {
            let boxes: std::collections::BTreeSet<_> = points
                .iter()
                .map(|p| {
                    (
                        u64::from(p[0]) >> (32 - wide),
                        u64::from(p[1]) >> (24 + wide),
                    )
                })
                .collect();
            assert_eq!(boxes.len(), 256, "2^-{wide} wide");
        }
    }

    #[test]
    fn scrambled_points_stay_the_same_in_every_version() {
        let points = points(2, 3, Some(1));
        let expect = [
            [842_716_283, 3_179_408_178],
            [4_135_969_697, 877_124_948],
            [1_551_807_854, 1_891_682_091],
        ];
        assert_eq!(points, expect);
    }

    #[test]
    fn scrambles_of_two_dimensions_or_seeds_differ() {
        let points = points(2, 64, Some(5));
        assert!(points.iter().any(|p| p[0] != p[1]));
        assert_ne!(points, self::points(2, 64, Some(6)));
    }

    #[test]
    fn scrambled_points_integrate_fifty_times_better_than_random_ones() {
        // ∫ exp(x1 + … + x4) = (e - 1)^4, 1024 points, 64 scrambles.
        let exact = (1_f64.exp() - 1.0).powi(4);
        let rmse = |errors: &[f64]| {
            (errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64).sqrt()
        };
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / 1024.0;
        let sobol: Vec<f64> = (0..64)
            .map(|seed| {
                let points = points(4, 1024, Some(seed));
                mean(
                    &mut points
                        .iter()
                        .map(|p| p.iter().map(|&b| unit(b)).sum::<f64>().exp()),
                ) - exact
            })
            .collect();
        let random: Vec<f64> = (0..64)
            .map(|seed| {
                let seed = Seed::new(seed);
                mean(&mut (0..1024).map(|n| {
                    (0..4)
                        .map(|d| seed.derive(n).derive(d).unit())
                        .sum::<f64>()
                        .exp()
                })) - exact
            })
            .collect();
        let (sobol, random) = (rmse(&sobol), rmse(&random));
        assert!(sobol * 50.0 < random, "sobol {sobol}, random {random}");
    }
}
