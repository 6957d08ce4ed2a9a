//! [`Seen`]: the keys of a map that have come, found in no time however many there are.

use std::collections::HashSet;

use super::node::Entry;

/// A map of fewer keys is searched faster than it is hashed.
const FEW: usize = 16;

/// The keys of a map that have come.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<String>);

impl Seen {
    /// Whether the key is among those of the entries so far, all of which this was asked about in turn.
    pub(super) fn has(&mut self, entries: &[Entry], key: &str) -> bool {
        if entries.len() < FEW {
            return entries.iter().any(|entry| entry.key == key);
        }
        let known = self.0.len();
        self.0.extend(
            entries[known.min(entries.len())..]
                .iter()
                .map(|entry| entry.key.clone()),
        );
        self.0.contains(key)
    }
}
