//! Trials that are programs, run for real: what they are given, what is made of what they say, and
//! how they end.
#![cfg(target_os = "linux")]

mod arguments;
mod ends;
mod files;
mod results;
mod support;
