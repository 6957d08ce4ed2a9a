//! What it finds, and what it does where there is nothing to find.

mod common;
mod hard_objectives;
mod quality;
