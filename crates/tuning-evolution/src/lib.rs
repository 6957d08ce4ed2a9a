//! Differential evolution.

mod differential;
mod draws;
mod genome;
mod ledger;
mod nsga2;
mod options;
mod regularised;
mod standing;

pub use differential::{DeConfig, DifferentialEvolution};
pub use nsga2::{Nsga2, Nsga2Config};
pub use regularised::{RegularisedEvolution, RegularisedEvolutionConfig};
