//! The standard normal distribution, with the same bits on every machine.
//!
//! [`density`] φ, [`cdf`] Φ and its inverse [`quantile`], [`mass`] between two numbers, and, for what is computed in
//! logarithms, [`log_cdf`] and [`log_improvement`].

mod distribution;
#[cfg(test)]
mod oracle;
mod quantile;

pub use distribution::{cdf, density, log_cdf, log_improvement, mass};
pub use quantile::quantile;
