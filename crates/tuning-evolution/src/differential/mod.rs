//! Differential evolution with a memory of what worked (L-SHADE).

mod config;
mod memory;
mod strategy;

pub use config::DeConfig;
pub use strategy::DifferentialEvolution;

pub(crate) const NAME: &str = "de";
