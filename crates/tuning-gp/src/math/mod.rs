//! Functions that the standard library lacks, or computes differently on different machines.

mod exp;
mod median;
mod normal;
#[cfg(test)]
mod oracle;
mod stream;

pub(crate) use exp::exp_negative;
pub(crate) use median::median;
pub(crate) use normal::{log_cdf, log_improvement};
pub(crate) use stream::Stream;
