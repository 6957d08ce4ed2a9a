//! Dense linear algebra of a few hundred rows, with results that are the same on every machine.

pub(crate) mod simd;
mod square;
pub(crate) mod tile;

pub(crate) use square::{Factor, Square, dot};
