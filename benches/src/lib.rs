//! What the benchmarks and the program `figures` share: the workload, the measuring, and the figures.

pub mod figures;
pub mod machine;
pub mod measure;
pub mod optuna;
pub mod place;
pub mod probe;
pub mod row;
pub mod workload;
