//! The tests of the journal, in one binary: what they share is built and linked once.

mod common;
mod conformance;
mod damage;
mod golden;
mod journal;
mod kill;
mod reader;
