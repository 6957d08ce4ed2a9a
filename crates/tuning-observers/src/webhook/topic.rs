//! [`Topic`]: what a webhook tells about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tuning_core::{Event, EventKind, Fact, Outcome};

use crate::watched::Watched;

/// What a [`Webhook`](super::Webhook) tells about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// The study was created.
    StudyCreated,
    /// A session began.
    StudyStarted,
    /// A session ended, for whatever reason.
    StudyEnded,
    /// A trial was started.
    TrialStarted,
    /// A trial reported intermediate values.
    TrialReported,
    /// A trial was paused.
    TrialPaused,
    /// A paused trial is resumed.
    TrialResumed,
    /// An attempt at a trial failed and is repeated.
    TrialRetried,
    /// A trial ended, in whatever way.
    TrialEnded,
    /// A trial failed for good.
    TrialFailed,
    /// A trial completed and is better than all others; with several objectives, none is better than it.
    NewBest,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::StudyCreated,
        Self::StudyStarted,
        Self::StudyEnded,
        Self::TrialStarted,
        Self::TrialReported,
        Self::TrialPaused,
        Self::TrialResumed,
        Self::TrialRetried,
        Self::TrialEnded,
        Self::TrialFailed,
        Self::NewBest,
    ];

    /// The topic as one snake_case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StudyCreated => "study_created",
            Self::StudyStarted => "study_started",
            Self::StudyEnded => "study_ended",
            Self::TrialStarted => "trial_started",
            Self::TrialReported => "trial_reported",
            Self::TrialPaused => "trial_paused",
            Self::TrialResumed => "trial_resumed",
            Self::TrialRetried => "trial_retried",
            Self::TrialEnded => "trial_ended",
            Self::TrialFailed => "trial_failed",
            Self::NewBest => "new_best",
        }
    }

    /// Whether the event, the last one applied, belongs to it.
    pub(super) fn holds(self, event: &Event, watched: &Watched) -> bool {
        match (self, &event.kind) {
            (Self::StudyCreated, EventKind::Created(_))
            | (Self::StudyStarted, EventKind::Opened(_))
            | (Self::StudyEnded, EventKind::Closed(_))
            | (Self::TrialRetried, EventKind::Retried(_))
            | (Self::TrialStarted, EventKind::Fact(Fact::Started(_)))
            | (Self::TrialReported, EventKind::Fact(Fact::Reported(_)))
            | (Self::TrialPaused, EventKind::Fact(Fact::Paused(_)))
            | (Self::TrialResumed, EventKind::Fact(Fact::Resumed(_)))
            | (Self::TrialEnded, EventKind::Fact(Fact::Ended(_))) => true,
            (Self::TrialFailed, EventKind::Fact(Fact::Ended(ended))) => {
                matches!(ended.outcome, Outcome::Failed(_))
            }
            (Self::NewBest, _) => watched.is_new_best(event),
            _ => false,
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, UnknownTopic> {
        let found = Self::ALL.iter().find(|topic| topic.as_str() == text);
        found.copied().ok_or_else(|| UnknownTopic {
            name: text.to_owned(),
        })
    }
}

/// There is no topic of this name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no topic `{name}`, but {}", listed())]
pub struct UnknownTopic {
    /// The name.
    pub name: String,
}

fn listed() -> String {
    let names = Topic::ALL.map(|topic| format!("`{topic}`"));
    names.join(", ")
}
