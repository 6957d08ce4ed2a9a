//! The laws, and what pruners decide.

mod asha;
mod laws;
mod rounds;
mod stopping;
mod studies;
