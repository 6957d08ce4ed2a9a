//! The laws, and what pruners decide.

mod laws;
