//! CMA-ES.

mod axes;
mod config;
mod descent;
mod note;
mod search;
mod strategy;

pub use config::CmaEsConfig;
pub use strategy::CmaEs;

pub(crate) const NAME: &str = "cmaes";
