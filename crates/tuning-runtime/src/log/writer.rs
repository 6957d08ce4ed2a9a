//! [`LogWriter`]: the end of the log that the owner of a study holds.

use tokio::sync::{mpsc, oneshot};
use tuning_core::{Entry, JournalError, ObserverStatus, Seq};

use super::request::{Request, gone};

/// Appends, with backpressure when the journal falls behind.
#[derive(Clone, Debug)]
pub(crate) struct LogWriter {
    requests: mpsc::Sender<Request>,
}

impl LogWriter {
    pub(super) fn new(requests: mpsc::Sender<Request>) -> Self {
        Self { requests }
    }

    /// Hands entries over. They are durable when an observer sees them; a failure is told to the
    /// listener of the log.
    pub(crate) async fn append(&self, entries: Vec<Entry>) {
        // The task is gone only after it failed, and then the listener has been told.
        let _ = self.requests.send(Request::Append(entries)).await;
    }

    /// Returns the head once everything before is committed and published.
    ///
    /// # Errors
    /// If anything before could not be committed.
    pub(crate) async fn head(&self) -> Result<Seq, JournalError> {
        let (reply, head) = oneshot::channel();
        let _ = self.requests.send(Request::Head(reply)).await;
        head.await.map_err(|_| gone())?
    }

    /// Returns, once everything before was tried, whether it is committed.
    pub(crate) async fn committed(&self) -> bool {
        let (reply, committed) = oneshot::channel();
        let _ = self.requests.send(Request::Committed(reply)).await;
        committed.await.unwrap_or(false)
    }

    /// Stores the status of an observer.
    pub(crate) async fn set_observer_status(&self, status: ObserverStatus) {
        let _ = self
            .requests
            .send(Request::SetObserverStatus(Box::new(status)))
            .await;
    }

    /// Ends the task once everything before is done.
    pub(crate) async fn close(&self) {
        let _ = self.requests.send(Request::Close).await;
    }
}
