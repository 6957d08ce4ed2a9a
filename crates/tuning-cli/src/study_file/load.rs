//! [`load`]: from a path and the options of the command line to a [`StudyFile`].

use std::path::{Path, PathBuf};

use tuning_strategies::Registry;

use super::file::{Evaluated, StudyFile, Whereabouts};
use crate::{
    document::{Format, Item, Located, Node, Place, Problem, Problems, set},
    error::CliError,
};

/// A setting of the command line that goes before that of the file.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    /// The keys with dots between them.
    pub(crate) path: String,
    /// The value, as YAML.
    pub(crate) value: String,
    /// The option as it was written, for errors.
    pub(crate) option: String,
}

/// Reads a study file with these settings over it.
pub(crate) fn load(
    path: &Path,
    overrides: &[Override],
    registry: &Registry,
) -> Result<StudyFile, CliError> {
    load_of(path, overrides, registry, Evaluated::ByCommand)
}

/// The same for trials that the command evaluates, or a client.
pub(crate) fn load_of(
    path: &Path,
    overrides: &[Override],
    registry: &Registry,
    evaluated: Evaluated,
) -> Result<StudyFile, CliError> {
    let read = |root: &Item<'_>| StudyFile::read(root, path, registry, evaluated);
    with_root(path, overrides, read)
}

/// Reads a study that is no file, as one that would stand at `path` and whose trials a client evaluates.
///
/// # Errors
/// All that is wrong with it, in its order.
pub(crate) fn read(
    mut root: Node,
    path: &Path,
    overrides: &[Override],
    registry: &Registry,
) -> Result<StudyFile, Vec<Problem>> {
    put_over(&mut root, overrides).map_err(|problem| vec![problem])?;
    let problems = Problems::default();
    let item = Item::root(&root, &problems);
    match StudyFile::read(&item, path, registry, Evaluated::ByClient) {
        Some(study) if problems.is_empty() => Ok(study),
        _ => Err(problems.take()),
    }
}

/// Reads where a study is kept and its name, and nothing else: enough to look at it, even if the file
/// is being changed meanwhile.
pub(crate) fn whereabouts(path: &Path) -> Result<(PathBuf, String), CliError> {
    let keys = |root: &Item<'_>| {
        let Whereabouts { name, journal } = Whereabouts::read(&root.any_fields()?, path)?;
        Some((journal, name))
    };
    with_root(path, &[], keys)
}

fn with_root<T>(
    path: &Path,
    overrides: &[Override],
    read: impl FnOnce(&Item<'_>) -> Option<T>,
) -> Result<T, CliError> {
    let Some(format) = Format::of(path) else {
        return Err(CliError::Extension {
            path: path.to_owned(),
        });
    };
    let text = std::fs::read_to_string(path).map_err(|source| CliError::Read {
        path: path.to_owned(),
        source,
    })?;
    let refuse = |text: String, problems: Vec<Problem>| {
        CliError::File(Located {
            path: path.to_owned(),
            text,
            problems,
        })
    };
    let mut root = match format.parse(&text) {
        Ok(root) => root,
        Err(problem) => return Err(refuse(text, vec![problem])),
    };
    if let Err(problem) = put_over(&mut root, overrides) {
        return Err(refuse(text, vec![problem]));
    }
    let problems = Problems::default();
    let read = read(&Item::root(&root, &problems));
    match read {
        Some(read) if problems.is_empty() => Ok(read),
        _ => Err(refuse(text, problems.take())),
    }
}

fn put_over(root: &mut Node, overrides: &[Override]) -> Result<(), Problem> {
    for Override {
        path,
        value,
        option,
    } in overrides
    {
        set(root, path, value, Place::option(option.as_str()))?;
    }
    Ok(())
}
