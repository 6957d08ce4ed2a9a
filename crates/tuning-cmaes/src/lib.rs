//! CMA-ES.

mod axes;
mod config;
mod descent;
mod earlier;
mod note;
mod restart;
mod search;
mod seen;
mod strategy;

pub use config::{CmaEsConfig, Covariance};
pub use earlier::Earlier;
pub use restart::Restart;
pub use strategy::CmaEs;

pub(crate) const NAME: &str = "cmaes";
