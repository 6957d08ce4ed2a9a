//! Differential evolution, regularised evolution and NSGA-II for hyper-parameter tuning, without idle workers.
//!
//! These strategies keep a population and breed new trials from it. They need hundreds of trials to be worth
//! it, cost microseconds for each, however many there are, and make no assumption about the objective: they are
//! for large budgets, for spaces of choices, and for several objectives. With fewer trials a model is better
//! (`tuning-tpe`, `tuning-gp`). They run nothing: a driver such as `tuning_core::AskTell` or `tuning-runtime`
//! does.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use tuning_core::*;
//! use tuning_evolution::DeConfig;
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log(), Parameter::categorical("opt", ["sgd", "adam"])])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(400));
//! let de = DeConfig::default().build(&problem)?;
//! let mut study = AskTell::new(problem, de, Seed::new(42));
//! let mut best = f64::INFINITY;
//! while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
//!     for work in work {
//!         let right = &*work.params.str("opt")? == "adam";
//!         let loss = (work.params.float("lr")?.log10() + 3.0).abs() + if right { 0.0 } else { 0.5 };
//!         best = best.min(loss);
//!         study.finish(work.trial, Outcome::Completed(Values::one(loss)?), Metrics::default(), 0)?;
//!     }
//! }
//! assert!(best < 0.01);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | if you want to … | use |
//! |---|---|
//! | optimise numbers and some choices with many trials | [`DeConfig`] |
//! | optimise spaces that are mostly choices, such as architectures | [`RegularisedEvolutionConfig`] |
//! | find the front of two, three or four objectives | [`Nsga2Config`] |
//!
//! # What they do
//! A trial's genes are its coordinates in the unit cube; those of inactive parameters are absent.
//!
//! **Differential evolution** (L-SHADE: Tanabe & Fukunaga 2013, 2014; its mutation is that of JADE, Zhang & Sanderson
//! 2009). Each member x has a child in turn, v = x + F (x_pbest − x) + F (x_r1 − x_r2), of which each gene is taken
//! with probability CR. F and CR are drawn around means of what has worked, weighted by gain. The child competes
//! with its parent. The population shrinks from N to 4 over the budget of trials. For a choice, taking the best one's
//! has the probability F, then taking r1's if r1 and r2 differ, and any other 5 %.
//!
//! **Regularised evolution** (Real, Aggarwal, Huang & Le 2019, arXiv:1802.01548). The best of S members drawn from
//! the P youngest trials has a child with one gene changed: another choice, or a number a step away.
//!
//! **NSGA-II** (Deb, Pratap, Agarwal & Meyarivan 2002). Parents are the better of two by front, then by crowding;
//! their genes are mixed by simulated binary crossover and mutated by polynomial mutation. It takes one objective
//! as well, and four at most make sense: with more nearly every trial is on the front.
//!
//! # What they have in common
//! - **No generations.** A result joins the population at once, so that any number of workers is kept busy (for
//!   NSGA-II: Durillo et al. 2009, "On the Effect of the Steady-State Selection Scheme").
//! - **Conditions.** A gene that a parent lacks comes from another one that has it, or is drawn.
//! - **Nothing twice.** A point that was tried, or is being tried, is bred again; if that brings nothing new, one is
//!   drawn from the whole space. Only a space that has been tried to the last point is tried again.
//! - **Failures.** Measured trials are better than stopped ones, and these better than failed ones. That a worker was
//!   lost says nothing about a point.
//! - **Trials of others** join the population as if they were its own, so that a study that another strategy
//!   began is carried on from its best.
//! - **A fold of the facts.** What a child was bred by stands in its tag: resuming gives the same population, to the
//!   last bit, on every machine.
#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::iter_over_hash_type
    )
)]

mod differential;
mod fitness;
mod genome;
mod ledger;
mod nsga2;
mod options;
mod regularised;

pub use differential::{DeConfig, DifferentialEvolution};
pub use nsga2::{Nsga2, Nsga2Config};
pub use regularised::{RegularisedEvolution, RegularisedEvolutionConfig};
