//! Functions that the standard library lacks, or computes differently on different machines.

mod exp;
mod median;
mod normal;
#[cfg(test)]
mod oracle;
pub mod quantile;
mod stream;

pub use exp::exp_negative;
pub use median::median;
pub use normal::{log_cdf, log_improvement};
pub use stream::Stream;
