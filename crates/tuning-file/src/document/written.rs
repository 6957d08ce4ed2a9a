//! [`Written`]: a file as it was put together, to be shown: each setting with where it comes from.

use serde_json::Value as Json;

use super::{
    files::Files,
    item::Item,
    node::{Node, Value},
    quote::json_text,
};

/// A file as it was put together, with variables of the environment as they are written: their values
/// may be secrets.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// All of it, as JSON.
    pub json: Json,
    /// Each value with its path, and where it comes from.
    pub settings: Vec<Setting>,
}

/// A value that is not a map, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The keys that lead to it, with dots between them.
    pub path: String,
    /// As JSON.
    pub value: String,
    /// `study.yaml:3:7`, or an option of the command line.
    pub origin: String,
}

impl Written {
    /// What a file says, with those that it includes.
    pub fn of(root: &Item<'_>) -> Self {
        let mut settings = Vec::new();
        collect(root.node(), "", root.files(), &mut settings);
        Self {
            json: root.node().to_json(),
            settings,
        }
    }
}

fn collect(node: &Node, path: &str, files: &Files, settings: &mut Vec<Setting>) {
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => {
            for entry in entries {
                let path = match path {
                    "" => entry.key.clone(),
                    path => format!("{path}.{}", entry.key),
                };
                collect(&entry.node, &path, files, settings);
            }
        }
        _ => settings.push(Setting {
            path: path.to_owned(),
            value: json_text(&node.to_json()),
            origin: files.name(&node.place),
        }),
    }
}
