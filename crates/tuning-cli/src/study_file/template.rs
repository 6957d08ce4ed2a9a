//! The file that `tune init` writes: it runs as it is, and says what to change.

use crate::document::Format;

/// A study file to start from.
pub(crate) fn template(format: Format) -> &'static str {
    match format {
        Format::Yaml => include_str!("templates/study.yaml"),
        Format::Toml => include_str!("templates/study.toml"),
        Format::Json => include_str!("templates/study.json"),
    }
}
