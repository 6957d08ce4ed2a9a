//! The laws, and what pruners decide.

mod asha;
mod laws;
mod pruned;
mod pruners;
mod rounds;
mod stopping;
mod studies;
