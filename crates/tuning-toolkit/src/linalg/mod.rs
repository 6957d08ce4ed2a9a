//! Dense linear algebra of a few hundred rows, with results that are the same on every machine.

pub mod eigen;
mod square;
pub mod tile;

pub use square::{Factor, Square, dot};
