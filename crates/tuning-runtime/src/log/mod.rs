//! The log: one task owns the journal of a running study, commits in groups, and publishes what is
//! durable. It knows neither the driver nor the bus: it gets a closure for each.

mod reader;
mod request;
mod task;
mod writer;

pub(crate) use reader::LogReader;
pub(crate) use task::{Listeners, Log};
pub(crate) use writer::LogWriter;
