//! Judges of running trials: what is stopped by its reports.

mod never;

pub use never::{Never, NeverConfig};
