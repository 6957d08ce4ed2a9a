//! What the strategies find, and what they do where there is nothing to find.

mod common;
mod fronts;
mod hard_objectives;
mod quality;
