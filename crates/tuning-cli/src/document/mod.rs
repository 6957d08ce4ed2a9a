//! Files as trees that remember where everything stands: one form for YAML, TOML and JSON.
//!
//! Serde alone would do for the values, but its errors know neither the path of a key nor, in two of
//! the three formats, its line.

mod environment;
mod fields;
mod files;
mod format;
mod include;
mod item;
mod json;
mod merge;
mod node;
mod problem;
mod reading;
mod set;
mod shape;
mod toml;
mod written;
mod yaml;

pub(crate) use environment::{PREFIX as ENVIRONMENT_PREFIX, has_variable};
pub(crate) use fields::Fields;
pub(crate) use format::Format;
pub(crate) use include::{KEY as INCLUDE, OpenError, Rules, open};
pub(crate) use item::Item;
pub(crate) use node::{Entry, Node, Place, Value};
pub(crate) use problem::{Located, Problem};
pub(crate) use reading::Reading;
pub(crate) use set::set;
pub(crate) use shape::{Key, Keys, Shape};
pub(crate) use written::Written;
