//! The automatic strategy: it asks a Gaussian process, TPE, CMA-ES or evolution, whichever suits the study where it
//! stands, lets all of them learn from every trial, and says in each trial's tag who proposed it and why.
//!
//! No single strategy is best: over many tasks a portfolio beats each of its members, since they fail on different ones
//! (Turner et al. 2021, arXiv 2104.10201; Benjamins et al. 2025, arXiv 2506.06143).
//!
//! Where trials report on their way (a problem with a fidelity and one objective), they pause, and freeze-thaw of
//! `tuning-multifidelity` decides which to start and which to resume; where there are many, ASHA over TPE does.
//!
//! ```
//! use tuning_auto::AutoConfig;
//! use tuning_core::{AskTell, Budget, Objectives, Outcome, Parameter, Problem, Seed, Space, StrategyConfig, Turn, Values};
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 1.0).log(), Parameter::int("layers", 1, 6)])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(30));
//! let auto = AutoConfig::default().build(&problem)?;
//! let mut study = AskTell::new(problem, auto, Seed::new(7));
//! let mut best = f64::INFINITY;
//! while let Turn::Work(work) = study.ask(std::num::NonZeroUsize::MIN)? {
//!     for work in work {
//!         let (lr, layers) = (work.params.float("lr")?, work.params.int("layers")?);
//!         let loss = (lr.log10() + 2.4).powi(2) + (layers - 4).pow(2) as f64;
//!         best = best.min(loss);
//!         let outcome = Outcome::Completed(Values::one(loss)?);
//!         study.finish(work.trial, outcome, Default::default(), 0)?;
//!     }
//! }
//! assert!(best < 0.05, "{best}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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

mod config;
mod expert;
mod gradual;
mod history;
mod plan;
mod strategy;

pub use config::AutoConfig;
pub use strategy::Auto;

pub(crate) const NAME: &str = "auto";
