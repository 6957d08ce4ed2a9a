//! What strategies are made of: numerics and bookkeeping for their authors.
//!
//! It takes over what every strategy needs and what is easy to get wrong, so that a strategy's own file holds its idea.
//! There is no strategy in it, no I/O, no clock and no thread; of our crates it depends on `tuning-core` alone, as yours
//! may. Every result is the same on every machine, to the last bit: the proposals of a study do not change when it is
//! resumed elsewhere.
//!
//! ```
//! use tuning_core::{Ask, Asked, Fact, Outcome, Proposal, Space, Strategy, StrategyError};
//! use tuning_toolkit::{Kind, OpenTrials, Stream};
//!
//! /// Moves one coordinate of the best point.
//! struct Nudge {
//!     space: Space,
//!     open: OpenTrials<Vec<f64>>,
//!     best: Option<(f64, Vec<f64>)>,
//! }
//!
//! impl Nudge {
//!     fn propose(&self, stream: &mut Stream) -> Vec<f64> {
//!         let Some((_, best)) = &self.best else {
//!             return (0..self.space.len()).map(|_| stream.unit()).collect();
//!         };
//!         let mut point = best.clone();
//!         let place = stream.below(point.len());
//!         point[place] = match Kind::of(self.space.parameters()[place].domain()) {
//!             Kind::Cells(_) | Kind::Continuum => (point[place] + 0.1 * stream.normal()).clamp(0.0, 1.0),
//!             Kind::Choices(_) | Kind::Constant => stream.unit(),
//!         };
//!         point
//!     }
//! }
//!
//! impl Strategy for Nudge {
//!     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
//!         let proposals = (0..ask.slots().get()).map(|n| {
//!             let point = self.propose(&mut Stream::new(ask.seed(n)));
//!             let params = self.space.decode(&point)?;
//!             Ok(Proposal::start(params))
//!         });
//!         Ok(Asked::Propose(proposals.collect::<Result<_, StrategyError>>()?))
//!     }
//!
//!     fn tell(&mut self, fact: &Fact) {
//!         self.open.follow(fact);
//!         match fact {
//!             Fact::Started(started) => {
//!                 let places = self.space.encode(&started.params);
//!                 let point = places.into_iter().map(|place| place.unwrap_or(0.5));
//!                 self.open.start(started.trial, point.collect());
//!             }
//!             Fact::Ended(ended) => {
//!                 if let (Some(open), Outcome::Completed(losses)) = (self.open.end(ended.trial), &ended.outcome)
//!                     && self.best.as_ref().is_none_or(|(best, _)| losses.first() < *best)
//!                 {
//!                     self.best = Some((losses.first(), open.kept));
//!                 }
//!             }
//!             _ => {}
//!         }
//!     }
//! }
//! # use tuning_core::*;
//! # let space = Space::new([Parameter::float("x", 0.0, 1.0)])?;
//! # let nudge = Nudge { space: space.clone(), open: OpenTrials::default(), best: None };
//! # let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(40));
//! # let (mut study, mut best) = (AskTell::new(problem, nudge, Seed::new(1)), 9.0_f64);
//! # while let Turn::Work(work) = study.ask(std::num::NonZeroUsize::MIN)? {
//! #     for work in work {
//! #         let loss = (work.params.float("x")? - 0.3).abs();
//! #         best = best.min(loss);
//! #         study.finish(work.trial, Outcome::Completed(Values::one(loss)?), Metrics::default(), 0)?;
//! #     }
//! # }
//! # assert!(best < 0.02, "{best}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | if you want to … | use |
//! |---|---|
//! | draw numbers from the seed that a proposal comes with | [`Stream`] |
//! | know which trials are in flight, and what they reported last | [`OpenTrials`] |
//! | leave out outcomes that say nothing about a point | [`says_nothing`] |
//! | pause the trials of a strategy that knows nothing of fidelities | [`WholeTrials`] |
//! | treat numbers, steps, choices and constants each in their way | [`Kind`] |
//! | reach every integer of a wide range from coordinates on a grid | [`refine`] |
//! | tell points apart in eight bytes each | [`fingerprint`] |
//! | sort trials with several losses, or keep their front | [`pareto`] |
//! | compute with the normal distribution, far out in its tails as well | [`normal`] |
//! | minimise a smooth function between bounds | [`lbfgs`] |
//! | factor, invert or diagonalise symmetric matrices of a few hundred rows | [`linalg`] |
//! | have `e^x` and `2^x` in a loop that vectorises | [`math`], [`simd`] |
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

mod fingerprint;
mod kind;
pub mod lbfgs;
pub mod linalg;
pub mod math;
pub mod normal;
mod open;
pub mod pareto;
mod refine;
pub mod simd;
mod stream;
mod whole;

pub use fingerprint::fingerprint;
pub use kind::Kind;
pub use open::{OpenTrial, OpenTrials, says_nothing};
pub use refine::refine;
pub use stream::{ChaCha, Counter, Generator, Stream};
pub use whole::WholeTrials;
