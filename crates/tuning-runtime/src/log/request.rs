//! [`Request`]: what the log's task is asked to do.

use std::sync::Arc;

use tokio::sync::oneshot;
use tuning_core::{Entry, Event, JournalError, ObserverStatus, Seq};

/// What the log's task is asked to do.
#[derive(Debug)]
pub(super) enum Request {
    Append(Vec<Entry>),
    Read(Seq, oneshot::Sender<Result<Vec<Arc<Event>>, JournalError>>),
    Cursor(String, oneshot::Sender<Result<Option<Seq>, JournalError>>),
    SetCursor(String, Seq, oneshot::Sender<Result<(), JournalError>>),
    SetObserverStatus(Box<ObserverStatus>),
    Head(oneshot::Sender<Result<Seq, JournalError>>),
    Committed(oneshot::Sender<bool>),
    Close,
}

/// The error of a request to a log whose task has ended.
pub(super) fn gone() -> JournalError {
    JournalError::Unavailable {
        message: "the study has ended".to_owned(),
        source: None,
    }
}
