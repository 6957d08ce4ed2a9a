//! A study that is dropped while it runs leaves nothing behind.

use std::{sync::Mutex, time::Duration};

use crate::support::{Random, Seen, space};
use tokio::sync::oneshot;
use tuning_core::{Entry, Event, Journal, JournalError, Observer, ObserverError, Seq};
use tuning_runtime::{Delivery, MemoryJournal, Study, asynchronous};

#[tokio::test]
async fn a_running_study_that_is_dropped_lets_go_of_its_journal_and_its_observers() {
    /// Says when it is dropped.
    struct Held<T>(T, Option<oneshot::Sender<()>>);
    impl<T> Drop for Held<T> {
        fn drop(&mut self) {
            let _ = self.1.take().map(|gone| gone.send(()));
        }
    }
    #[async_trait::async_trait]
    impl Journal for Held<MemoryJournal> {
        async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
            self.0.append(after, entries).await
        }
        async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
            self.0.read(after, limit).await
        }
        async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
            self.0.cursor(observer).await
        }
        async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
            self.0.set_cursor(observer, at).await
        }
    }
    #[async_trait::async_trait]
    impl Observer for Held<Seen> {
        async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
            self.0.observe(event).await
        }
    }
    let (held, journal_gone) = oneshot::channel();
    let (first, first_gone) = oneshot::channel();
    let (second, second_gone) = oneshot::channel();
    let seen = Seen::default();
    let (started, start) = oneshot::channel();
    let started = Mutex::new(Some(started));
    let mut study = Study::builder("dropped", space())
        .minimize("loss")
        .strategy(Random)
        .journal(Held(MemoryJournal::new(), Some(held)))
        .observe(Held(seen.clone(), Some(first)), Delivery::lossless())
        .observe(Held(seen.clone(), Some(second)), Delivery::durable())
        .open()
        .await
        .unwrap();
    let objective = asynchronous(move |_| {
        let _ = started
            .lock()
            .unwrap()
            .take()
            .map(|started| started.send(()));
        std::future::pending::<f64>()
    });
    tokio::select! {
        ended = study.run(objective) => panic!("it ended: {ended:?}"),
        began = start => began.unwrap(),
    }
    drop(study);
    for gone in [journal_gone, first_gone, second_gone] {
        let gone = tokio::time::timeout(Duration::from_secs(30), gone).await;
        gone.expect("it is not held any more").unwrap();
    }
}
