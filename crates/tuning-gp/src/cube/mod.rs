//! [`Cube`]: the search space as the model sees it.

mod axis;
mod columns;
mod moves;
mod space;

pub(crate) use axis::{ABSENT, Axis, Kind, nearest};
pub(crate) use columns::{Column, Columns, Table};
pub(crate) use space::Cube;
