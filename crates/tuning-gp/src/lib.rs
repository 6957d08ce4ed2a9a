//! Gaussian-process Bayesian optimisation for mixed and conditional search spaces.
//!
//! The strategy of choice where a trial takes seconds or more and there will be tens to a few hundred of
//! them: it learns a model of the objective from all trials and asks it where the next one is worth most.
//! A proposal takes milliseconds, its fit included. This crate runs nothing: a driver such as
//! `tuning_core::AskTell` or `tuning-runtime` does. It uses the public items of `tuning-core` and `tuning-toolkit`
//! alone.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use tuning_core::*;
//! use tuning_gp::GpConfig;
//!
//! let space = Space::new([
//!     Parameter::float("lr", 1e-5, 1e-1).log(),
//!     Parameter::int("layers", 1, 4),
//!     Parameter::categorical("optimizer", ["adam", "sgd"]),
//!     Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
//! ])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(30));
//! let gp = GpConfig::default().build(&problem)?;
//! let mut study = AskTell::new(problem, gp, Seed::new(42));
//! let mut best = f64::INFINITY;
//! while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
//!     for work in work {
//!         let penalty = work.params.float("momentum").map_or(0.1, |momentum| (momentum - 0.9).powi(2));
//!         let loss = (work.params.float("lr")?.log10() + 3.0).powi(2) + penalty;
//!         best = best.min(loss);
//!         study.finish(work.trial, Outcome::Completed(Values::one(loss)?), Metrics::default(), 0)?;
//!     }
//! }
//! assert!(best < 0.02, "{best}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The model
//! Losses are turned upside down, those that are far worse than the median are drawn in (none remains farther from it than
//! ten times what is usual), and all are warped by the power of [Yeo and Johnson 2000] that makes them most normal, and
//! standardised. Their covariance at two points is that of Matérn 5/2 processes, M(r) = (1 + q + q²/3) e^-q with
//! q = √5 r ([Rasmussen and Williams 2006], eq. 4.17):
//!
//! k = σ² ((1 - s) M(√(Σ w_d δ_d²)) + s · mean over d of M(√(D w_d) δ_d)) + noise where the points are the same
//!
//! - Each coordinate d has its own weight w_d = 1 / length²: *automatic relevance determination*. δ_d is the difference
//!   on the unit interval (of logarithms, cells of integers, …), and 0 or 1 for categorical parameters.
//! - The second part is a sum of functions of one coordinate each, for which few trials suffice; s says how much
//!   of it there is ([Duvenaud et al. 2011]). With one coordinate, or more than 24, s is 0.
//! - A conditional parameter is a quarter circle around the point that stands for "inactive" ([Swersky et al. 2014]):
//!   inactive ones are alike, and an active one is equally far from inactive wherever it is.
//! - ln w, the logit of s, ln σ² and ln noise are where posterior density is highest (MAP), found by projected L-BFGS with
//!   analytic gradients; the prior's lengths grow with √D ([Hvarfner et al. 2024]).
//!
//! # The choice
//! The first trials are spread over the space by the maximum projection criterion ([Joseph et al. 2015]). Then,
//! by default in turn, the trial is where one of these is largest:
//!
//! - LogEI, the logarithm of the expected improvement on the best mean, ln σ + ln h((µ - best) / σ) with
//!   h(z) = φ(z) + z Φ(z), computed so that it holds far out in the tail ([Ament et al. 2023]);
//! - UCB, µ + 1.8 σ ([Srinivas et al. 2010]).
//!
//! It is sought from 768 candidates, by L-BFGS along continuous coordinates and by trying out neighbours along
//! discrete ones; where a space has at most 1024 points, all of them are looked at.
//!
//! | if … | then |
//! |---|---|
//! | trials are in flight, or a batch is asked for | each is believed to come out as the model says ([Ginsbourger et al. 2010]), so that the same point is not proposed again; and three of four proposals without news explore what is not hopeless ([Song et al. 2024]) |
//! | trials fail | a second process says where, and four times the logarithm of the probability of success is added ([Gardner et al. 2014], with caution); lost and cancelled trials say nothing |
//! | ten results bring nothing clearly better | every other pair of proposals is made with half the lengths, in case those that were fitted take what was seen of a part of the space for all of it ([Berkenkamp et al. 2019]) |
//! | trials are stopped by a pruner | each counts as the whole trial would have that ranked like it when it was stopped |
//! | trials report along the way | the highest fidelity with enough results is modelled |
//! | there are several objectives | each proposal optimises an augmented Tchebycheff function with weights from its seed ([Knowles 2006]), on a model of up to 128 results |
//! | there are more than 256 results | the model rests on the best, the newest and a sample of the others |
//! | there are more than 400 | seven of eight proposals keep to a trust region around the best point ([Eriksson et al. 2019]) |
//!
//! # What can be relied on
//! - What is proposed is a function of the options, the seed and the facts told: not of the number of workers, of
//!   when or how often it was asked, or of a restart. Fits that begin where the last one ended do so at fixed
//!   numbers of results.
//! - To maximise f is to minimise -f, to the last bit.
//! - The same numbers come out on every machine whose floats are those of IEEE 754: vector instructions are chosen at
//!   run time, but all of them do the same operations in the same order, nothing is fused, and special functions
//!   are `libm`'s, not the system's. The values of logarithmic parameters come from `tuning-core`, and can differ in
//!   their last digit from one system's C library to another.
//! - There are no threads.
//!
//! # Development builds
//! Without optimisation the model is some fifty times slower: 80 trials take 14 s of processor time instead of 0.26 s. A
//! dependency cannot choose its own profile, so put this into the `Cargo.toml` of your workspace; a build without it says so
//! once, on stderr:
//!
//! ```toml
//! [profile.dev.package]
//! tuning-gp.opt-level = 3
//! tuning-toolkit.opt-level = 3
//! ```
//!
//! # Why the linear algebra is our own
//! It stands in `tuning-toolkit`, for other strategies too. A fit factors a matrix of 50 to 256 rows fifty times and needs the inverse each time. General libraries choose
//! fused operations by the processor and sum in an order of their own, so their results differ in the last bits from
//! machine to machine, and a study resumed on another one would take a different course. What is needed here is small: a
//! blocked Cholesky factorisation, its inverse and two products, all made of one loop that compilers vectorise
//! (`fearless_simd` only chooses the instructions).
//!
//! [Ament et al. 2023]: https://arxiv.org/abs/2310.20708
//! [Berkenkamp et al. 2019]: https://arxiv.org/abs/1901.03357
//! [Duvenaud et al. 2011]: https://arxiv.org/abs/1112.4394
//! [Eriksson et al. 2019]: https://arxiv.org/abs/1910.01739
//! [Gardner et al. 2014]: https://proceedings.mlr.press/v32/gardner14.html
//! [Ginsbourger et al. 2010]: https://doi.org/10.1007/978-3-642-10701-6_6
//! [Hvarfner et al. 2024]: https://arxiv.org/abs/2402.02229
//! [Joseph et al. 2015]: https://doi.org/10.1093/biomet/asv002
//! [Knowles 2006]: https://doi.org/10.1109/TEVC.2005.851274
//! [Rasmussen and Williams 2006]: https://gaussianprocess.org/gpml/
//! [Song et al. 2024]: https://arxiv.org/abs/2408.11527
//! [Srinivas et al. 2010]: https://arxiv.org/abs/0912.3995
//! [Swersky et al. 2014]: https://arxiv.org/abs/1409.4011
//! [Yeo and Johnson 2000]: https://doi.org/10.1093/biomet/87.4.954
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

mod acquisition;
mod config;
mod cube;
mod design;
mod history;
mod model;
mod propose;
mod search;
mod strategy;
mod stream;
mod surrogate;
mod unoptimised;

pub use config::{Acquisition, GpConfig};
pub use strategy::Gp;

pub(crate) const NAME: &str = "gp";
