//! Climbing from a point: along slopes where coordinates are continuous, by trying out where they are not.

use tuning_toolkit::lbfgs::{self, Lbfgs};

use super::bounds::Bounds;
use crate::{
    acquisition::Judge,
    cube::{Kind, nearest},
    stream::Stream,
};

/// How often slopes and trials take turns.
const ROUNDS: usize = 4;
/// Points that are tried out in one climb, at most.
const TRIES: usize = 256;
/// Choices of one parameter that are tried out, at most.
const CHOICES: usize = 24;
/// Steps of an ordered parameter that are tried out, either way.
const STEPS: usize = 2;

const METHOD: Lbfgs = Lbfgs {
    steps: 30,
    calls: 50,
    tolerance: 1e-6,
    gain: 1e-9,
    reach: 1.0,
    first: 0.1,
};

/// How to climb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Climb<'a> {
    /// How far one has to go along each axis for a different value: the unit of steps.
    pub(super) lengths: &'a [f64],
    pub(super) bounds: &'a Bounds,
}

/// Returns the value that was climbed to, and where.
pub(super) fn climb(
    judge: &mut Judge<'_>,
    mut point: Vec<f64>,
    method: Climb<'_>,
    stream: &mut Stream,
) -> (f64, Vec<f64>) {
    let mut value = judge.value(&point);
    let mut tries = TRIES;
    for _ in 0..ROUNDS {
        let before = value;
        ascend(judge, &mut point, &mut value, method, stream);
        let swept = sweep(judge, &mut point, &mut value, &mut tries, stream);
        if !swept || value <= before || value.is_nan() {
            break;
        }
    }
    (value, point)
}

/// Goes uphill along the continuous coordinates.
fn ascend(
    judge: &mut Judge<'_>,
    point: &mut Vec<f64>,
    value: &mut f64,
    method: Climb<'_>,
    stream: &mut Stream,
) {
    let Climb { lengths, bounds } = method;
    let axes: Vec<usize> = (0..point.len())
        .filter(|axis| point[*axis] >= 0.0 && judge.cube.axes()[*axis].kind == Kind::Continuous)
        .collect();
    if axes.is_empty() {
        return;
    }
    let scaled = |ends: &[f64]| {
        axes.iter()
            .map(|axis| ends[*axis] / lengths[*axis])
            .collect()
    };
    let (lower, upper): (Vec<f64>, Vec<f64>) = (scaled(&bounds.lower), scaled(&bounds.upper));
    let bounds = lbfgs::Bounds {
        lower: &lower,
        upper: &upper,
    };
    let mut x: Vec<f64> = scaled(point);
    let mut tried = point.to_vec();
    let mut slopes = vec![0.0; point.len()];
    let place = |to: &mut [f64], x: &[f64]| {
        for (axis, x) in axes.iter().zip(x) {
            to[*axis] = (x * lengths[*axis]).clamp(0.0, 1.0);
        }
    };
    let least = METHOD.minimise(&mut x, bounds, |x, gradient| {
        place(&mut tried, x);
        let value = judge.slopes(&tried, &mut slopes);
        for (slope, axis) in gradient.iter_mut().zip(&axes) {
            *slope = -slopes[*axis] * lengths[*axis];
        }
        -value
    });
    if -least > *value {
        let mut top = point.clone();
        place(&mut top, &x);
        let climbed = top.clone();
        judge.cube.repair(&mut top, |_, _| stream.unit());
        // On the way, other parameters may have become active, or no longer be: then it is another point.
        let reached = match top == climbed {
            true => -least,
            false => judge.value(&top),
        };
        if reached > *value {
            (*value, *point) = (reached, top);
        }
    }
}

/// Tries other values of one discrete coordinate after the other; whether there are any.
fn sweep(
    judge: &mut Judge<'_>,
    point: &mut Vec<f64>,
    value: &mut f64,
    tries: &mut usize,
    stream: &mut Stream,
) -> bool {
    let mut any = false;
    // From a different one each time: in large spaces the tries do not last for all of them.
    let from = stream.below(point.len().max(1));
    for axis in (from..point.len()).chain(0..from) {
        let at = point[axis];
        if at < 0.0 {
            continue;
        }
        let others: Vec<f64> = match &judge.cube.axes()[axis].kind {
            Kind::Constant | Kind::Continuous => continue,
            Kind::Steps(middles) => {
                let place = nearest(middles, at);
                let near = place.saturating_sub(STEPS)..(place + STEPS + 1).min(middles.len());
                near.filter(|k| *k != place).map(|k| middles[k]).collect()
            }
            Kind::Choices(n) if *n > CHOICES => (0..CHOICES)
                .map(|_| stream.below(*n) as f64)
                .filter(|choice| *choice != at)
                .collect(),
            Kind::Choices(n) => (0..*n).map(|k| k as f64).filter(|k| *k != at).collect(),
        };
        any = true;
        for other in others {
            if *tries == 0 {
                return any;
            }
            *tries -= 1;
            let mut moved = point.clone();
            moved[axis] = other;
            judge.cube.repair(&mut moved, |_, _| stream.unit());
            let new = judge.value(&moved);
            if new > *value {
                (*value, *point) = (new, moved);
            }
        }
    }
    any
}
