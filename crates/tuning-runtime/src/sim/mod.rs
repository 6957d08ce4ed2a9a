//! A seeded simulator: hours of a large cluster in milliseconds, the same every time.
//!
//! [`SimExecutor`] owns the time and the order in which tasks run, and ends a study between any two of its steps.
//! [`Faults`] says from a seed what goes wrong at each seam: [`FaultyJournal`], [`FaultyEvaluator`], [`FaultyObserver`],
//! [`FaultyWriter`], and those of your own. The driver does not know that it is simulated.
//!
//! [`Cluster`] is an evaluator with workers of its own, for whoever writes a scheduler: they have speeds, and their work takes
//! time by a function or a table of curves ([`Workload`]), straggles, fails, and is preempted. It tells how long workers had
//! nothing to do.
//!
//! | what goes wrong | where |
//! |---|---|
//! | an append fails, conflicts, is slow, or is written and not answered; reads and cursors fail | [`FaultyJournal`] |
//! | a worker is lost, is given up and speaks all the same, panics, hangs, is slow, or late | [`FaultyEvaluator`] |
//! | work takes longer than it should, fails, is preempted with its worker | [`Cluster`] |
//! | an observer fails, panics, hangs, is slow | [`FaultyObserver`] |
//! | a disk is full after some bytes, and then has room again | [`FaultyWriter`] |
//! | the process dies between two steps | [`SimExecutor::run_for`] |
//! | the clock jumps | [`SimExecutor::jump`] ahead in a session, [`SimExecutor::at`] either way between two |
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use tuning_core::{Parameter, Seed, Space};
//! use tuning_runtime::{Executor, Study, asynchronous, sim::SimExecutor};
//! # use tuning_core::*;
//! # struct Random;
//! # impl StrategyConfig for Random {
//! #     type Strategy = RandomSearch;
//! #     fn spec(&self) -> Spec { Spec::new("random") }
//! #     fn build(&self, p: &Problem) -> Result<RandomSearch, Unsupported> { Ok(RandomSearch(p.space.clone())) }
//! # }
//! # struct RandomSearch(Space);
//! # impl Strategy for RandomSearch {
//! #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
//! #         Ok(Asked::Propose(vec![Proposal::start(self.0.decode(&[ask.seed(0).unit()]).unwrap())]))
//! #     }
//! #     fn tell(&mut self, _: &Fact) {}
//! # }
//!
//! let sim = SimExecutor::new(Seed::new(1));
//! let clock = sim.clone();
//! let objective = asynchronous(move |trial| {
//!     let (clock, minutes) = (clock.clone(), trial.seed().get() % 60);
//!     async move {
//!         clock.sleep(Duration::from_secs(60 * minutes)).await; // takes no time at all
//!         trial.params().float("x")
//!     }
//! });
//! let summary = sim.run(async {
//!     let space = Space::new([Parameter::float("x", 0.0, 1.0)])?;
//!     let study = Study::builder("simulated", space).minimize("loss").strategy(Random);
//!     let mut study = study.trials(640).workers(64).executor(Arc::new(sim.clone())).open().await?;
//!     Ok::<_, Box<dyn std::error::Error>>(study.run(objective).await?)
//! })??;
//! assert_eq!(summary.counts.completed, 640);
//! assert!(summary.session_millis > 3_600_000, "hours of virtual time");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cluster;
mod evaluator;
mod executor;
mod faults;
mod journal;
mod observer;
mod writer;

pub use cluster::{Cluster, Step, TableError, Usage, Workload};
pub use evaluator::FaultyEvaluator;
pub use executor::{Deadlock, SimExecutor};
pub use faults::Faults;
pub use journal::FaultyJournal;
pub use observer::FaultyObserver;
pub use writer::FaultyWriter;
