//! Search in a trust region: a box around the best point that grows while it succeeds, shrinks while it fails, and
//! starts elsewhere once it is tiny.
//!
//! The box is that of TuRBO (Eriksson et al. 2019, arXiv:1910.01739), the model inside it is left out: points are drawn
//! at random. It is good for spaces of some ten or more parameters in which good points lie close together.
//!
//! ```
//! use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
//! use tuning_trust_region::TrustRegionConfig;
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log(), Parameter::int("layers", 1, 8)])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?);
//! let strategy = TrustRegionConfig::default().failures(6).build(&problem)?;
//! # let _ = strategy;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod config;
mod region;
mod strategy;

pub use config::{NAME, TrustRegionConfig};
pub use strategy::TrustRegion;
