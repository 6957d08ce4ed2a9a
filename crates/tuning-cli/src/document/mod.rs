//! Files as trees that remember where everything stands: one form for YAML, TOML and JSON.
//!
//! Serde alone would do for the values, but its errors know neither the path of a key nor, in two of
//! the three formats, its line.

mod fields;
mod format;
mod item;
mod json;
mod node;
mod problem;
mod set;
mod toml;
mod yaml;

pub(crate) use fields::Fields;
pub(crate) use format::Format;
pub(crate) use item::Item;
pub(crate) use node::{Node, Place, Value};
pub(crate) use problem::{Located, Problem, Problems};
pub(crate) use set::set;
