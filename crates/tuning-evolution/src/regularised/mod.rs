//! Regularised evolution: tournaments, mutations, and death by age.

mod config;
mod strategy;

pub use config::RegularisedEvolutionConfig;
pub use strategy::RegularisedEvolution;

pub(crate) const NAME: &str = "regularised_evolution";
