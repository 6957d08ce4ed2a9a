//! The laws of journals: [`JournalKit`] and one function per law.

mod kit;
mod laws;
mod readers;
mod statuses;
mod store;
mod writers;

pub use kit::{JournalKit, journal};
