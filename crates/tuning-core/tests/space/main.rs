//! The search space, by its laws over generated spaces and by the cases that people write.

#[path = "../support/mod.rs"]
mod support;

mod chains;
mod configspace;
mod domains;
mod params;
mod trees;
mod typed;
