//! NSGA-II: what no other trial beats in everything, well spread.

mod config;
mod ranking;
mod strategy;
mod variation;

pub use config::Nsga2Config;
pub use strategy::Nsga2;

pub(crate) const NAME: &str = "nsga2";
