//! The tests of the runtime, in one binary: what they share is built and linked once.

mod added;
mod amended;
mod cannot_resume;
mod check_resume;
mod checkpoints;
mod cluster;
mod committed;
mod conformance;
mod delivery;
mod dropped;
mod failures;
mod given_up;
mod halted;
mod hanging;
mod kept;
mod manual;
mod pruned;
mod simulated;
mod study;
mod support;
mod typed;
mod warned;
