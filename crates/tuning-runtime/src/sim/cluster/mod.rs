//! A simulated cluster: workers with speeds, whose work takes virtual time, straggles, fails and is preempted.

mod chance;
mod evaluator;
mod floor;
mod usage;
mod workload;

pub use evaluator::Cluster;
pub use usage::Usage;
pub use workload::{Step, TableError, Workload};
