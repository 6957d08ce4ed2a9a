//! A small seeded simulator: studies in no time, with workers, shuffled completions, failures, trials
//! of others, and restarts. It drives `AskTell`, as every driver does; it knows no clock.

mod chance;
mod job;
mod life;
mod run;
mod spy;
mod study;

pub use life::Life;
pub use run::{Run, Stop};
pub use spy::Call;
pub use study::Simulation;

pub(crate) use study::panic_message;

pub(crate) use chance::Chance;
pub(crate) use spy::Calls;
