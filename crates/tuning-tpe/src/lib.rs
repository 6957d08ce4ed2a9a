//! The tree-structured Parzen estimator (TPE): search that learns, in mixed and conditional spaces.
//!
//! [`Tpe`] is the strategy to begin with when there are more than some twenty trials to spend: it takes
//! every space and any number of objectives, needs no settings, and an ask takes microseconds however
//! long the study is. It is not a surrogate of the objective: with few numeric parameters and costly
//! trials, a Gaussian process (`tuning-gp`) gets more out of each of them. This crate runs nothing: a
//! driver such as `tuning_core::AskTell` or `tuning-runtime` does.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use tuning_core::*;
//! use tuning_tpe::TpeConfig;
//!
//! let space = Space::new([
//!     Parameter::float("lr", 1e-5, 1e-1).log(),
//!     Parameter::categorical("optimizer", ["adam", "sgd"]),
//!     Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
//! ])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(60));
//! let tpe = TpeConfig::default().build(&problem)?;
//! let mut study = AskTell::new(problem, tpe, Seed::new(42));
//! let mut best = f64::INFINITY;
//! while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
//!     for work in work {
//!         let loss = (work.params.float("lr")?.log10() + 3.0).powi(2) + work.params.float("momentum").unwrap_or(0.5);
//!         best = best.min(loss);
//!         study.finish(work.trial, Outcome::Completed(Values::one(loss)?), Metrics::default(), 0)?;
//!     }
//! }
//! assert!(best < 0.2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | if you want to … | look at |
//! |---|---|
//! | have good proposals without settings | [`TpeConfig::default`] |
//! | explore more, or exploit more | [`n_ei_candidates`](TpeConfig::n_ei_candidates), [`gamma`](TpeConfig::gamma) |
//! | know what is done about failed, stopped and running trials | [`Tpe`] |
//! | stop hopeless trials early | successive halving around it (`tuning-multifidelity`), or a pruner beside it |
//!
//! # The model
//! The trials that ended are split at a quantile of their losses: the best `⌈γ n⌉` of them, at most 25
//! (beyond 500 trials 5 %, at most 64), and the rest. Each part becomes a mixture
//!
//! `p(x) = Σ w_i Π_d k_id(x_d)`
//!
//! of one product kernel per trial and one for the prior, and the proposal is the candidate, of
//! [`n_ei_candidates`](TpeConfig::n_ei_candidates) drawn from the good ones' `l(x)`, with the largest
//! `ln l(x) - ln g(x)`. Under the split, the expected improvement over the quantile grows with
//! `l(x) / g(x)` (Bergstra et al. 2011).
//!
//! - *Numbers*: a normal distribution on the parameter's scale, cut off at the ends of its range, as
//!   wide as the larger gap to its neighbours. At least `1 / (n + 2)` for `n` kernels (for the good ones: for a
//!   third of all trials, if they are more) and [`min_bandwidth`](TpeConfig::min_bandwidth). Up to 64 ordered
//!   values have the masses of their cells, and no kernel is narrower than half a cell.
//! - *Choices*: a kernel's own choice has `(1 + s/C) / (1 + s)`, every other one of `C` has
//!   `(s/C) / (1 + s)`, with `s = min(20 / K, 16) / n` for `n` kernels, the prior's included, and `K`
//!   parameters with choices that are active in a trial on average. The field has `s = C / n`, with which
//!   a space of few such parameters keeps to the choices of its first good trials.
//! - *Conditions*: where a parameter is not active in a trial, its kernel is the prior's. Points are drawn
//!   parents first, and compared over what is active in them.
//! - *Branches*: where at least half of the space is active with one choice of a parameter or another
//!   alone, each of its choices gets an equal part of `3.5 n^0.6` of `n` trials (of three quarters, at first),
//!   proposed by the model of that branch. TPE is greedy else: it stays in the branch of its first good trials.
//! - *Weights*: good trials count by their ranks, the best most; with several objectives alike. The others
//!   count in full if they are among the newest 25, and by a linear ramp before.
//! - *Memory*: of the others the newest 160 are kept, and of all before them a weighted sample of 96. So
//!   the cost of an ask does not grow with the study, nor does its memory, but for some bytes per trial
//!   that say which points were tried.
//!
//! Sources: Bergstra, Bardenet, Bengio, Kégl 2011, "Algorithms for hyper-parameter optimization"; Watanabe
//! 2023, "Tree-structured Parzen estimator: understanding its algorithm components and their roles for
//! better empirical performance", arXiv:2304.11127; Falkner, Klein, Hutter 2018, "BOHB", arXiv:1807.01774,
//! for the joint mixture; Ozaki et al. 2020, "Multiobjective tree-structured Parzen estimator for
//! computationally expensive optimization problems", for several objectives. Defaults are those of the
//! field where they proved best on a panel of test functions, tables and surrogates of training runs.
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

mod branches;
mod config;
mod elite;
mod finite;
mod history;
mod model;
mod propose;
mod split;
mod strategy;
mod tried;

pub use config::TpeConfig;
pub use strategy::Tpe;

/// The name of the strategy.
pub(crate) const NAME: &str = "tpe";
