//! `cargo xtask tidy`: the habits of the house as checks. Each check is a function of the workspace to a list of problems.

mod architecture;
mod layering;
mod layers;
mod links;
mod manifests;
mod mutations;
mod problem;
mod purity;
mod run;
mod sources;

pub(crate) use layers::is_strategy_crate;
pub(crate) use run::{help, run};
