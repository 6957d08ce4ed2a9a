//! [`Dedup`]: no point twice.

mod batch;
mod config;
mod strategy;
mod unseen;

pub use config::DedupConfig;
pub use strategy::Dedup;

pub(crate) const NAME: &str = "dedup";

/// The default of `attempts`.
pub(crate) const ATTEMPTS: u32 = 16;
