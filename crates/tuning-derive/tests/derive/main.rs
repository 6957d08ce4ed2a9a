//! `#[derive(Tunable)]` as its users see it: the spaces that it makes, and values that come back.

mod conditions;
mod defaults;
mod generics;
mod hygiene;
mod names;
mod round_trips;
mod shapes;
mod support;
