//! [`Sobol`]: quasi-random search, which fills the space more evenly than chance does.

mod config;
mod sequence;
mod strategy;

pub use config::SobolConfig;
pub use strategy::Sobol;

pub(crate) const NAME: &str = "sobol";
