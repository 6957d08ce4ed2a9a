//! Successive halving: strategies around a strategy, which give more resource to the trials that do well, and a pruner for
//! those that cannot pause.

mod around;
mod asha;
mod brackets;
mod halving;
mod hyperband;
pub(crate) mod in_flight;
mod ladder;
mod round;
pub(crate) mod rungs;
pub(crate) mod split;
mod stopping;
mod view;

pub use asha::{Asha, AshaConfig};
pub use halving::{SuccessiveHalving, SuccessiveHalvingConfig};
pub use hyperband::{Hyperband, HyperbandConfig};
pub use stopping::{AshaStopping, AshaStoppingConfig};
