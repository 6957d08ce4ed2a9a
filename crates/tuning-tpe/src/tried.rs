//! [`Tried`]: which points have been tried, in a few bytes for each.

use std::collections::HashSet;

/// The [fingerprints](tuning_toolkit::fingerprint) of the points that were tried. Never forgotten, never iterated
/// over. Where two points have the same one, a candidate is passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tried(HashSet<u64>);

impl Tried {
    pub(crate) fn insert(&mut self, point: u64) {
        self.0.insert(point);
    }

    pub(crate) fn contains(&self, point: u64) -> bool {
        self.0.contains(&point)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
