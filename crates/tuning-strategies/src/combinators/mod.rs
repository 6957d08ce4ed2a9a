//! Combinators: strategies around a strategy. Each puts its layer around the inner one's tags.

pub(crate) mod dedup;
pub(crate) mod enqueue;

pub use dedup::{Dedup, DedupConfig};
pub use enqueue::{Enqueue, EnqueueConfig};
