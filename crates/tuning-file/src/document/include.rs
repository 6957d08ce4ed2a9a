//! [`open`]: reads a file with those that it includes, merged into one tree in which every value knows
//! where it stands.

use std::path::{Path, PathBuf};

use super::{
    files::Files,
    format::Format,
    item::Item,
    merge::{Replaces, merge},
    node::{FileId, Node, Place, Value},
    reading::Reading,
};
use crate::regular::read_text;

/// The key that includes other files, in every file at its top.
pub const KEY: &str = "include";

/// How many files a study may be made of: more are a mistake, such as two that include each other twice.
const MOST: usize = 64;

/// Why the file itself cannot be opened. What is wrong with an included one is a problem with a place.
#[derive(Debug)]
pub(crate) enum OpenError {
    Extension,
    Read(std::io::Error),
}

/// How the files of a study become one.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// What is done with each file before it is merged.
    pub prepare: &'a dyn Fn(&mut Node, &Reading),
    pub replaces: Replaces,
}

/// Reads a file with those that it includes. None if anything cannot be parsed or found: that is noted.
pub(crate) fn open(
    path: &Path,
    reading: &Reading,
    rules: Rules<'_>,
) -> Result<Option<Node>, OpenError> {
    let format = Format::of(path).ok_or(OpenError::Extension)?;
    let text = read_text(path).map_err(OpenError::Read)?;
    Ok(parse(path, format, &text, reading, rules))
}

/// Reads a text as if it stood at this path, with the files that it includes. None if anything cannot be parsed or
/// found: that is noted.
pub(crate) fn parse(
    path: &Path,
    format: Format,
    text: &str,
    reading: &Reading,
    rules: Rules<'_>,
) -> Option<Node> {
    let file = reading.files.add(path, text.to_owned(), None);
    let mut chain = vec![Link::new(path, file)];
    parsed(format, text, file, reading, rules, &mut chain)
}

/// A file on the way to one that it includes.
struct Link {
    /// The path without detours, by which a circle is noticed.
    path: PathBuf,
    file: FileId,
}

impl Link {
    fn new(path: &Path, file: FileId) -> Self {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Self { path, file }
    }
}

fn parsed(
    format: Format,
    text: &str,
    file: FileId,
    reading: &Reading,
    rules: Rules<'_>,
    chain: &mut Vec<Link>,
) -> Option<Node> {
    let mut node = match format.parse(text) {
        Ok(node) => node,
        Err(mut problem) => {
            problem.place.move_to_file(file);
            reading.problems.add(&problem.place, problem.message);
            return None;
        }
    };
    node.move_to_file(file);
    (rules.prepare)(&mut node, reading);
    let Some(included) = take(&mut node) else {
        return Some(node);
    };
    let base = included_files(&included, reading, rules, chain)?;
    Some(match base {
        Some(base) => merge(base, node, rules.replaces),
        None => node,
    })
}

/// Takes the key out of the file.
fn take(node: &mut Node) -> Option<Node> {
    let entries = node.entries_mut()?;
    let index = entries.iter().position(|entry| entry.key == KEY)?;
    Some(entries.remove(index).node)
}

/// The included files, merged: the later ones over the earlier ones.
fn included_files(
    included: &Node,
    reading: &Reading,
    rules: Rules<'_>,
    chain: &mut Vec<Link>,
) -> Option<Option<Node>> {
    const EXPECTED: &str = "a path, or a list of paths";
    let item = Item::root(included, reading).named(KEY);
    let items = match included.value {
        Value::List(_) => item.list(EXPECTED)?,
        _ => vec![item],
    };
    let mut merged: Option<Node> = None;
    let mut complete = true;
    for item in items {
        let Some(node) = item
            .text(EXPECTED)
            .and_then(|path| one(&item, Path::new(&path), reading, rules, chain))
        else {
            complete = false;
            continue;
        };
        merged = Some(match merged {
            Some(earlier) => merge(earlier, node, rules.replaces),
            None => node,
        });
    }
    complete.then_some(merged)
}

fn one(
    item: &Item<'_>,
    path: &Path,
    reading: &Reading,
    rules: Rules<'_>,
    chain: &mut Vec<Link>,
) -> Option<Node> {
    let path = match item.folder() {
        Some(folder) => folder.join(path),
        None => path.to_owned(),
    };
    let shown = path.display();
    let Some(format) = Format::of(&path) else {
        return item.wrong(format_args!(
            "is `{shown}`, whose format cannot be told from its name: name it `.yaml`, `.toml` or `.json`"
        ));
    };
    if reading.files.count() >= MOST {
        return item.wrong(format_args!(
            "makes this study longer than {MOST} files: include fewer"
        ));
    }
    let text = match read_text(&path) {
        Ok(text) => text,
        Err(error) => return item.wrong(format_args!("cannot be read: `{shown}`: {error}")),
    };
    let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
    if let Some(start) = chain.iter().position(|link| link.path == canonical) {
        let way = way_around(&chain[start..], &reading.files, item.place());
        return item.wrong(format_args!("leads in a circle: {way}; remove one of them"));
    }
    let file = reading
        .files
        .add(&path, text.clone(), Some(item.place().clone()));
    chain.push(Link {
        path: canonical,
        file,
    });
    let node = parsed(format, &text, file, reading, rules, chain);
    chain.pop();
    match node {
        Some(node) if matches!(node.value, Value::Map(_)) => Some(node),
        // An empty file, or one of comments, says nothing.
        Some(node) if node.value == Value::Null => {
            Some(Node::new(Value::Map(Vec::new()), node.place))
        }
        Some(node) => {
            let what = format!(
                "`{shown}` is {}: expected a mapping, as in a study file",
                node.value
            );
            item.problem(&node.place, what)
        }
        None => None,
    }
}

/// Where each file of a circle includes the next one.
fn way_around(links: &[Link], files: &Files, last: &Place) -> String {
    let mut steps: Vec<String> = links[1..]
        .iter()
        .filter_map(|link| Some(files.name(&files.included_at(link.file)?)))
        .collect();
    steps.push(files.name(last));
    let first = files.path(links[0].file);
    format!(
        "`{}` includes itself by way of {}",
        first.display(),
        steps.join(", ")
    )
}
