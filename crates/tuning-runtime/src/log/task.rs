//! [`Log`]: the task that owns the journal. It commits in groups, publishes what is durable, and keeps what
//! observers leave in the journal: cursors and statuses.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, watch};
use tuning_core::{Entry, Event, Journal, JournalError, Seq};

use super::{reader::LogReader, request::Request, writer::LogWriter};

/// How many entries are committed at once, at most.
const GROUP: usize = 4096;
/// How many events a durable observer reads at once.
const PAGE: usize = 256;

/// Gives committed events to observers; the log waits for it.
type Publish = Box<dyn Fn(Vec<Arc<Event>>) -> BoxFuture<'static, ()> + Send + Sync>;

/// Who learns what becomes of entries.
pub(crate) struct Listeners {
    /// Gets the events of each group once they are durable.
    pub(crate) publish: Publish,
    /// Learns that the journal has failed, once: nothing is written after that.
    pub(crate) fail: Box<dyn Fn() + Send + Sync>,
}

/// The channel between the log's users and its task.
pub(crate) struct Log {
    requests: mpsc::Sender<Request>,
    inbox: mpsc::Receiver<Request>,
    head: watch::Sender<Seq>,
}

impl Log {
    pub(crate) fn new(head: Seq) -> Self {
        let (requests, inbox) = mpsc::channel(1024);
        Self {
            requests,
            inbox,
            head: watch::Sender::new(head),
        }
    }

    pub(crate) fn writer(&self) -> LogWriter {
        LogWriter::new(self.requests.clone())
    }

    pub(crate) fn reader(&self) -> LogReader {
        LogReader::new(self.requests.downgrade(), self.head.subscribe())
    }

    /// Serves until it is closed, or its writers are gone; returns the journal and its head.
    pub(crate) async fn serve(
        self,
        study: Arc<str>,
        mut journal: Box<dyn Journal>,
        listeners: Listeners,
    ) -> (Box<dyn Journal>, Seq) {
        let Self {
            requests,
            mut inbox,
            head,
        } = self;
        drop(requests);
        let Listeners { publish, fail } = listeners;
        let mut failed = None;
        let mut page = Page::default();
        while let Some(request) = inbox.recv().await {
            let mut next = Some(request);
            let mut group = Vec::new();
            // Entries that have gathered while the last ones were on their way go together.
            while let Some(Request::Append(entries)) = next {
                group.extend(entries);
                next = match group.len() {
                    GROUP.. => None,
                    _ => inbox.try_recv().ok(),
                };
            }
            // After a failure nothing more is written: what follows rests on what was lost.
            if !group.is_empty() && failed.is_none() {
                match commit(&head, &study, &mut *journal, group).await {
                    Ok(events) => publish(events).await,
                    Err(error) => {
                        failed = Some(error);
                        fail();
                    }
                }
            }
            match next {
                Some(Request::Close) => break,
                Some(Request::Head(reply)) => {
                    let head = *head.borrow();
                    let _ = reply.send(failed.take().map_or(Ok(head), Err));
                }
                Some(Request::Committed(reply)) => drop(reply.send(failed.is_none())),
                Some(Request::Read(after, reply)) => {
                    let events = page.read(&study, &mut *journal, after).await;
                    let _ = reply.send(events);
                }
                Some(request) => answer(&mut *journal, request).await,
                None => {}
            }
        }
        let head = *head.borrow();
        (journal, head)
    }
}

async fn commit(
    head: &watch::Sender<Seq>,
    study: &Arc<str>,
    journal: &mut dyn Journal,
    entries: Vec<Entry>,
) -> Result<Vec<Arc<Event>>, JournalError> {
    let before = *head.borrow();
    head.send_replace(journal.append(before, &entries).await?);
    Ok(number(study, before, entries))
}

/// The page that was read last. Observers that catch up side by side read the same ones.
#[derive(Default)]
struct Page {
    after: Seq,
    events: Vec<Arc<Event>>,
}

impl Page {
    async fn read(
        &mut self,
        study: &Arc<str>,
        journal: &mut dyn Journal,
        after: Seq,
    ) -> Result<Vec<Arc<Event>>, JournalError> {
        // One that is not full may have grown.
        if self.after != after || self.events.len() < PAGE {
            let entries = journal.read(after, PAGE).await?;
            self.events = number(study, after, entries);
            self.after = after;
        }
        Ok(self.events.clone())
    }
}

async fn answer(journal: &mut dyn Journal, request: Request) {
    // The receiver of an answer may be gone by now.
    match request {
        Request::Cursor(observer, reply) => {
            let _ = reply.send(journal.cursor(&observer).await);
        }
        Request::SetCursor(observer, at, reply) => {
            let _ = reply.send(journal.set_cursor(&observer, at).await);
        }
        // A convenience for people: a journal that keeps none, or fails to, does its work all the same.
        Request::SetObserverStatus(status) => drop(journal.set_observer_status(&status).await),
        Request::Append(_)
        | Request::Read(..)
        | Request::Head(_)
        | Request::Committed(_)
        | Request::Close => {}
    }
}

fn number(study: &Arc<str>, after: Seq, entries: Vec<Entry>) -> Vec<Arc<Event>> {
    (1..)
        .zip(entries)
        .map(|(n, entry)| {
            let seq = after.plus(n);
            Arc::new(Event::new(
                Arc::clone(study),
                seq,
                entry.at_millis,
                entry.kind,
            ))
        })
        .collect()
}
