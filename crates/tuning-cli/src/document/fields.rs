//! [`Fields`]: a map with known keys; a key that is not known is noted with the one that was meant.

use tuning_core::nearest;

use super::{item::Item, node::Entry};

/// What other tools call it, and what it is called here.
const SYNONYMS: [(&str, &str); 18] = [
    ("choices", "values"),
    ("direction", "objective"),
    ("distribution", "log"),
    ("goal", "direction"),
    ("high", "max"),
    ("low", "min"),
    ("method", "strategy"),
    ("metric", "objective"),
    ("metrics", "objectives"),
    ("n_jobs", "workers"),
    ("n_trials", "budget"),
    ("parallelism", "workers"),
    ("program", "command"),
    ("run_cap", "budget"),
    ("sampler", "strategy"),
    ("search_space", "parameters"),
    ("space", "parameters"),
    ("storage", "journal"),
];

/// A map with known keys.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    item: Item<'a>,
    entries: &'a [Entry],
    /// What keys that are not known were probably meant to be.
    meant: Vec<Option<&'static str>>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(item: Item<'a>, entries: &'a [Entry], known: &[&'static str]) -> Self {
        let mut all_meant = Vec::new();
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            let within = match item.path() {
                "" => String::new(),
                path => format!(" in `{path}`"),
            };
            let meant = meant(&entry.key, known);
            all_meant.push(meant);
            let advice = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are `{}`", known.join("`, `")),
            };
            let message = format!("unknown key `{}`{within}: {advice}", entry.key);
            item.problem::<()>(&entry.place, message);
        }
        Self {
            item,
            entries,
            meant: all_meant,
        }
    }

    /// The same with all keys taken for known.
    pub(super) fn unjudged(item: Item<'a>, entries: &'a [Entry]) -> Self {
        Self {
            item,
            entries,
            meant: Vec::new(),
        }
    }

    /// Whether any key is not known: what seems to be missing may be there under its name.
    pub(crate) fn has_unknown(&self) -> bool {
        !self.meant.is_empty()
    }

    /// The map itself.
    pub(crate) fn item(&self) -> &Item<'a> {
        &self.item
    }

    /// The value of a key, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<Item<'a>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.item.child(key, &entry.node))
    }

    /// The value of a key; that it is not there is noted, with what to write.
    pub(crate) fn need(&self, key: &str, write: &str) -> Option<Item<'a>> {
        let found = self.get(key);
        if found.is_none() && self.meant.contains(&Some(key)) {
            return None;
        }
        if found.is_none() {
            return match self.item.path() {
                "" => self
                    .item
                    .problem(self.item.place(), format!("`{key}` is missing: {write}")),
                _ => self.item.wrong(format_args!("has no `{key}`: {write}")),
            };
        }
        found
    }
}

/// The key that was probably meant.
fn meant(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let synonym = || {
        let (_, here) = SYNONYMS.iter().find(|(there, _)| *there == key)?;
        known.iter().find(|known| *known == here).copied()
    };
    synonym().or_else(|| nearest(key, known.iter().copied()))
}
