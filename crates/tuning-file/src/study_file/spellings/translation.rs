//! [`Translation`]: a map whose words become ours, entry by entry.

use super::table::{ALIASES, Within};
use crate::document::{Entry, Node, Reading, Value};

/// A map that is translated, entry by entry.
pub(super) struct Translation<'a> {
    pub(super) map: &'a mut Node,
    pub(super) reading: &'a Reading,
    /// How errors call a key of the map.
    pub(super) within: String,
}

impl<'a> Translation<'a> {
    pub(super) fn new(map: &'a mut Node, reading: &'a Reading, path: &str) -> Self {
        Self {
            map,
            reading,
            within: match path {
                "" => String::new(),
                path => format!("{path}."),
            },
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.map.get(key)
    }

    pub(super) fn entries(&mut self) -> &mut Vec<Entry> {
        self.map
            .entries_mut()
            .expect("only maps are translated: checked by all callers")
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Entry> {
        let entries = self.entries();
        let index = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(index))
    }

    /// Gives their words for keys our names.
    pub(super) fn rename(&mut self, within: Within) {
        for alias in ALIASES.iter().filter(|alias| alias.within == within) {
            if let Some(entry) = self.take(alias.theirs) {
                self.put(alias.ours, entry);
            }
        }
    }

    /// Puts an entry where it belongs: `budget.trials`. What is there already is a second opinion, which
    /// is refused, unless this one comes from the command line.
    pub(super) fn put(&mut self, path: &str, mut entry: Entry) {
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

    pub(super) fn clash(&self, theirs: &str, ours: &str, entry: &Entry) {
        let within = &self.within;
        let message = format!(
            "`{within}{ours}` and `{theirs}` are both given and mean the same: keep one of them"
        );
        self.reading.problems.add(&entry.place, message);
    }

    /// Refuses a key: what stands for it is known to be wrong.
    pub(super) fn refuse(&mut self, theirs: &str, stands_for: Option<&str>, remedy: &str) {
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
