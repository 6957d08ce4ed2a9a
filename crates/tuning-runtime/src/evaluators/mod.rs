//! Evaluators that are functions: [`blocking`] ones on threads, [`asynchronous`] ones as tasks.

mod asynchronous;
mod blocking;

pub use asynchronous::{Asynchronous, asynchronous};
pub use blocking::{Blocking, BlockingTrial, blocking};
