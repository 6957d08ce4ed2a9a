//! Looking for the points that are most worth trying.

mod bounds;
mod climb;
mod maximise;

pub(crate) use bounds::Bounds as SearchBounds;
pub(crate) use maximise::{Search, maximise};
