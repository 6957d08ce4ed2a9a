//! A search strategy that is a program of its own, in any language.
//!
//! [`ProcessConfig`] starts a program, tells it the problem and the facts of the study, one line of JSON each, and
//! takes its answers for proposals. The README describes the protocol; `examples/` has strategies in Python.
//!
//! ```no_run
//! use std::num::NonZeroUsize;
//! use tuning_core::*;
//! use tuning_process::ProcessConfig;
//!
//! let space = Space::new([Parameter::float("x", -2.0, 2.0)])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(50));
//! let strategy = ProcessConfig::new(["python3", "one_plus_one.py"]).build(&problem)?;
//! let mut study = AskTell::new(problem, strategy, Seed::new(1));
//! while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
//!     for work in work {
//!         let loss = Values::one(work.params.float("x")?.powi(2))?;
//!         study.finish(work.trial, Outcome::Completed(loss), Metrics::default(), 0)?;
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is one of the places where the outside world enters: processes and threads, but no file, no network, and no
//! clock that a decision could look at (time only ends a program that hangs).
//!
//! | if you want to … | look at |
//! |---|---|
//! | use a program as a strategy | [`ProcessConfig`]; in a study file, `strategy: {command: [python3, mine.py]}` |
//! | write one | the README, and `examples/tuning_strategy.py` |
//! | test one against the laws | `tuning_conformance::strategy`, with a [`ProcessPool`] |
//! | know what went wrong | [`ProcessError`], the source of the strategy's error |

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod answer;
mod config;
mod error;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod group;
mod message;
mod number;
mod pool;
mod program;
mod strategy;
mod streams;

pub use config::{NAME, ProcessConfig, TIMEOUT};
pub use error::{ProcessError, ProtocolError};
pub use pool::ProcessPool;
pub use strategy::ProcessStrategy;

/// The version of the protocol.
pub const PROTOCOL: u64 = 1;
