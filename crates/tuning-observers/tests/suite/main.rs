//! The tests of the observers, in one binary: what they share is built and linked once.

mod channels;
mod closures;
mod conformance;
mod csv;
mod full_disk;
mod json_lines;
mod log;
mod progress;
mod prometheus;
mod spans;
mod support;
mod table;
mod webhook;
