//! [`FileError`]: why a text is no study.

use std::{io, path::PathBuf};

use thiserror::Error;

use crate::document::Located;

/// A file that cannot be read as a study.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The name of a file does not tell its format.
    #[error("cannot tell the format of `{}`: name it `.yaml`, `.toml` or `.json`", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read at all.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// What it says makes no sense: everything that is wrong, each with its place.
    #[error("{0}")]
    Invalid(Located),
}
