//! Studies that are struck by faults and killed, and the invariants that they must keep all the same.
//!
//! [`Plan::of`] makes a study of a seed: its space, strategy, order, pruner, budget and retries, the faults that strike it
//! and the steps after which its process dies. [`live`] lets it live, session after session, until it has ended, and
//! returns its [`Record`]. [`broken`] says which invariants that breaks, and [`shrink`] makes the plan smaller.
//! `cargo xtask torture` does this for thousands of seeds; [`real`] kills real programs.

mod bench;
mod dice;
mod invariant;
mod ladder;
mod life;
mod plan;
pub mod real;
mod record;
mod shrink;
mod watch;

pub use invariant::{Breach, Invariant, broken};
pub use life::live;
pub use plan::Plan;
pub use record::{Begun, Record, Session};
pub use shrink::shrink;
