//! [`Grid`]: every combination of values, each once, computed as it is asked for.

mod axis;
mod config;
mod lattice;
mod shuffle;
mod strategy;

pub(crate) use axis::Axis;
pub use config::GridConfig;
pub(crate) use lattice::Lattice;
pub use strategy::Grid;

pub(crate) const NAME: &str = "grid";
