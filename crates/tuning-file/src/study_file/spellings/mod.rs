//! What other tools call it: before a file is read, their words become ours where they mean exactly the
//! same, and are refused with the right words where they do not. Nothing gets another meaning silently.

mod meaning;
mod parameter;
mod remedy;
mod root;
mod strategies;
mod table;
mod translation;

use crate::{
    document::{Node, Reading, Value},
    foreign::Tool,
};

pub(crate) use meaning::{LONGEST_KEY, Meaning, written};
pub(crate) use remedy::{Call, powers};
pub(super) use root::Names;
#[cfg(test)]
pub(super) use root::REFUSED;
#[cfg(test)]
pub(super) use strategies::METHODS;
pub(crate) use table::{ALIASES, Within};

/// Puts a file's words into ours.
pub(super) fn translate(file: &mut Node, reading: &Reading, names: &Names<'_>) {
    let Value::Map(_) = file.value else {
        return;
    };
    if let Some(tool) = Tool::of(file) {
        let message = format!(
            "this is a file of {tool}, not a study: `tune import` writes a study file with the same meaning, and \
             lists what cannot be kept"
        );
        reading.problems.add(&file.place, message);
        file.value = Value::Wrong;
        return;
    }
    root::translate(file, reading, names);
    if let Some(parameters) = file.get_mut("parameters").and_then(Node::entries_mut) {
        for entry in parameters {
            parameter::translate(entry, reading);
        }
    }
}
