//! The mathematics of CMA-ES. It knows nothing of facts, trials and asks.

pub(crate) mod categories;
pub(crate) mod gaussian;
pub(crate) mod margin;
pub(crate) mod weights;
