//! The maximiser over mixed spaces: many candidates, then climbing from the best of them.

use super::{
    bounds::Bounds,
    climb::{Climb, climb},
};
use crate::{acquisition::Judge, cube::Cube, stream::Stream};

/// Candidates from everywhere, and near the centres.
const WIDE: usize = 512;
const CLOSE: usize = 256;
/// How many candidates are climbed from.
const STARTS: usize = 6;
/// Starts are this many lengths apart.
const APART: f64 = 0.05;
/// Near a centre each coordinate is moved with this probability, or so that one is.
const RATE: f64 = 0.3;
/// But not more than this many on average: in many dimensions a step in all of them leads nowhere.
// Regis & Shoemaker 2013, "Combining radial basis function surrogates and dynamic coordinate search".
const MOVES: f64 = 20.0;
/// This many candidates are kept beside what was climbed to.
const KEPT: usize = 64;

/// Where to look.
#[derive(Clone, Debug)]
pub(crate) struct Search<'a> {
    /// Good points to look around, best first.
    pub(crate) centres: &'a [Vec<f64>],
    /// How far one has to go along each axis for a different value.
    pub(crate) lengths: &'a [f64],
    /// The box around the first centre to keep to, if not to the whole cube.
    pub(crate) bounds: Option<&'a Bounds>,
    /// All points there are, if they are few.
    pub(crate) all: Option<&'a [Vec<f64>]>,
}

/// Points by their value, best first.
pub(crate) fn maximise(
    judge: &mut Judge<'_>,
    search: &Search<'_>,
    stream: &mut Stream,
) -> Vec<Vec<f64>> {
    if let Some(all) = search.all {
        let values = judge.values(all);
        return by_value(&values)
            .into_iter()
            .map(|k| all[k].clone())
            .collect();
    }
    let points = candidates(judge.cube, search, stream);
    let values = judge.values(&points);
    let order = by_value(&values);
    let mut starts: Vec<&Vec<f64>> = Vec::new();
    for k in &order {
        if starts.len() == STARTS {
            break;
        }
        let far = |other: &&Vec<f64>| distance(other, &points[*k], search.lengths) > APART;
        if starts.iter().all(far) {
            starts.push(&points[*k]);
        }
    }
    starts.extend(search.centres.first());
    let whole = Bounds::whole(judge.cube.len());
    let method = Climb {
        lengths: search.lengths,
        bounds: search.bounds.unwrap_or(&whole),
    };
    let mut found: Vec<(f64, Vec<f64>)> = starts
        .into_iter()
        .map(|start| climb(judge, start.clone(), method, stream))
        .collect();
    found.extend(
        order
            .iter()
            .take(KEPT)
            .map(|k| (values[*k], points[*k].clone())),
    );
    found.sort_by(|a, b| number(b.0).total_cmp(&number(a.0)));
    found.into_iter().map(|(_, point)| point).collect()
}

/// Places by value, largest first.
fn by_value(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| {
        number(values[*b])
            .total_cmp(&number(values[*a]))
            .then(a.cmp(b))
    });
    order
}

/// What is not a number is last.
fn number(value: f64) -> f64 {
    if value.is_nan() {
        f64::NEG_INFINITY
    } else {
        value
    }
}

fn distance(a: &[f64], b: &[f64], lengths: &[f64]) -> f64 {
    let far = a.iter().zip(b).zip(lengths).map(|((a, b), length)| {
        let far = (a - b) / length;
        far * far
    });
    far.sum::<f64>().sqrt()
}

fn candidates(cube: &Cube, search: &Search<'_>, stream: &mut Stream) -> Vec<Vec<f64>> {
    let free = cube.free().max(1) as f64;
    let rate = RATE.max(1.0 / free).min(MOVES / free);
    let mut points = Vec::with_capacity(WIDE + CLOSE);
    for _ in 0..WIDE {
        let mut point = cube.random(stream);
        if let (Some(bounds), Some(centre)) = (search.bounds, search.centres.first()) {
            cube.draw_towards(&mut point, centre, (&bounds.lower, &bounds.upper), stream);
        }
        points.push(point);
    }
    if !search.centres.is_empty() {
        for _ in 0..CLOSE {
            let centre = &search.centres[stream.below(search.centres.len())];
            let scale = libm::pow(10.0, -0.5 - 2.0 * stream.unit());
            let mut point = cube.near(centre, rate, scale, stream);
            if let Some(bounds) = search.bounds {
                bounds.clamp(cube.axes(), &mut point);
                cube.repair(&mut point, |_, _| stream.unit());
            }
            points.push(point);
        }
    }
    points
}
