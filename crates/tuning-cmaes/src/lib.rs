//! CMA-ES for hyper-parameter tuning: mixed spaces, restarts, warm starts, no idle workers.
//!
//! The covariance matrix adaptation evolution strategy moves a normal distribution over the space: it
//! learns from the ranks of results where to go, how far, and along which directions. It is the strategy
//! for some hundreds of trials and more over numeric parameters that depend on each other; below a hundred
//! trials, or where most parameters are choices, a model (`tuning-tpe`, `tuning-gp`) is better. It takes one
//! objective, and it runs nothing: a driver such as `tuning_core::AskTell` or `tuning-runtime` does.
//!
//! ```
//! use std::num::NonZeroUsize;
//! use tuning_cmaes::CmaEsConfig;
//! use tuning_core::*;
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log(), Parameter::int("layers", 1, 8)])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).budget(Budget::trials(200));
//! let cmaes = CmaEsConfig::default().build(&problem)?;
//! let mut study = AskTell::new(problem, cmaes, Seed::new(42));
//! let mut best = f64::INFINITY;
//! while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
//!     for work in work {
//!         let off = work.params.float("lr")?.log10() + 3.0 + 0.1 * work.params.int("layers")? as f64;
//!         let loss = off * off + 0.01 * work.params.float("layers")?;
//!         best = best.min(loss);
//!         study.finish(work.trial, Outcome::Completed(Values::one(loss)?), Metrics::default(), 0)?;
//!     }
//! }
//! assert!(best < 0.0101);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it works
//! Points are drawn from N(m, σ² A C A) in the unit cube, in which a logarithmic parameter is its logarithm.
//! λ results make a generation. With their steps yᵢ = (xᵢ − m) / (σ A), best first, and weights wᵢ (Hansen
//! 2016, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772; numbers of equations in the source):
//! - the mean goes to the better half: m ← m + σ A Σ wᵢ⁺ yᵢ;
//! - the step size grows while steps go the same way: σ ← σ exp((c_σ / d_σ) (‖p_σ‖ / E‖N(0, I)‖ − 1));
//! - the covariance learns from the path, the good steps and, with negative weights, the bad ones (*active*
//!   CMA-ES): C ← (1 − c₁ − c_µ Σ wᵢ) C + c₁ p_c p_cᵀ + c_µ Σ wᵢ yᵢ yᵢᵀ.
//!
//! What a tuner needs besides:
//!
//! | where | what is done | source |
//! |---|---|---|
//! | integers, steps, ordered lists | A and m give way so that a neighbouring value keeps a probability of 1/(nλ) | Hamano et al. 2022, arXiv:2205.13482 |
//! | categorical parameters | a probability for each choice, moved by natural gradient with a trust region | Hamano et al. 2024 (CatCMA), arXiv:2405.09962 |
//! | conditions | every parameter has a coordinate; that of an inactive one is drawn and learned with little effect, as noise | |
//! | more than 100 numeric parameters | variances alone, learned (n + 2)/3 times as fast | Ros & Hansen 2008 (sep-CMA-ES) |
//! | borders | a point outside is drawn again once; then the nearest one inside is tried, and the step as drawn is learned | |
//! | the end of a descent | another one elsewhere, larger (IPOP) or larger and smaller in turn (BIPOP) | Auger & Hansen 2005; Hansen 2009 |
//! | trials of others | before its own first: they say where to begin (WS-CMA-ES); later: the better ones join as injected solutions | Nomura et al. 2021, arXiv:2012.06932; Hansen 2011, arXiv:1110.4181 |
//! | parallel trials | an ask never waits: it draws from the present distribution, and late results count as injected ones; with more than λ workers a generation is as large as they are many | |
//! | failed and stopped trials | ranked last: stopped ones before failed ones, by what they reported last; ties share their weights | |
//! | points tried before | not tried again: their known result counts for the generation | |
//!
//! The default population is 4 + ⌊1.5 ln n⌋ for the first 200 trials of a descent, where faster turns are worth
//! more than better directions, and 4 + ⌊2 ln n⌋ after: less than the tutorial's 4 + ⌊3 ln n⌋, because restarts
//! grow it.
//!
//! # Cost
//! An ask takes O(n²), a generation O(λn²); C is decomposed when it has changed enough to matter, O(n³).
//! Nothing grows with the number of trials but the list of points tried (some 50 bytes each).
//! The state is a fold of the facts told: the tag of a trial carries the seed that it was drawn with, so that
//! resuming gives the very same distribution, to the last bit, on every machine.
#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::iter_over_hash_type
    )
)]

mod axes;
mod config;
mod descent;
mod earlier;
mod fitness;
mod note;
mod restart;
mod search;
mod seen;
mod strategy;

pub use config::{CmaEsConfig, Covariance};
pub use earlier::Earlier;
pub use restart::Restart;
pub use strategy::CmaEs;

pub(crate) const NAME: &str = "cmaes";
