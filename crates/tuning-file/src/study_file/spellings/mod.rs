//! What other tools call it: before a file is read, their words become ours where they mean exactly the
//! same, and are refused with the right words where they do not. Nothing gets another meaning silently.

mod meaning;
mod parameter;
mod remedy;
mod root;
mod table;
mod translation;

use crate::document::{Node, Reading, Value};

pub(super) use root::Names;
pub(crate) use table::{ALIASES, Within};

/// Puts a file's words into ours.
pub(super) fn translate(file: &mut Node, reading: &Reading, names: &Names<'_>) {
    let Value::Map(_) = file.value else {
        return;
    };
    root::translate(file, reading, names);
    if let Some(parameters) = file.get_mut("parameters").and_then(Node::entries_mut) {
        for entry in parameters {
            parameter::translate(entry, reading);
        }
    }
}
