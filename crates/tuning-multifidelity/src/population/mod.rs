//! Population based training: members that train side by side, the worst of which continue from copies of the best.

mod config;
mod explore;
mod members;
mod steps;
mod strategy;

pub use config::PbtConfig;
pub use strategy::Pbt;

pub(crate) const NAME: &str = "pbt";
