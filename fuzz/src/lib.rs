//! What each fuzz target checks of an input. A broken promise is a panic.
//!
//! Readers that are private to a crate have their checks there, in its module `fuzzing`.

pub mod ask_tell;
pub mod journal;
pub mod study;
