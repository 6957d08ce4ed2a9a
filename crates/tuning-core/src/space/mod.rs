//! The search space: parameters, their domains and conditions, and the values that a trial takes.

mod check;
mod choices;
mod condition;
mod configspace;
mod difference;
mod domain;
mod error;
mod features;
mod fine;
mod float;
mod int;
mod lattice;
mod literal;
mod outcomes;
mod parameter;
mod params;
mod points;
mod ranks;
mod resolve;
mod rule;
mod scale;
mod tree;
pub mod typed;

pub use condition::{Condition, Test};
pub use configspace::ConfigSpace;
pub use domain::{Domain, Value};
pub use error::{ParamsError, SpaceError};
pub use features::Features;
pub use float::FloatDomain;
pub use int::IntDomain;
pub use lattice::Lattice;
pub use literal::Literal;
pub use parameter::Parameter;
pub use params::{Params, ParamsKey};
pub use tree::Space;
pub use typed::tunable::Tunable;
