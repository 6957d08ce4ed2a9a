//! Grid, random and Sobol search, two combinators, the pruner that stops nothing, and the registry that finds
//! strategies by name.
//!
//! This crate holds the strategies that need no model: they are good beginnings, good baselines, and
//! what others build on. It is no place for those that learn from results (`tuning-tpe`, `tuning-gp`,
//! …), and it runs nothing: a driver such as `tuning_core::AskTell` or `tuning-runtime` does.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use tuning_core::*;
//! use tuning_strategies::SobolConfig;
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log(), Parameter::int("layers", 1, 4)])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(64));
//! let sobol = SobolConfig::default().build(&problem)?;
//! let mut study = AskTell::new(problem, sobol, Seed::new(42));
//! while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
//!     for work in work {
//!         let loss = (work.params.float("lr")?.log10() + 3.0).abs() / work.params.float("layers")?;
//!         study.finish(work.trial, Outcome::Completed(Values::one(loss)?), Metrics::default(), 0)?;
//!     }
//! }
//! # assert_eq!(study.started(), 64);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | if you want to … | use |
//! |---|---|
//! | try every combination | [`GridConfig`] |
//! | fill a space evenly with any number of points | [`SobolConfig`] |
//! | have a baseline, or independent points | [`RandomConfig`] |
//! | try some points of your own first | [`EnqueueConfig::over`] any strategy |
//! | never try a point twice | [`DedupConfig::over`] any strategy |
//! | choose a strategy by its name in a study file | [`Registry`] |
//! | learn from results | the crates `tuning-tpe`, `tuning-gp`, `tuning-cmaes`, or all of it: `hypertuning` |
//!
//! # A strategy of your own
//! Nothing here is closed to others. A strategy is a type with `tuning_core::Strategy`, its options are
//! a struct with `tuning_core::StrategyConfig` and serde; registered under a name, it is on a par with
//! those of this crate: in study files, inside combinators, in lists and in error messages.
//! ```
//! use serde::{Deserialize, Serialize};
//! use tuning_core::*;
//! use tuning_strategies::{DedupConfig, Registry};
//!
//! /// Always tries the middle of the space, or wherever `at` says.
//! struct Fixed { space: Space, at: f64 }
//!
//! impl Strategy for Fixed {
//!     fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
//!         let params = self.space.decode(&vec![self.at; self.space.len()])?;
//!         Ok(Asked::Propose(vec![Proposal::start(params)]))
//!     }
//!     fn tell(&mut self, _: &Fact) {}
//! }
//!
//! #[derive(Serialize, Deserialize)]
//! #[serde(default, deny_unknown_fields)]
//! struct FixedConfig { at: f64 }
//!
//! impl Default for FixedConfig {
//!     fn default() -> Self { Self { at: 0.5 } }
//! }
//!
//! impl StrategyConfig for FixedConfig {
//!     type Strategy = Fixed;
//!     // The one place that says what an option does and how far it may go.
//!     fn options(&self) -> Vec<ConfigOption> {
//!         vec![ConfigOption::new("at", self.at, "where the point is, as a part of each range").at_least(0.0).at_most(1.0)]
//!     }
//!     fn spec(&self) -> Spec { Spec::new("fixed").options(self.options()) }
//!     fn build(&self, problem: &Problem) -> Result<Fixed, Unsupported> {
//!         for option in self.options() {
//!             option.check("fixed")?;
//!         }
//!         Ok(Fixed { space: problem.space.clone(), at: self.at })
//!     }
//! }
//!
//! let mut registry = Registry::standard();
//! registry.register::<FixedConfig>("fixed", "one point, again and again");
//! // A combinator finds the strategies inside it in the same registry.
//! registry.register_with(
//!     "fresh",
//!     "what `of` proposes, but nothing twice",
//!     [ConfigOption::new("of", "random", "the strategy that proposes")],
//!     |options, registry| Ok(DedupConfig::over(options.strategy("of", registry)?).boxed()),
//! );
//!
//! let config = registry.read(&serde_json::json!({"name": "fresh", "of": {"name": "fixed", "at": 0.1}}))?;
//! assert_eq!(config.spec().to_string(), "dedup (attempts: 16, inner.at: 0.1, inner.name: fixed)");
//!
//! let error = registry.read(&serde_json::json!({"name": "fixed", "art": 0.1})).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "strategy `fixed` has no option `art` (its options and their defaults are `at: 0.5`): did you mean `at`?",
//! );
//! let error = registry.read(&serde_json::json!({"name": "fixed", "at": 3})).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "option `at` of strategy `fixed` cannot be `3`: it must be from 0 to 1 (the default is `0.5`)",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! The laws that a strategy must keep are functions in `tuning-conformance`: call them from a test.
#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::iter_over_hash_type
    )
)]

mod combinators;
mod grid;
mod position;
mod random;
mod registry;
mod sobol;

pub use combinators::{Dedup, DedupConfig, Enqueue, EnqueueConfig};
pub use grid::{Grid, GridConfig};
pub use random::{Random, RandomConfig};
pub use registry::{Entry, Options, Registry, RegistryError, in_words};
pub use sobol::{Sobol, SobolConfig};
