//! [`Seen`]: the last event of a study that is in a file.

use serde::Deserialize;
use tuning_core::{Event, Kept, Seq};

/// The last event that is in a file; of any study, if the file names none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Seen {
    #[serde(default)]
    pub(crate) study: Option<String>,
    pub(crate) seq: Seq,
    pub(crate) at_millis: u64,
}

impl Seen {
    /// Whether it is an event of this study, or may be.
    pub(crate) fn is_of(&self, study: &str) -> bool {
        self.study.as_deref().is_none_or(|own| own == study)
    }

    /// Whether this event is in the file, too: it came before, or is the one. A study that was begun
    /// anew under the old name has the same numbers at other times.
    pub(crate) fn covers(&self, event: &Event) -> bool {
        self.is_of(&event.study) && event.seq <= self.seq && event.at_millis <= self.at_millis
    }

    /// Whether only the file itself can tell: after a clock went back, later events of a study have earlier times.
    pub(crate) fn may_cover(&self, event: &Event) -> bool {
        self.is_of(&event.study) && event.seq <= self.seq && !self.covers(event)
    }

    /// Whether it is this event.
    pub(crate) fn is(&self, event: &Event) -> bool {
        self.is_of(&event.study) && (event.seq, event.at_millis) == (self.seq, self.at_millis)
    }

    /// The same for who delivers events.
    pub(crate) fn kept(&self) -> Kept {
        Kept::Until {
            seq: self.seq,
            at_millis: self.at_millis,
        }
    }
}
