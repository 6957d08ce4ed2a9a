//! Gaussian-process Bayesian optimisation.
mod acquisition;
mod config;
mod cube;
mod design;
mod history;
mod linalg;
mod math;
mod model;
mod propose;
mod search;
mod strategy;
mod surrogate;

pub use config::{Acquisition, GpConfig};
pub use strategy::Gp;
