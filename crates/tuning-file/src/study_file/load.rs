//! [`load`]: from a path and the options of the command line to a [`StudyFile`].

use std::path::{Path, PathBuf};

use tuning_process::NAME as PROCESS;
use tuning_strategies::Registry;

use super::{
    file::{Evaluated, StudyFile, Whereabouts},
    spellings,
    strategy::{SharedConfig, strategy},
};
use crate::{
    document::{Item, Node, OpenError, Place, Problem, Reading, Rules, Value, open, set},
    error::FileError,
    extensions::Extensions,
};

/// A setting of the command line that goes before that of the file.
#[derive(Clone, Debug)]
pub struct Override {
    /// The keys with dots between them.
    pub path: String,
    /// The value, as YAML.
    pub value: String,
    /// The option as it was written, for errors.
    pub option: String,
}

/// Reads a study file with these settings over it.
pub fn load(
    path: &Path,
    overrides: &[Override],
    extensions: &Extensions,
) -> Result<StudyFile, FileError> {
    load_of(path, overrides, extensions, Evaluated::ByCommand)
}

/// The same for trials that the command evaluates, or a client.
pub fn load_of(
    path: &Path,
    overrides: &[Override],
    extensions: &Extensions,
    evaluated: Evaluated,
) -> Result<StudyFile, FileError> {
    let reading = Reading::default();
    let root = merged(path, overrides, &names(extensions), &reading)?;
    let read = root.and_then(|root| {
        StudyFile::read(&Item::root(&root, &reading), path, extensions, evaluated)
    });
    match read {
        Some(file) if reading.problems.is_empty() => Ok(file),
        _ => Err(FileError::Invalid(reading.refuse())),
    }
}

/// Reads a study that is no file, as one that would stand at `path` and whose trials a client evaluates.
///
/// # Errors
/// All that is wrong with it, in its order.
pub fn read(
    mut root: Node,
    path: &Path,
    overrides: &[Override],
    extensions: &Extensions,
) -> Result<StudyFile, Vec<Problem>> {
    put_over(&mut root, overrides).map_err(|problem| vec![problem])?;
    let reading = Reading::default();
    spellings::translate(&mut root, &reading, &names(extensions));
    let item = Item::root(&root, &reading);
    match StudyFile::read(&item, path, extensions, Evaluated::ByClient) {
        Some(study) if reading.problems.is_empty() => Ok(study),
        _ => Err(reading.problems.take()),
    }
}

/// Reads a strategy as the command line says it: a name, or YAML.
pub fn read_strategy(text: &str, registry: &Registry) -> Result<SharedConfig, FileError> {
    let place = Place::option(text);
    let mut root = Node::new(Value::Map(Vec::new()), place.clone());
    let reading = Reading::default();
    if let Err(problem) = set(&mut root, "strategy", text, place) {
        reading.problems.add(&problem.place, problem.message);
        return Err(FileError::Invalid(reading.refuse()));
    }
    let read = Item::root(&root, &reading)
        .any_fields()
        .and_then(|fields| strategy(fields.get("strategy").as_ref(), Path::new("."), registry));
    match read {
        Some(config) if reading.problems.is_empty() => Ok(config.into()),
        _ => Err(FileError::Invalid(reading.refuse())),
    }
}

fn names(extensions: &Extensions) -> Vec<&str> {
    extensions
        .strategies
        .entries()
        .map(|entry| entry.name())
        .collect()
}

/// Reads where a study is kept and its name, and nothing else: enough to look at it, even if the file
/// is being changed meanwhile.
pub fn whereabouts(path: &Path) -> Result<(PathBuf, String), FileError> {
    let reading = Reading::default();
    let root = merged(path, &[], &[], &reading)?;
    let read =
        root.and_then(|root| Whereabouts::read(&Item::root(&root, &reading).any_fields()?, path));
    match read {
        Some(Whereabouts { name, journal }) => Ok((journal, name)),
        None => Err(FileError::Invalid(reading.refuse())),
    }
}

/// The file with those that it includes, all in our words, and the command line's settings over it.
fn merged(
    path: &Path,
    overrides: &[Override],
    strategies: &[&str],
    reading: &Reading,
) -> Result<Option<Node>, FileError> {
    let prepare = |node: &mut Node, reading: &Reading| {
        spellings::translate(node, reading, strategies);
    };
    let rules = Rules {
        prepare: &prepare,
        replaces,
    };
    let opened = open(path, reading, rules).map_err(|error| match error {
        OpenError::Extension => FileError::Extension {
            path: path.to_owned(),
        },
        OpenError::Read(source) => FileError::Read {
            path: path.to_owned(),
            source,
        },
    })?;
    let Some(mut root) = opened else {
        return Ok(None);
    };
    if let Err(problem) = put_over(&mut root, overrides) {
        reading.problems.add(&problem.place, problem.message);
        return Ok(None);
    }
    if !overrides.is_empty() {
        spellings::translate(&mut root, reading, strategies);
    }
    Ok(Some(root))
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

/// Two maps that make no sense together: options of another strategy, another kind of parameter.
fn replaces(path: &[&str], base: &Node, over: &Node) -> bool {
    match path {
        ["strategy"] => {
            let name = |node: &Node| node.get("name").and_then(Node::as_text).map(str::to_owned);
            let text = |node: &Node| node.as_text().map(str::to_owned);
            let program = |node: &Node| node.get("command").map(|_| PROCESS.to_owned());
            let name = |node: &Node| name(node).or_else(|| text(node)).or_else(|| program(node));
            matches!((name(base), name(over)), (Some(base), Some(over)) if base != over)
        }
        ["parameters", _] => match (kind(base), kind(over)) {
            (Some(base), Some(over)) => base != over,
            _ => false,
        },
        _ => false,
    }
}

/// Which of the three kinds a parameter is, if that can be told.
fn kind(parameter: &Node) -> Option<&'static str> {
    let Value::Map(_) = parameter.value else {
        return None;
    };
    let has = |keys: &[&str]| keys.iter().any(|key| parameter.get(key).is_some());
    if has(&["values"]) {
        Some("choice")
    } else if has(&["value"]) {
        Some("constant")
    } else if has(&["min", "max", "log", "step"]) {
        Some("range")
    } else {
        None
    }
}
