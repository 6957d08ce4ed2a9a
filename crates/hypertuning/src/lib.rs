//! Hyper-parameter tuning: search spaces, strategies, a parallel durable runtime, observers.
//!
//! This crate only re-exports others, by feature: depend on it to have one dependency instead of all of them.
//!
//! ```
//! use hypertuning::prelude::*;
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let space = Space::new([
//!     Parameter::float("lr", 1e-5, 1e-1).log(),
//!     Parameter::categorical("optimizer", ["adam", "sgd"]),
//!     Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
//! ])?;
//! let mut study = Study::builder("mnist", space)
//!     .minimize("loss")
//!     .strategy(SobolConfig::default())
//!     .trials(40)
//!     .workers(4)
//!     .open()
//!     .await?;
//! let summary = study
//!     .run(blocking(|trial| {
//!         let lr = trial.params().float("lr")?;
//!         Ok::<_, ParamsError>((lr.ln() - 0.01_f64.ln()).powi(2)) // train here
//!     }))
//!     .await?;
//! println!("{summary}");
//! # assert_eq!(summary.counts.completed, 40);
//! # Ok(()) }
//! ```
//!
//! The space can be a type of your own, and a trial's parameters a value of it:
//!
//! ```
//! use hypertuning::prelude::*;
//!
//! #[derive(Clone, Debug, Tunable)]
//! struct Training {
//!     #[tune(range = 1e-5..=0.1, log)]
//!     lr: f64,
//!     optimizer: Optimizer,
//! }
//!
//! #[derive(Clone, Debug, Tunable)]
//! enum Optimizer {
//!     Adam,
//!     Sgd {
//!         #[tune(range = 0.0..=0.99)]
//!         momentum: f64,
//!     },
//! }
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut study = Study::builder("mnist", Space::of::<Training>()?)
//!     .minimize("loss")
//!     .strategy(SobolConfig::default())
//!     .trials(40)
//!     .open()
//!     .await?;
//! let summary = study
//!     .run(blocking_typed(|training: Training, _| {
//!         let momentum = match training.optimizer {
//!             Optimizer::Adam => 0.9,
//!             Optimizer::Sgd { momentum } => momentum,
//!         };
//!         (training.lr.ln() - 0.01_f64.ln()).powi(2) + 0.1 * momentum // train here
//!     }))
//!     .await?;
//! let best: Training = summary.best_typed()?.expect("40 trials have completed");
//! println!("{best:?}");
//! # assert!(best.lr > 1e-3);
//! # Ok(()) }
//! ```
//!
//! To survive a crash, add `.journal(SqliteJournal::open("mnist.db", "mnist")?)`; to watch, add
//! `.observe(ProgressBar::new(), Delivery::lossy())`.
//!
//! # Development builds
//! The models of `auto` and `gp` take some fifty times as long where nothing is optimised, as in a plain `cargo build` (which says so once, on
//! stderr). A dependency cannot choose its own profile, so put this into the `Cargo.toml` of your workspace:
//!
//! ```toml
//! [profile.dev.package]
//! tuning-gp.opt-level = 3
//! tuning-toolkit.opt-level = 3
//! ```
//!
//! # Crates and features
//! | if you want to … | depend on |
//! |---|---|
//! | run studies in your program | `hypertuning` |
//! | publish a [strategy](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-strategy.md), a [pruner](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-pruner.md), an [evaluator](https://docs.rs/crate/hypertuning/latest/source/docs/publish-an-evaluator.md), an [observer](https://docs.rs/crate/hypertuning/latest/source/docs/publish-an-observer.md) or a [journal](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-journal.md) | `tuning-core`, and `tuning-conformance` for its tests |
//! | drive trials by hand | `tuning-core` ([`AskTell`]) and `tuning-strategies` |
//! | tune a program in any language | no crate: the program `tune`, of `tuning-cli` |
//!
//! | feature (all but `file` are on by default) | module |
//! |---|---|
//! | `auto` | [`auto`]: the automatic strategy; [`gp`], [`tpe`], [`cmaes`], [`evolution`]: those that it chooses from |
//! | `command` | [`command`]: trials that are programs, in any language |
//! | `file` | `file`: studies from YAML, TOML or JSON, and the registry of all strategies |
//! | `derive` | none: [`#[derive(Tunable)]`](macro@Tunable), search spaces that are Rust types |
//! | `multifidelity` | [`multifidelity`]: pruners and schedulers |
//! | `strategies` | [`strategies`]: grid, random, Sobol, combinators, the registry |
//! | `runtime` | [`runtime`]: the driver, evaluators, the bus, the simulator |
//! | `observers` | [`observers`]: log, progress, table, JSON lines, channels, closures |
//! | `sqlite` | [`sqlite`]: the embedded durable journal |

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../docs/publish-a-journal.md")]
#[doc = include_str!("../docs/publish-a-pruner.md")]
#[doc = include_str!("../docs/publish-a-strategy.md")]
#[doc = include_str!("../docs/publish-an-evaluator.md")]
#[doc = include_str!("../docs/publish-an-observer.md")]
mod readme {}

#[cfg(feature = "auto")]
pub use tuning_auto as auto;
#[cfg(feature = "auto")]
pub use tuning_cmaes as cmaes;
#[cfg(feature = "command")]
pub use tuning_command as command;
pub use tuning_core::*;
#[cfg(feature = "derive")]
#[doc(inline)]
pub use tuning_derive::TunableOfHypertuning as Tunable;
#[cfg(feature = "auto")]
pub use tuning_evolution as evolution;
#[cfg(feature = "file")]
pub use tuning_file as file;
#[cfg(feature = "auto")]
pub use tuning_gp as gp;
#[cfg(feature = "multifidelity")]
pub use tuning_multifidelity as multifidelity;
#[cfg(feature = "observers")]
pub use tuning_observers as observers;
#[cfg(feature = "runtime")]
pub use tuning_runtime as runtime;
#[cfg(feature = "sqlite")]
pub use tuning_sqlite as sqlite;
#[cfg(feature = "strategies")]
pub use tuning_strategies as strategies;
#[cfg(feature = "auto")]
pub use tuning_tpe as tpe;

pub mod prelude {
    //! What most programs need: `use hypertuning::prelude::*`.

    #[cfg(feature = "auto")]
    pub use tuning_auto::AutoConfig;
    #[cfg(feature = "auto")]
    pub use tuning_cmaes::CmaEsConfig;
    pub use tuning_core::{
        AddedTrial, Budget, Event, EventKind, Fact, Failure, FailureKind, FailureLimit, Fidelity,
        Objective, Objectives, Observer, Order, Outcome, Parameter, Params, ParamsError, Pruner,
        PrunerConfig, Seed, Space, Strategy, StrategyConfig, Trial, TrialId, Tunable, Values,
        Verdict, async_trait,
    };
    #[cfg(feature = "derive")]
    pub use tuning_derive::TunableOfHypertuning as Tunable;
    #[cfg(feature = "auto")]
    pub use tuning_gp::GpConfig;
    #[cfg(feature = "multifidelity")]
    pub use tuning_multifidelity::NeverConfig;
    #[cfg(feature = "observers")]
    pub use tuning_observers::{FinalTable, JsonLines, Log, ProgressBar, callback, handler};
    #[cfg(feature = "runtime")]
    pub use tuning_runtime::{
        Delivery, Retry, Study, Summary, asynchronous, asynchronous_typed, blocking, blocking_typed,
    };
    #[cfg(feature = "sqlite")]
    pub use tuning_sqlite::SqliteJournal;
    #[cfg(feature = "strategies")]
    pub use tuning_strategies::{
        DedupConfig, EnqueueConfig, GridConfig, RandomConfig, Registry, SobolConfig,
    };
    #[cfg(feature = "auto")]
    pub use tuning_tpe::TpeConfig;
}
