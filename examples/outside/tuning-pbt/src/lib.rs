//! Population based training (Jaderberg et al. 2017, arXiv:1711.09846): members train side by side; after each round
//! the worst ones are replaced by copies of the best ones, which continue from their checkpoints with other parameters.
//!
//! So one population finds a schedule of the parameters while it trains, in the time of one training run. It is good
//! for parameters that may change while a model trains, such as a learning rate; others (the number of layers) would not
//! fit the checkpoint of another member. A trial has to be able to begin with the checkpoint of another one:
//! [`Origin::Forked`](tuning_core::Origin).
//!
//! ```
//! use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
//! use tuning_pbt::PbtConfig;
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log(), Parameter::float("dropout", 0.0, 0.5)])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 100)?);
//! let strategy = PbtConfig::default().members(12).build(&problem)?;
//! # let _ = strategy;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod config;
mod explore;
mod member;
mod strategy;

pub use config::{NAME, PbtConfig};
pub use strategy::Pbt;
