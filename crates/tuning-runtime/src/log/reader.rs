//! [`LogReader`]: the end of the log that observers hold.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tuning_core::{Event, JournalError, ObserverStatus, Seq};

use super::request::{Request, gone};

/// Reads what is committed, and stores how far an observer has come. It keeps no log alive whose study is
/// gone.
#[derive(Clone, Debug)]
pub(crate) struct LogReader {
    requests: mpsc::WeakSender<Request>,
    head: watch::Receiver<Seq>,
}

impl LogReader {
    pub(super) fn new(requests: mpsc::WeakSender<Request>, head: watch::Receiver<Seq>) -> Self {
        Self { requests, head }
    }

    pub(crate) async fn read(&self, after: Seq) -> Result<Vec<Arc<Event>>, JournalError> {
        self.ask(|reply| Request::Read(after, reply)).await
    }

    pub(crate) async fn cursor(&self, observer: &str) -> Result<Option<Seq>, JournalError> {
        self.ask(|reply| Request::Cursor(observer.to_owned(), reply))
            .await
    }

    pub(crate) async fn set_cursor(&self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.ask(|reply| Request::SetCursor(observer.to_owned(), at, reply))
            .await
    }

    /// Stores the status of an observer, unless there is much else to do. It never waits: the log may be
    /// waiting for this very observer.
    pub(crate) fn try_set_observer_status(&self, status: ObserverStatus) -> bool {
        let request = Request::SetObserverStatus(Box::new(status));
        let requests = self.requests.upgrade();
        requests.is_some_and(|requests| requests.try_send(request).is_ok())
    }

    /// Resolves when there is something behind `after`, or never will be.
    pub(crate) async fn grown(&self, after: Seq) {
        // An error means that the writer is gone: the next read says so.
        let _ = self.head.clone().wait_for(|head| *head > after).await;
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, JournalError>>) -> Request,
    ) -> Result<T, JournalError> {
        let (reply, answer) = oneshot::channel();
        let requests = self.requests.upgrade().ok_or_else(gone)?;
        let sent = requests.send(request(reply)).await;
        drop(requests);
        sent.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
