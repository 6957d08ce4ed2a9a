//! The laws of strategies: [`StrategyKit`] and one function per law.

mod batch;
mod budget;
mod conduct;
mod cost;
mod follow;
mod kit;
mod lab;
mod options;
mod order;
mod purity;
mod sanity;
mod survival;
mod yardstick;

pub use kit::{StrategyKit, strategy};

pub(crate) use follow::shown;
