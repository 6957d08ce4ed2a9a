//! Strategies that are programs, by `tune run`: what they do wrong ends the study with an error that says what, and
//! costs nothing; the fixed one continues. By `tune check-strategy`: which laws they keep. And strategies as solvers
//! of another program's studies, by `tune solver`.

#![cfg(unix)]

mod check;
mod faults;
mod python;
mod solver;
mod studies;
