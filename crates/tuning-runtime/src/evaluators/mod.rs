//! Evaluators that are functions: [`blocking`] ones on threads, [`asynchronous`] ones as tasks, and both
//! with parameters of a type.

mod asynchronous;
mod blocking;
mod checkpoints;
mod typed;

pub use asynchronous::{Asynchronous, AsynchronousTrial, asynchronous};
pub use blocking::{Blocking, BlockingTrial, blocking};
pub use checkpoints::CheckpointError;
pub use typed::{AsynchronousTyped, asynchronous_typed, blocking_typed};
