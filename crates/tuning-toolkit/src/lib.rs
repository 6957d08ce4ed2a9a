//! Numerics and bookkeeping for authors of strategies.
//!
//! What several strategies need and none should write anew: random numbers that a seed determines, the normal
//! distribution, Pareto fronts, small linear algebra and a quasi-Newton method. There is no strategy in it, no I/O and
//! no clock. Every result is the same on every machine, to the last bit.
#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::iter_over_hash_type
    )
)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

pub mod draws;
pub mod lbfgs;
pub mod linalg;
pub mod math;
pub mod pareto;
