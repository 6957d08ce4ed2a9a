//! The registry: names and options in a study file become strategies.

mod entries;
mod error;
mod options;

pub use entries::{Entry, Registry};
pub use error::RegistryError;
pub use options::{Options, in_words};
