//! The laws of combinators: a probe inside, a record of both sides, and a judge who reads it.

mod config;
mod judge;
mod kit;
mod probe;
mod question;
mod tracked;
mod watch;

pub use kit::{CombinatorKit, combinator};
