//! [`Format`]: which of the three a file has, by its extension.

use std::path::Path;

use super::{json, node::Node, problem::Problem, toml, yaml};

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
