//! `cargo xtask tidy`: the habits of the house as checks. Each check is a function of the workspace to a list of problems.

mod architecture;
mod layering;
mod layers;
mod links;
mod manifest_file;
mod manifests;
mod problem;
mod purity;
mod readme;
mod run;
mod sources;

pub(crate) use layers::is_strategy_crate;
pub(crate) use run::{help, run};
