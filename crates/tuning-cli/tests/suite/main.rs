//! The tests of the program, in one binary: what they share is built and linked once.

mod ask_tell;
mod clean;
mod commands;
mod determinism;
mod endings;
mod errors;
mod events;
mod failing;
mod files;
mod folders;
mod golden;
mod guests;
mod hostile;
mod imports;
mod journals;
mod metrics;
mod permissions;
mod programs;
mod repeat;
mod schema;
mod sessions;
mod spellings;
mod streams;
mod support;
mod webhooks;
