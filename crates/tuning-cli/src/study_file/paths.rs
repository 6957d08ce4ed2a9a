//! Paths in a study file: relative to the file. Those of the command line are relative to where one is.

use std::path::{Path, PathBuf};

use crate::document::{Item, Place};

/// The path of an item, for a study file in `folder`.
pub(super) fn path(item: &Item<'_>, folder: &Path) -> Option<PathBuf> {
    let path = PathBuf::from(item.text("a path")?);
    Some(match item.place() {
        Place::File { .. } => tidy(&folder.join(path)),
        Place::Option(_) => path,
    })
}

/// The folder of a file; `.` for a bare name.
pub(super) fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Without `.` on the way: people read these.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let tidied: PathBuf = path
        .components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect();
    if tidied.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        tidied
    }
}
