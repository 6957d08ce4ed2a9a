//! The laws of what study files choose: places of journals, evaluators and observers that are described, and not there
//! yet. A kit knows them by closures, or by a trait with ten lines of an adapter, since their traits are not in core.

mod evaluator;
mod journal;
mod kit;
mod observer;

pub use evaluator::evaluator_config;
pub use journal::{JournalPlace, journal_config};
pub use kit::ConfigKit;
pub use observer::observer_config;
