//! `tune ask-tell`: conversations with the real program.

#![cfg(unix)]

pub(crate) mod client;
mod conversations;
mod hostile;
mod lists;
mod numbers;
mod python;
mod sessions;
mod transcript;
