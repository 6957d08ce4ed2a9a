//! The model: two mixtures of kernels over the axes of a space.

mod axis;
mod bandwidth;
mod column;
mod density;
mod kernels;
mod sample;
mod shape;

pub(crate) use axis::Axis;
pub(crate) use kernels::{Member, Model};
pub(crate) use sample::evenly;
