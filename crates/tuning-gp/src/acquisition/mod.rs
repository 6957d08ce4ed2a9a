//! What a point is worth trying.

mod feasibility;
mod judge;
mod rule;

pub(crate) use feasibility::Feasibility;
pub(crate) use judge::Judge;
pub(crate) use rule::Rule;
