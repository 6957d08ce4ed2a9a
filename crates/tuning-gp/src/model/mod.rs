//! The Gaussian process: its kernel, its hyper-parameters, and what it says about points.

mod fit;
mod kernel;
mod likelihood;
mod posterior;
mod prior;
mod targets;

pub(crate) use fit::fit;
pub(crate) use posterior::{Posterior, Scratch};
pub(crate) use prior::{Hyper, Prior};
pub(crate) use targets::Targets;
