//! ASHA (Li et al. 2020, arXiv:1810.05934): successive halving that never waits, over any other strategy.
//!
//! Each trial of the inner strategy runs to the first rung of a ladder of fidelities and pauses. What is in the top
//! `1/reduction` of its rung is resumed to the next one; the others are given up at the end. The inner strategy knows
//! nothing of that: it proposes trials that run to their end, and is told the loss of each at its first rung.
//!
//! ```
//! use tuning_asha::AshaConfig;
//! use tuning_core::{FidelityRange, Objectives, Parameter, Problem, Space, StrategyConfig};
//! use tuning_strategies::RandomConfig;
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log(), Parameter::int("layers", 1, 8)])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 81)?);
//! let strategy = AshaConfig::over(RandomConfig::default()).reduction(4).build(&problem)?;
//! # let _ = strategy;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod config;
mod ladder;
mod strategy;

pub use config::{AshaConfig, NAME, register};
pub use strategy::Asha;
