//! [`StudyReader`]: from text to a [`StudyFile`].

use std::{path::Path, sync::Arc};

use tuning_core::Literal;
use tuning_process::NAME as PROCESS;
use tuning_strategies::Registry;

use super::{
    file::StudyFile,
    spellings::{self, Names},
    strategy::{SharedConfig, strategy},
    whereabouts::Whereabouts,
};
use crate::{
    document::{
        Entry, Format, Item, Node, OpenError, Place, Problem, Reading, Rules, Value, open, parse,
        set,
    },
    error::FileError,
    extensions::Extensions,
    journals::{self, JournalConfig},
    kinds::{Context, Kind},
};

/// A setting that goes before that of the file.
#[derive(Clone, Debug)]
pub struct Override {
    /// The keys with dots between them.
    pub path: String,
    /// The value, as YAML.
    pub value: String,
    /// The option as it was written, for errors.
    pub option: String,
}

/// How long the problems of a study that came as a line may be together: they are sent twice, one by one and in a row.
const LINE: usize = 1900;

/// Reads studies.
///
/// # Example
/// ```
/// use tuning_file::{Extensions, Format, StudyReader};
///
/// let extensions = Extensions::default();
/// let text = "parameters: {x: {min: 0.0, max: 1.0}}\nobjective: {name: loss, direction: minimise}\n";
/// let error = StudyReader::new(&extensions).functions().text(Format::Yaml, text).unwrap_err();
/// assert!(error.to_string().contains("expected `minimize` or `maximize`"));
/// ```
#[derive(Clone, Debug)]
pub struct StudyReader<'a> {
    extensions: &'a Extensions,
    overrides: &'a [Override],
    evaluated: bool,
}

impl<'a> StudyReader<'a> {
    /// Reads studies that name these extensions.
    #[must_use]
    pub fn new(extensions: &'a Extensions) -> Self {
        Self {
            extensions,
            overrides: &[],
            evaluated: true,
        }
    }

    /// Overrides the settings of the file with these.
    #[must_use]
    pub fn overrides(mut self, overrides: &'a [Override]) -> Self {
        self.overrides = overrides;
        self
    }

    /// Leaves the trials to functions of the caller, or to a client: what the file says of that does not
    /// matter.
    #[must_use]
    pub fn functions(mut self) -> Self {
        self.evaluated = false;
        self
    }

    /// Reads a study file.
    ///
    /// # Errors
    /// If it cannot be read, or makes no sense: all that is wrong, each with its place.
    pub fn file(&self, path: impl AsRef<Path>) -> Result<StudyFile, FileError> {
        let path = path.as_ref();
        let reading = Reading::default();
        let root = merged(path, self.overrides, &names(self.extensions), &reading)?;
        self.finish(root, path, reading)
    }

    /// Reads a study that is not a file. Paths in it are relative to the current folder; errors call it `study`.
    ///
    /// # Errors
    /// If it makes no sense: all that is wrong, each with its place.
    pub fn text(&self, format: Format, text: &str) -> Result<StudyFile, FileError> {
        let path = Path::new("study");
        let reading = Reading::default();
        let names = names(self.extensions);
        let prepare = |node: &mut Node, reading: &Reading| {
            spellings::translate(node, reading, &names);
        };
        let rules = Rules {
            prepare: &prepare,
            replaces,
        };
        let root = parse(path, format, text, &reading, rules);
        let root = root.and_then(|root| over(root, self.overrides, &names, &reading));
        self.finish(root, path, reading)
    }

    /// Reads a study that was parsed already, as one that would stand at `path`.
    ///
    /// # Errors
    /// All that is wrong with it, in its order.
    pub fn node(&self, mut root: Node, path: &Path) -> Result<StudyFile, Vec<Problem>> {
        put_over(&mut root, self.overrides).map_err(|problem| vec![problem])?;
        let reading = Reading::default();
        spellings::translate(&mut root, &reading, &names(self.extensions));
        let item = Item::root(&root, &reading);
        match StudyFile::read(&item, path, self.extensions, self.evaluated) {
            Some(study) if reading.problems.is_empty() => Ok(study),
            _ => Err(reading.problems.take(LINE)),
        }
    }

    /// Reads where a study is kept and its name, and nothing else: enough to look at it, even if the file is being
    /// changed meanwhile.
    ///
    /// # Errors
    /// If that cannot be read.
    pub fn whereabouts(&self, path: impl AsRef<Path>) -> Result<Whereabouts, FileError> {
        let path = path.as_ref();
        let reading = Reading::default();
        let root = merged(path, &[], &Names::default(), &reading)?;
        let read = root.and_then(|root| {
            let fields = Item::root(&root, &reading).any_fields()?;
            Whereabouts::read(&fields, path, self.extensions)
        });
        read.ok_or_else(|| FileError::Invalid(reading.refuse()))
    }

    fn finish(
        &self,
        root: Option<Node>,
        path: &Path,
        reading: Reading,
    ) -> Result<StudyFile, FileError> {
        let read = root.and_then(|root| {
            StudyFile::read(
                &Item::root(&root, &reading),
                path,
                self.extensions,
                self.evaluated,
            )
        });
        match read {
            Some(file) if reading.problems.is_empty() => Ok(file),
            _ => Err(FileError::Invalid(reading.refuse())),
        }
    }
}

/// Reads a strategy as a command line says it: a name, or YAML.
///
/// # Errors
/// If it makes no sense.
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

/// Reads where studies are kept as a command line says it: the path of a file, or what `journal` may say in a study file
/// on one line, such as `KIND:…`.
///
/// # Errors
/// If it makes no sense.
pub fn read_journal(
    text: &str,
    extensions: &Extensions,
) -> Result<Arc<dyn JournalConfig>, FileError> {
    let place = Place::option(text);
    let entry = Entry {
        key: "journal".to_owned(),
        place: place.clone(),
        node: Node::new(Value::Scalar(Literal::from(text)), place.clone()),
    };
    let root = Node::new(Value::Map(vec![entry]), place);
    let reading = Reading::default();
    let context = Context {
        folder: Path::new("."),
        space: None,
        pruners: &extensions.pruners,
    };
    let read = Item::root(&root, &reading)
        .any_fields()
        .and_then(|fields| fields.get("journal"))
        .and_then(|item| journals::read(&item, &extensions.journals, context));
    match read {
        Some(config) if reading.problems.is_empty() => Ok(config),
        _ => Err(FileError::Invalid(reading.refuse())),
    }
}

fn names(extensions: &Extensions) -> Names<'_> {
    let strategies = extensions.strategies.entries();
    Names {
        strategies: strategies.map(|entry| entry.name()).collect(),
        pruners: extensions.pruners().map(Kind::name).collect(),
    }
}

/// The file with those that it includes, all in our words, and the command line's settings over it.
fn merged(
    path: &Path,
    overrides: &[Override],
    names: &Names<'_>,
    reading: &Reading,
) -> Result<Option<Node>, FileError> {
    let prepare = |node: &mut Node, reading: &Reading| {
        spellings::translate(node, reading, names);
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
    Ok(opened.and_then(|root| over(root, overrides, names, reading)))
}

/// The tree with these settings over it; none after it was noted that they do not go there.
fn over(
    mut root: Node,
    overrides: &[Override],
    names: &Names<'_>,
    reading: &Reading,
) -> Option<Node> {
    if let Err(problem) = put_over(&mut root, overrides) {
        reading.problems.add(&problem.place, problem.message);
        return None;
    }
    if !overrides.is_empty() {
        spellings::translate(&mut root, reading, names);
    }
    Some(root)
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
        // `{any: […]}` is another one than `{name: median}`, and than another such list.
        ["pruner"] if [base, over].iter().any(|node| has_short_name(node)) => true,
        // Options of another one.
        ["strategy" | "pruner"] => {
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
        // Options of another kind.
        ["journal"] | ["evaluator"] => true,
        _ => false,
    }
}

/// Whether a pruner that comes with this crate has its kind for its only key.
fn has_short_name(pruner: &Node) -> bool {
    ["any", "all"].iter().any(|kind| pruner.get(kind).is_some())
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
