//! Functions that the standard library lacks, or computes differently on different machines.
//!
//! Where `libm` has a function, use it instead of the standard library's: the platform's `exp`, `ln` or `sin` differ in
//! their last digits between systems, and so would the proposals that depend on them.

mod exp;
mod median;

pub use exp::{exp_negative, exp2};
pub use median::median;
