//! [`Dedup`]: no point twice.

mod batch;
mod config;
mod strategy;
mod unseen;

pub use config::DedupConfig;
pub use strategy::Dedup;

pub(crate) const NAME: &str = "dedup";
