//! [`Fields`]: a map with known keys; a key that is not known is noted with the one that was meant.

use tuning_core::nearest;

use super::{
    item::Item,
    node::{Entry, Value},
    quote::quoted,
    shape::Keys,
};

static NONE: Keys = Keys::new("", &[]);

/// A map with known keys.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    item: Item<'a>,
    entries: &'a [Entry],
    /// None if the keys are checked elsewhere.
    keys: Option<&'static Keys>,
    /// Those that are known besides.
    common: &'static Keys,
    /// What keys that are not known were probably meant to be.
    meant: Vec<Option<&'static str>>,
}

impl<'a> Fields<'a> {
    fn new(
        item: Item<'a>,
        entries: &'a [Entry],
        keys: &'static Keys,
        common: &'static Keys,
    ) -> Self {
        let mut all_meant = Vec::new();
        let known = |key: &str| keys.has(key) || common.has(key);
        for entry in entries.iter().filter(|entry| !known(&entry.key)) {
            if item.is_one_too_many() {
                all_meant.push(None);
                continue;
            }
            let within = match item.path() {
                "" => String::new(),
                path => format!(" in {}", quoted(path)),
            };
            let meant = meant(&entry.key, keys).or_else(|| meant(&entry.key, common));
            all_meant.push(meant);
            let advice = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    let names: Vec<_> = keys.names().chain(common.names()).collect();
                    format!("there are `{}`", names.join("`, `"))
                }
            };
            let message = format!("unknown key {}{within}: {advice}", quoted(&entry.key));
            item.problem::<()>(&entry.place, message);
        }
        Self {
            item,
            entries,
            keys: Some(keys),
            common,
            meant: all_meant,
        }
    }

    /// Takes all keys for known.
    fn unjudged(item: Item<'a>, entries: &'a [Entry]) -> Self {
        Self {
            item,
            entries,
            keys: None,
            common: &NONE,
            meant: Vec::new(),
        }
    }

    /// Whether any key is not known: what seems to be missing may be there under its name.
    pub fn has_unknown(&self) -> bool {
        !self.meant.is_empty()
    }

    /// The map itself.
    pub fn item(&self) -> &Item<'a> {
        &self.item
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<Item<'a>> {
        debug_assert!(
            self.keys
                .is_none_or(|keys| keys.has(key) || self.common.has(key)),
            "`{key}` is read, but is not in the table of keys"
        );
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.item.child(key, &entry.node))
    }

    /// The value of a key; that it is not there is noted, with what to write.
    pub fn need(&self, key: &str, write: &str) -> Option<Item<'a>> {
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

impl<'a> Item<'a> {
    /// The parts of a map with known keys. Unknown ones are noted.
    pub fn fields(&self, keys: &'static Keys) -> Option<Fields<'a>> {
        let Value::Map(entries) = &self.node().value else {
            return self.expected(keys.expected);
        };
        Some(Fields::new(self.clone(), entries, keys, &NONE))
    }

    /// Knows the keys of another table, too.
    pub(crate) fn fields_with(
        &self,
        keys: &'static Keys,
        common: &'static Keys,
    ) -> Option<Fields<'a>> {
        let Value::Map(entries) = &self.node().value else {
            return self.expected(keys.expected);
        };
        Some(Fields::new(self.clone(), entries, keys, common))
    }

    /// The parts of a map whose keys are checked elsewhere.
    pub fn any_fields(&self) -> Option<Fields<'a>> {
        match &self.node().value {
            Value::Map(entries) => Some(Fields::unjudged(self.clone(), entries)),
            _ => self.expected("a mapping"),
        }
    }
}

/// The key that was probably meant.
fn meant(key: &str, keys: &'static Keys) -> Option<&'static str> {
    let synonym = keys.keys.iter().find(|known| known.synonyms.contains(&key));
    synonym
        .map(|known| known.name)
        .or_else(|| nearest(key, keys.names()))
}
