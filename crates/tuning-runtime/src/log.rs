//! The log's writer: one task that owns the journal. It commits in groups, and whatever is durable goes
//! to the bus. It also keeps what observers leave in the journal: cursors, and how they stand.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tuning_core::{Entry, Event, Journal, JournalError, Seq, Standing};

use crate::{bus::Bus, driver::Message};

/// How many entries are committed at once, at most.
const GROUP: usize = 4096;
/// How many events a durable observer reads at once.
const PAGE: usize = 256;

/// What the writer is asked to do.
#[derive(Debug)]
enum Request {
    Append(Vec<Entry>),
    Read(Seq, oneshot::Sender<Result<Vec<Arc<Event>>, JournalError>>),
    Cursor(String, oneshot::Sender<Result<Option<Seq>, JournalError>>),
    SetCursor(String, Seq, oneshot::Sender<Result<(), JournalError>>),
    SetStanding(Box<Standing>),
    Head(oneshot::Sender<Result<Seq, JournalError>>),
    Close,
}

/// The driver's end: appends, with backpressure when the journal falls behind.
#[derive(Clone, Debug)]
pub(crate) struct LogWriter {
    requests: mpsc::Sender<Request>,
}

impl LogWriter {
    /// Hands entries over. They are durable when an observer sees them; a failure reaches the
    /// driver's mailbox.
    pub(crate) async fn append(&self, entries: Vec<Entry>) {
        // The task is gone only after it failed, and then the driver has been told.
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

    /// Stores how an observer stands.
    pub(crate) async fn set_standing(&self, standing: Standing) {
        let _ = self
            .requests
            .send(Request::SetStanding(Box::new(standing)))
            .await;
    }

    /// Ends the task once everything before is done.
    pub(crate) async fn close(&self) {
        let _ = self.requests.send(Request::Close).await;
    }
}

/// An observer's end: reads what is committed, and keeps how far the observer has come. It keeps no log
/// alive whose study is gone.
#[derive(Clone, Debug)]
pub(crate) struct LogReader {
    requests: mpsc::WeakSender<Request>,
    head: watch::Receiver<Seq>,
}

impl LogReader {
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

    /// Stores how an observer stands, unless there is much else to do. It never waits: the log may be
    /// waiting for this very observer.
    pub(crate) fn try_set_standing(&self, standing: Standing) -> bool {
        let request = Request::SetStanding(Box::new(standing));
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

fn gone() -> JournalError {
    JournalError::Unavailable {
        message: "the study has ended".to_owned(),
        source: None,
    }
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
        LogWriter {
            requests: self.requests.clone(),
        }
    }

    pub(crate) fn reader(&self) -> LogReader {
        LogReader {
            requests: self.requests.downgrade(),
            head: self.head.subscribe(),
        }
    }

    /// Serves until it is closed, or its writers are gone; returns the journal and its head.
    pub(crate) async fn serve(
        self,
        study: Arc<str>,
        mut journal: Box<dyn Journal>,
        bus: Arc<Bus>,
        driver: mpsc::UnboundedSender<Message>,
    ) -> (Box<dyn Journal>, Seq) {
        let Self {
            requests,
            mut inbox,
            head,
        } = self;
        drop(requests);
        let mut failed = None;
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
                failed = commit(&head, &study, &mut *journal, group, &bus)
                    .await
                    .err();
                if failed.is_some() {
                    let _ = driver.send(Message::JournalFailed);
                }
            }
            match next {
                Some(Request::Close) => break,
                Some(Request::Head(reply)) => {
                    let head = *head.borrow();
                    let _ = reply.send(failed.take().map_or(Ok(head), Err));
                }
                Some(request) => answer(&study, &mut *journal, request).await,
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
    bus: &Bus,
) -> Result<(), JournalError> {
    let before = *head.borrow();
    head.send_replace(journal.append(before, &entries).await?);
    let events = number(study, before, entries);
    bus.publish(&events).await;
    Ok(())
}

async fn answer(study: &Arc<str>, journal: &mut dyn Journal, request: Request) {
    // Whoever asked may be gone by now.
    match request {
        Request::Read(after, reply) => {
            let entries = journal.read(after, PAGE).await;
            let _ = reply.send(entries.map(|entries| number(study, after, entries)));
        }
        Request::Cursor(observer, reply) => {
            let _ = reply.send(journal.cursor(&observer).await);
        }
        Request::SetCursor(observer, at, reply) => {
            let _ = reply.send(journal.set_cursor(&observer, at).await);
        }
        // A convenience for people: a journal that keeps none, or fails to, does its work all the same.
        Request::SetStanding(standing) => drop(journal.set_standing(&standing).await),
        Request::Append(_) | Request::Head(_) | Request::Close => {}
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
