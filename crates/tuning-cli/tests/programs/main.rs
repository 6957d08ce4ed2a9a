//! Strategies that are programs, by `tune run`: what they do wrong ends the study with an error that says what, and
//! costs nothing; the mended one goes on.

#![cfg(unix)]

mod faults;
mod python;
mod studies;
#[path = "../support/mod.rs"]
mod support;
