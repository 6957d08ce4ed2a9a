//! Paths in a study file: relative to the file that they stand in, which may be an included one. Those of
//! the command line are relative to where one is.

use std::path::{Path, PathBuf};

use crate::document::Item;

/// The path of an item, for a study file in `folder`.
pub(crate) fn path(item: &Item<'_>, folder: &Path) -> Option<PathBuf> {
    Some(resolve(&item.text("a path")?, item, folder))
}

/// A path that was read from an item, for a study file in `folder`.
pub(crate) fn resolve(path: &str, item: &Item<'_>, folder: &Path) -> PathBuf {
    match item.folder() {
        Some(own) if own.as_os_str().is_empty() => tidy(&folder.join(path)),
        Some(own) => tidy(&own.join(path)),
        None => PathBuf::from(path),
    }
}

/// The folder of a file; `.` for a bare name.
pub(crate) fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Without `.` on the way: people read these.
pub(crate) fn tidy(path: &Path) -> PathBuf {
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

/// The same path with a mark before its extension: `study.db` and `seed-7` give `study.seed-7.db`.
pub(crate) fn marked(path: &Path, mark: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(".");
    name.push(mark);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}
