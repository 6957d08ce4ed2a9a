//! The search space: parameters, their domains and conditions, and the values that a trial takes.

mod check;
mod difference;
mod domain;
mod error;
mod features;
mod float;
mod int;
mod parameter;
mod params;
mod scalar;
mod tree;
pub mod typed;

pub use difference::SpaceDifference;
pub use domain::{Choices, Domain, Scale, Value};
pub use error::{ParamsError, SpaceError};
pub use features::Features;
pub use float::FloatDomain;
pub use int::IntDomain;
pub use parameter::{Condition, Parameter};
pub use params::{Params, ParamsKey};
pub use scalar::Scalar;
pub use tree::Space;
pub use typed::Tunable;
