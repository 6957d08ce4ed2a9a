//! Looking for the points that are most worth trying.

mod climb;
mod maximise;

pub(crate) use maximise::{Bounds as SearchBounds, Search, maximise};
