//! What other tools call it: before a file is read, their words become ours where they mean exactly the
//! same, and are refused with the right words where they do not. Nothing gets another meaning silently.

mod parameter;
mod remedy;
mod root;
mod table;

use crate::document::{Entry, Node, Reading, Value};

pub(crate) use table::{ALIASES, Within};

/// The names of what there is, for advice.
#[derive(Clone, Debug, Default)]
pub(super) struct Names<'a> {
    pub(super) strategies: Vec<&'a str>,
    pub(super) pruners: Vec<&'a str>,
}

/// Puts a file's words into ours.
pub(super) fn translate(file: &mut Node, reading: &Reading, names: &Names<'_>) {
    let Value::Map(_) = file.value else {
        return;
    };
    root::translate(file, reading, names);
    if let Some(parameters) = file.get_mut("parameters").and_then(Node::entries_mut) {
        for entry in parameters {
            parameter::translate(entry, reading);
        }
    }
}

/// A map that is translated, entry by entry.
struct Translation<'a> {
    map: &'a mut Node,
    reading: &'a Reading,
    /// How errors call a key of the map.
    within: String,
}

impl<'a> Translation<'a> {
    fn new(map: &'a mut Node, reading: &'a Reading, path: &str) -> Self {
        Self {
            map,
            reading,
            within: match path {
                "" => String::new(),
                path => format!("{path}."),
            },
        }
    }

    fn get(&self, key: &str) -> Option<&Node> {
        self.map.get(key)
    }

    fn entries(&mut self) -> &mut Vec<Entry> {
        self.map
            .entries_mut()
            .expect("only maps are translated: checked by all callers")
    }

    fn take(&mut self, key: &str) -> Option<Entry> {
        let entries = self.entries();
        let index = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(index))
    }

    /// Gives their words for keys our names.
    fn rename(&mut self, within: Within) {
        for alias in ALIASES.iter().filter(|alias| alias.within == within) {
            if let Some(entry) = self.take(alias.theirs) {
                self.put(alias.ours, entry);
            }
        }
    }

    /// Puts an entry where it belongs: `budget.trials`. What is there already is a second opinion, which
    /// is refused, unless this one comes from the command line.
    fn put(&mut self, path: &str, mut entry: Entry) {
        let theirs = std::mem::replace(&mut entry.key, path.to_owned());
        let place = entry.place.clone();
        if let Some((outer, inner)) = path.split_once('.') {
            if self.get(outer).is_none() {
                let node = Node::new(Value::Map(Vec::new()), place.clone());
                let key = outer.to_owned();
                self.entries().push(Entry { key, place, node });
            }
            let within = format!("{}{outer}", self.within);
            let reading = self.reading;
            match self.map.get_mut(outer) {
                Some(map) if matches!(map.value, Value::Map(_)) => {
                    entry.key = theirs;
                    Translation::new(map, reading, &within).put(inner, entry);
                }
                _ => self.clash(&theirs, outer, &entry),
            }
            return;
        }
        match self.entries().iter_mut().find(|known| known.key == path) {
            None => self.entries().push(entry),
            Some(known) if entry.is_option() => *known = entry,
            Some(_) => self.clash(&theirs, path, &entry),
        }
    }

    fn clash(&self, theirs: &str, ours: &str, entry: &Entry) {
        let within = &self.within;
        let message = format!(
            "`{within}{ours}` and `{theirs}` are both given and mean the same: keep one of them"
        );
        self.reading.problems.add(&entry.place, message);
    }

    /// Refuses a key: what stands for it is known to be wrong.
    fn refuse(&mut self, theirs: &str, stands_for: Option<&str>, remedy: &str) {
        let Some(mut entry) = self.take(theirs) else {
            return;
        };
        let message = format!("`{}{theirs}`: {remedy}", self.within);
        self.reading.problems.add(&entry.place, message);
        let Some(ours) = stands_for else {
            return;
        };
        if self.get(ours).is_none() {
            entry.key = ours.to_owned();
            entry.node.value = Value::Wrong;
            self.entries().push(entry);
        }
    }
}
