//! Files as trees that remember where everything stands: one form for YAML, TOML and JSON.
//!
//! Serde alone would do for the values, but its errors know neither the path of a key nor, in two of
//! the three formats, its line.

mod count;
mod environment;
mod fields;
mod files;
mod format;
mod include;
mod item;
mod json;
mod lines;
mod merge;
mod node;
mod number;
mod problem;
mod quote;
mod reading;
mod seen;
mod set;
mod shape;
mod toml;
mod toml_bounds;
mod written;
mod yaml;

/// Lists and mappings may be nested so deep, whatever the format: TOML's parser allows no more.
const DEEPEST: usize = 80;

pub(crate) use environment::{PREFIX as ENVIRONMENT_PREFIX, has_variable};
pub use fields::Fields;
pub use files::Files;
pub use format::Format;
pub use include::KEY as INCLUDE;
pub(crate) use include::{OpenError, Rules, open, parse};
pub use item::Item;
pub use node::FileId;
pub use node::{Entry, Node, Place, Value};
pub use problem::Problems;
pub use problem::{Located, Problem};
pub(crate) use quote::printable;
pub use quote::{json_text, quoted};
pub use reading::Reading;
pub(crate) use set::set;
pub use shape::{Key, Keys, Shape};
pub use written::{Setting, Written};
