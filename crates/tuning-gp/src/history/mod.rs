//! [`History`]: the facts of a study as points and losses.

mod fold;
mod levels;

pub(crate) use fold::History;
pub(crate) use levels::Level;
