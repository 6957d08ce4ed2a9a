//! What the facts make of the model: which results it learns from, how, and where it is trusted.

mod active;
mod build;
mod caution;
mod chain;
mod region;
mod scalar;

pub(crate) use build::{Limits, Surrogate, Surrogates};
