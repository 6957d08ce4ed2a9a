//! ASHA: promotion without waiting.

mod config;
mod strategy;

pub use config::AshaConfig;
pub use strategy::Asha;

pub(crate) const NAME: &str = "asha";
