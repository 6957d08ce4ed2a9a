//! `cargo xtask readme`: documents that cannot lie. Follows README.md and the chapters as a reader would.

mod edit;
mod elsewhere;
mod expect;
mod fence;
mod follow;
mod place;
mod plan;
mod run;
mod rust;
mod script;
mod shared;
mod study;

pub(crate) use run::{HELP, run};
