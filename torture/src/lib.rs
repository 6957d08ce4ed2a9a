//! Studies that are struck by faults and killed, and the invariants that they must keep all the same.
//!
//! [`Plan::of`] makes a study of a seed: its space, strategy, order, pruner, budget and retries, the faults that strike it
//! and the steps after which its process dies. [`live`] lets it live, session after session, until it has ended, and
//! returns its [`Record`]. [`broken`] says which invariants that breaks, and [`shrink`] makes the plan smaller.
//! `cargo xtask torture` does this for thousands of seeds; [`real`] kills real programs.
//!
//! That the invariants notice is shown twice: by broken twins, which put something of their own between a study and the
//! world ([`Seams`], `tests/twins.rs`), and by mutations of the sources (`mutations/`, `cargo xtask mutants`).

mod bench;
mod dice;
mod focus;
mod invariant;
mod ladder;
mod life;
mod manual;
mod mortal;
mod plan;
pub mod real;
mod record;
mod scheduler;
mod seams;
mod shrink;
mod watch;
mod witness;

pub use focus::Focus;
pub use invariant::{Breach, Invariant, broken};
pub use life::{live, live_with};
pub use plan::Plan;
pub use record::{Begun, Record, Session, Shown, Taken};
pub use scheduler::Scheduler;
pub use seams::Seams;
pub use shrink::shrink;

/// Lets the study of a plan live, also as it would be undisturbed if that decides the same, and returns what is broken.
#[must_use]
pub fn judge(plan: &Plan) -> Vec<Breach> {
    judge_with(plan, &seams::Sound)
}

/// The same with these seams, but for the undisturbed study.
#[must_use]
pub fn judge_with(plan: &Plan, seams: &dyn Seams) -> Vec<Breach> {
    let undisturbed = plan.is_in_line().then(|| live(&plan.undisturbed()));
    broken(plan, &live_with(plan, seams), undisturbed.as_ref())
}
