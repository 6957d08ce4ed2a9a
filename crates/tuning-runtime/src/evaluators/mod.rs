//! Evaluators that are functions: [`blocking`] ones on threads, [`asynchronous`] ones as tasks, and both
//! with parameters of a type.

mod asynchronous;
mod blocking;
mod typed;

pub use asynchronous::{Asynchronous, asynchronous};
pub use blocking::{Blocking, BlockingTrial, blocking};
pub use typed::{AsynchronousTyped, asynchronous_typed, blocking_typed};
