//! Runs studies: many trials at once, off the async threads, with a durable journal and observers that
//! cannot harm them.
//!
//! ```text
//!   strategy ──ask──▶ driver ──Started──▶ evaluator (threads · async · subprocess · yours)
//!      ▲                │  ▲                  │ report(at, values) → verdict
//!      └──────tell──────┘  └──────Reported / Ended┘
//!                       │ group commit
//!                    journal ──committed entries, in order──▶ bus ──▶ one queue and one task per observer
//! ```
//!
//! The driver is the only owner of a study's state. Results are acknowledged, to observers and in the
//! summary, once they are durable; nothing else waits for a disk.
//!
//! | if you want to … | look at |
//! |---|---|
//! | run a study | [`Study::builder`] |
//! | tune a program in any language | the crate `tuning-command` |
//! | tune a function | [`blocking`], [`asynchronous`] |
//! | resume the training of a function from its checkpoint | [`Blocking::checkpoints`], [`BlockingTrial::checkpoint_dir`] |
//! | keep a strategy from pausing trials that cannot resume | [`CannotResume`] |
//! | evaluate the trials yourself, one call at a time | [`Study::manual`] |
//! | tune one that takes a type of its own | [`blocking_typed`], [`asynchronous_typed`], [`Summary::best_typed`] |
//! | stop it, cancel a trial, watch it while it runs | [`StudyHandle`] |
//! | keep it | the crate `tuning-sqlite`, or any other [`Journal`](tuning_core::Journal) |
//! | try failed trials again | [`Retry`], [`Study::retry_failed`] |
//! | add trials that were evaluated elsewhere | [`Study::add`] |
//! | continue a study in another space | [`StudyBuilder::amend`] |
//! | hand settings over as one value, read from a file | [`StudySettings`], [`StudyBuilder::new`] |
//! | test without waiting, a hundred workers in virtual time | [`sim`] |
//! | test that a study of your strategy resumes as if it had never stopped | [`check_resume`] |
//! | choose what an observer is promised | [`Delivery`] |
//! | say when one that keeps failing is left alone | [`Breaker`] |
//! | see the statuses of observers | [`StudyHandle::observer_statuses`], [`Summary`] |
//! | deliver what durable ones have missed | [`Study::catch_up`] |

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod bus;
mod driver;
mod error;
mod evaluators;
mod executor;
mod ledger;
mod log;
mod memory;
mod panic;
mod resume;
mod retry;
mod settings;
pub mod sim;
mod study;

pub use bus::{Breaker, Delivery, ObserverReport, Subscription};
pub use error::StudyError;
pub use evaluators::{
    Asynchronous, AsynchronousTrial, AsynchronousTyped, Blocking, BlockingTrial, CheckpointError,
    asynchronous, asynchronous_typed, blocking, blocking_typed,
};
pub use executor::{Executor, TokioExecutor};
pub use memory::{MemoryJournal, MemoryReader};
pub use resume::check_resume;
pub use retry::Retry;
pub use settings::StudySettings;
pub use study::{CannotResume, ManualSession, Study, StudyBuilder, StudyHandle, Summary};
