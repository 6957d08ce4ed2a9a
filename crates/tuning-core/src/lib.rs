//! The nouns, facts, events and narrow traits of hyper-parameter tuning.
//!
//! This crate is what everybody agrees on: a [`Space`] of parameters, [`Objectives`], numbered trials,
//! the [`Fact`]s that happen to them, and the traits that join the parts. It holds no algorithm, does no I/O and looks at
//! no clock; it depends on serde, thiserror and async-trait alone.
//!
//! One idea carries it: *ask decides, tell remembers*. A study is a log of facts, and everything else
//! (a strategy's state, the best trial, what an observer has seen) is a fold of that log.
//!
//! ```
//! use std::{collections::BTreeMap, num::NonZeroUsize};
//! use tuning_core::*;
//!
//! /// A strategy of your own: look around the best point so far, ever closer.
//! struct Closer { space: Space, running: BTreeMap<TrialId, Params>, best: Option<(f64, Params)>, ended: i32 }
//!
//! impl Strategy for Closer {
//!     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
//!         let centre = self.best.as_ref().and_then(|(_, params)| self.space.encode(params)[0]);
//!         let step = 0.9_f64.powi(self.ended);
//!         let u = centre.unwrap_or(0.5) + step * (ask.seed(0).unit() - 0.5);
//!         let params = self.space.decode(&[u])?;
//!         Ok(Asked::Propose(vec![Proposal::start(params).tag(Tag::new("closer", step))]))
//!     }
//!
//!     fn tell(&mut self, fact: &Fact) {
//!         if let Fact::Started(started) = fact {
//!             self.running.insert(started.trial, started.params.clone());
//!         }
//!         if let Fact::Ended(ended) = fact {
//!             self.ended += 1;
//!             let params = self.running.remove(&ended.trial);
//!             if let (Some(params), Outcome::Completed(losses)) = (params, &ended.outcome) {
//!                 let loss = losses.first();
//!                 if self.best.as_ref().is_none_or(|(best, _)| loss < *best) {
//!                     self.best = Some((loss, params));
//!                 }
//!             }
//!         }
//!     }
//! }
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
//! let problem = Problem::new(space.clone(), Objectives::minimize("loss")?).budget(Budget::trials(30));
//! let closer = Closer { space, running: BTreeMap::new(), best: None, ended: 0 };
//! let mut study = AskTell::new(problem, closer, Seed::new(7));
//! while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
//!     for work in work {
//!         let loss = (work.params.float("lr")?.log10() + 3.0).abs(); // best at 1e-3
//!         let outcome = Outcome::Completed(Values::one(loss)?);
//!         study.finish(work.trial, outcome, Metrics::default(), 0)?;
//!     }
//! }
//! let (loss, params) = study.strategy().best.clone().expect("30 trials have completed");
//! assert!(loss < 0.1, "{params}: {loss}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | if you want to … | look at |
//! |---|---|
//! | declare what to tune | [`Space`], [`Parameter`] |
//! | have a Rust type for it | [`Tunable`], and the crate `tuning-derive` |
//! | write a strategy | [`Strategy`], [`Ask`], [`Proposal`], [`Tag`]; test it with `tuning-conformance` ([how](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-strategy.md)) |
//! | stop bad trials early | [`Pruner`] ([how](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-pruner.md)) |
//! | run trials in a way of your own | [`Evaluator`], [`RunningTrial`] ([how](https://docs.rs/crate/hypertuning/latest/source/docs/publish-an-evaluator.md)) |
//! | watch a study | [`Observer`], [`Event`], [`Progress`] ([how](https://docs.rs/crate/hypertuning/latest/source/docs/publish-an-observer.md)) |
//! | keep its log | [`Journal`], [`Entry`] ([how](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-journal.md)) |
//! | read its log, for a report or a dashboard | [`JournalReader`], [`StudyView`] |
//! | drive a study by hand | [`AskTell`] |
//! | run one in parallel, with a durable journal | the crates `tuning-runtime` and `tuning-sqlite`, or all of it: `hypertuning` |
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

mod amended;
mod ask_tell;
mod budget;
mod config_option;
mod counts;
mod evaluator;
mod event;
mod fact;
mod failure_group;
mod failure_limit;
mod id;
mod journal;
mod journal_reader;
mod nearest;
mod objective;
mod observer;
mod observer_status;
mod order;
mod outcome;
mod problem;
mod progress;
mod proposal;
mod pruner;
mod pruner_config;
mod resource;
mod seed;
mod setting;
mod space;
mod spec;
mod strategy;
mod study_view;
mod tag;
mod trials;
mod unsupported;
mod values;
mod warned;

pub use async_trait::async_trait;

pub use amended::Amended;
pub use ask_tell::{AddedTrial, AskError, AskTell, IllegalProposal, ReplayError, TellError, Turn};
pub use budget::{Budget, CostLimit, Counted, EndReason};
pub use config_option::ConfigOption;
pub use counts::Counts;
pub use evaluator::{
    Evaluator, IntoOutcome, IntoValues, Origin, RunningTrial, StopReason, TrialLink, Work,
};
pub use event::{Closed, Event, EventKind, Missing, Opened, Retried, StudySpec};
pub use fact::{Budgeted, Ended, Fact, Fork, Paused, Reported, Resumed, Started};
pub use failure_group::FailureGroup;
pub use failure_limit::FailureLimit;
pub use id::{Fidelity, Seq, TrialId};
pub use journal::{Entry, Journal, JournalError};
pub use journal_reader::JournalReader;
pub use nearest::nearest;
pub use objective::{Direction, Objective, Objectives};
pub use observer::{Kept, Observer, ObserverError};
pub use observer_status::{Circuit, ObserverStatus};
pub use order::Order;
pub use outcome::{Failure, FailureKind, Outcome};
pub use problem::{FidelityRange, Problem};
pub use progress::{Best, OpenTrial, Progress};
pub use proposal::{Ask, Asked, Proposal, ProposalKind};
pub use pruner::{Interrupted, Pruner, Verdict};
pub use pruner_config::{BoxedPrunerConfig, PrunerConfig};
pub use seed::Seed;
pub use setting::SettingError;
pub use space::*;
pub use spec::Spec;
pub use strategy::{BoxedConfig, Strategy, StrategyConfig, StrategyError};
pub use study_view::StudyView;
pub use tag::Tag;
pub use trials::{Trial, TrialState, Trials};
pub use unsupported::Unsupported;
pub use values::{Metrics, NonFinite, Values};
pub use warned::{Warned, Warning};
