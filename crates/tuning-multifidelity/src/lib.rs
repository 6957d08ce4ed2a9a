//! Pruners and schedulers for hyper-parameter tuning: stop early what will not win.
//!
//! A trial that reports on its way can be stopped at a fraction of its cost. A *pruner* judges each report of a running
//! trial. A *strategy* lets trials pause, and resumes the good ones: freeze-thaw by a model of their learning curves. All of
//! this crate is made of public items of `tuning-core` and `tuning-toolkit` alone, as yours may be; it runs nothing: a driver
//! such as `tuning_core::AskTell` or `tuning-runtime` does.
//!
//! ```
//! use tuning_core::*;
//! use tuning_multifidelity::NeverConfig;
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
//! let problem = Problem::new(space, Objectives::minimize("loss")?).fidelity(FidelityRange::new(1, 81)?);
//! let pruner = NeverConfig::default().build(&problem)?;
//! assert_eq!(pruner.judge(TrialId::new(0)), Verdict::Continue);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | if you want to … | use |
//! |---|---|
//! | give more resource to the best trials of any strategy, with no worker waiting for another | [`AshaConfig`] |
//! | stop all but the best trials at the same rungs, because they cannot pause | [`AshaStoppingConfig`] |
//! | do so in rounds, which wait for the slowest trial | [`SuccessiveHalvingConfig`] |
//! | begin with many short trials, then with fewer longer ones, because early results may mislead | [`HyperbandConfig`] |
//! | change parameters while a trial trains, by copies of what does well | [`PbtConfig`] |
//! | stop what is worse than half of the trials were at the same fidelity | [`MedianConfig`] |
//! | keep what is among the best 25 %, or any other share | [`PercentileConfig`] |
//! | stop what leaves a range, such as a loss that diverges | [`ThresholdConfig`] |
//! | compare folds or instances with those of the best trial | [`WilcoxonConfig`] |
//! | stop only what has not got better for some reports | [`PatienceConfig`] |
//! | put pruners together, as in `MedianConfig::default().patient(3).after(5)` | [`Combine`] |
//! | measure a pruner against none, or take away the one of an included study file | [`NeverConfig`] |
//! | let a model of learning curves choose what to start and what to resume | [`FreezeThawConfig`] |
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
mod freeze_thaw;
mod population;
mod pruners;
mod schedulers;

pub use freeze_thaw::{FreezeThaw, FreezeThawConfig};
pub use population::{Pbt, PbtConfig};
pub use pruners::{
    After, AfterConfig, AllOf, AllOfConfig, AnyOf, AnyOfConfig, Combine, MedianConfig, Never,
    NeverConfig, Patience, PatienceConfig, Percentile, PercentileConfig, SharedPrunerConfig,
    Threshold, ThresholdConfig, Wilcoxon, WilcoxonConfig,
};
pub use schedulers::{
    Asha, AshaConfig, AshaStopping, AshaStoppingConfig, Hyperband, HyperbandConfig,
    SuccessiveHalving, SuccessiveHalvingConfig,
};
