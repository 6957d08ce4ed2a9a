//! [`Bounds`]: the part of the cube that is searched.

use crate::cube::{Axis, Kind};

/// The box that is searched, one pair of ends per axis; choices are not bounded.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

impl Bounds {
    /// All of the cube.
    pub(crate) fn whole(axes: usize) -> Self {
        Self {
            lower: vec![0.0; axes],
            upper: vec![1.0; axes],
        }
    }

    /// Moves each coordinate that is there into the box.
    pub(super) fn clamp(&self, axes: &[Axis], point: &mut [f64]) {
        let ends = self.lower.iter().zip(&self.upper);
        for ((axis, at), (lower, upper)) in axes.iter().zip(point).zip(ends) {
            if *at >= 0.0 && !matches!(axis.kind, Kind::Choices(_) | Kind::Constant) {
                *at = axis.coordinate(at.max(*lower).min(*upper));
            }
        }
    }
}
