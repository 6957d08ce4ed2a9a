//! The laws of observers that keep a study in a file.

mod kit;
mod laws;
mod session;
mod story;

pub use kit::{ObserverFileKit, observer_file};
