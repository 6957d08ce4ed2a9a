//! [`Format`]: which of the three a file has, by its extension.

use std::path::Path;

use super::{
    json,
    node::{Node, Place},
    problem::Problem,
    toml, yaml,
};

/// The format of a study file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.yaml` and `.yml`.
    Yaml,
    /// `.toml`.
    Toml,
    /// `.json`.
    Json,
}

impl Format {
    /// The format that the file's extension stands for.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The tree of a text in this format.
    ///
    /// # Errors
    /// The first thing that cannot be read, with its place.
    pub fn parse(self, text: &str) -> Result<Node, Problem> {
        match self {
            Self::Yaml => yaml::parse(text),
            Self::Toml => toml::parse(text),
            Self::Json => json::parse(text),
        }
    }
}

/// Finds lines and columns of places that are known as offsets.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// `offset`: in bytes. Columns count characters.
    pub(super) fn place(&self, offset: usize) -> Place {
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        let offset = (0..=offset.min(self.text.len()))
            .rev()
            .find(is_boundary)
            .unwrap_or(0);
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = self.text[self.starts[line - 1]..offset].chars().count() + 1;
        Place::at(line, column)
    }
}
