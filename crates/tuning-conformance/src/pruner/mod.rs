//! The laws of pruners: [`PrunerKit`] and one function per law.

mod config;
mod kit;
mod laws;
mod scene;

pub use kit::{PrunerKit, pruner};
