//! Freeze-thaw: a Gaussian process over parameters and fidelity that starts, resumes and gives up trials.

mod columns;
mod config;
mod curves;
mod decide;
mod fits;
mod judge;
mod kernel;
mod likelihood;
mod model;
mod points;
mod posterior;
mod rows;
mod strategy;
mod targets;

pub use config::FreezeThawConfig;
pub use strategy::FreezeThaw;

/// The name in the registry, in specs and in tags.
const NAME: &str = "freeze_thaw";
