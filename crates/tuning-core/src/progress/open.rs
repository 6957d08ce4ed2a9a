//! [`OpenTrial`]: a trial that has not ended.

use crate::{Fidelity, Metrics, Tag, Values, space::Params};

/// A trial that has not ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OpenTrial {
    /// Its parameters.
    pub params: Params,
    /// Its author's note.
    pub tag: Tag,
    /// How far it is to run; to its end if absent.
    pub until: Option<Fidelity>,
    /// Its last report.
    pub last: Option<(Fidelity, Values)>,
    /// Whether it is paused.
    pub paused: bool,
    /// How often its work was begun again since it was started, or resumed last.
    pub attempt: u32,
    /// How often its work was begun again in all.
    pub retries: u32,
    /// Other measurements, with their last values.
    pub metrics: Metrics,
    /// How long its evaluation took so far, in microseconds, without failed attempts.
    pub took_micros: u64,
    /// When it was started, in milliseconds since the start of 1970 (UTC).
    pub started_at_millis: u64,
}

impl OpenTrial {
    /// What a piece of its work measured, and how long that took.
    pub(super) fn learn(&mut self, metrics: &Metrics, took_micros: u64) {
        for (name, value) in metrics.iter() {
            self.metrics.set(name, value);
        }
        self.took_micros = self.took_micros.saturating_add(took_micros);
    }
}
