//! Kinds: what a study file can name, beside strategies: pruners, journals, evaluators and observers. Each kind has a name,
//! a table of its options and a reader; the ones that come with this crate register as everybody else's do.

mod config;
mod kind;
mod options;
mod registry;
mod shapes;

pub use kind::Kind;
pub(crate) use options::Context;
pub use options::Options;
pub(crate) use registry::{Kinds, Words};
pub(crate) use shapes::Shapes;
