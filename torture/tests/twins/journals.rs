//! Twins of journals and their readers.

use std::future::pending;

use async_trait::async_trait;
use torture::{Focus, Invariant, Seams};
use tuning_core::{
    Entry, EventKind, Fact, Journal, JournalError, JournalReader, ObserverStatus, Outcome, Seq,
    Values,
};

use super::breaks;

/// Answers an append before it is kept, and keeps it with the next call: a death in between forgets it.
struct AnswersFirst {
    inner: Box<dyn Journal>,
    late: Option<(Seq, Vec<Entry>)>,
}

impl AnswersFirst {
    async fn keep(&mut self) -> Result<(), JournalError> {
        if let Some((after, entries)) = self.late.take() {
            self.inner.append(after, &entries).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Journal for AnswersFirst {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        self.keep().await?;
        self.late = Some((after, entries.to_vec()));
        Ok(after.plus(entries.len() as u64))
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.keep().await?;
        self.inner.read(after, limit).await
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        self.keep().await?;
        self.inner.cursor(observer).await
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.keep().await?;
        self.inner.set_cursor(observer, at).await
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        self.keep().await?;
        self.inner.set_observer_status(status).await
    }
}

/// Never answers its third append.
struct Hangs {
    inner: Box<dyn Journal>,
    appends: u32,
}

#[async_trait]
impl Journal for Hangs {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        self.appends += 1;
        match self.appends {
            3 => pending().await,
            _ => self.inner.append(after, entries).await,
        }
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.read(after, limit).await
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        self.inner.cursor(observer).await
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.inner.set_cursor(observer, at).await
    }
}

/// A study whose journal is a twin.
struct With(fn(Box<dyn Journal>) -> Box<dyn Journal>);

impl Seams for With {
    fn journal(&self, journal: Box<dyn Journal>) -> Box<dyn Journal> {
        self.0(journal)
    }
}

#[test]
fn a_journal_that_answers_before_it_keeps_breaks_what_was_acknowledged() {
    breaks(Invariant::Acknowledged, Focus::Deaths, |_| {
        Box::new(With(|inner| Box::new(AnswersFirst { inner, late: None })))
    });
}

#[test]
fn a_journal_that_never_answers_is_no_study_that_ends() {
    breaks(Invariant::Alive, Focus::AsFinished, |_| {
        Box::new(With(|inner| Box::new(Hangs { inner, appends: 0 })))
    });
}

/// A reader that changes what it read.
struct Reads {
    inner: Box<dyn JournalReader>,
    change: fn(&mut Vec<Entry>),
    /// All that it makes of the log.
    all: Option<Vec<Entry>>,
}

#[async_trait]
impl JournalReader for Reads {
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        if self.all.is_none() {
            let mut all = self.inner.read(Seq::ZERO, usize::MAX).await?;
            (self.change)(&mut all);
            self.all = Some(all);
        }
        let all = self.all.iter().flatten();
        let page = all.skip(after.get() as usize).take(limit);
        Ok(page.cloned().collect())
    }

    async fn head(&mut self) -> Result<Seq, JournalError> {
        self.inner.head().await
    }
}

/// A study whose reader is a twin.
struct Read(fn(&mut Vec<Entry>));

impl Seams for Read {
    fn reader(&self, inner: Box<dyn JournalReader>) -> Box<dyn JournalReader> {
        let change = self.0;
        Box::new(Reads {
            inner,
            change,
            all: None,
        })
    }
}

fn place(entries: &[Entry], is: impl Fn(&Fact) -> bool) -> Option<usize> {
    entries
        .iter()
        .position(|entry| matches!(&entry.kind, EventKind::Fact(fact) if is(fact)))
}

#[test]
fn a_reader_that_skips_a_trial_breaks_the_numbers() {
    breaks(Invariant::Ids, Focus::AsFinished, |_| {
        Box::new(Read(|entries| {
            if let Some(at) = place(entries, |fact| matches!(fact, Fact::Started(_))) {
                entries.remove(at);
            }
        }))
    });
}

#[test]
fn a_reader_that_repeats_a_trial_breaks_the_numbers() {
    breaks(Invariant::Ids, Focus::AsFinished, |_| {
        Box::new(Read(|entries| {
            if let Some(at) = place(entries, |fact| matches!(fact, Fact::Ended(_))) {
                entries.insert(at, entries[at].clone());
            }
        }))
    });
}

#[test]
fn an_export_that_differs_by_one_bit_is_not_as_proposed() {
    breaks(Invariant::AsProposed, Focus::InLine, |_| {
        Box::new(Read(|entries| {
            let completed = |fact: &Fact| matches!(fact, Fact::Ended(ended) if matches!(ended.outcome, Outcome::Completed(_)));
            let Some(at) = place(entries, completed) else {
                return;
            };
            if let EventKind::Fact(Fact::Ended(ended)) = &mut entries[at].kind
                && let Outcome::Completed(values) = &ended.outcome
            {
                let mut values = values.as_slice().to_vec();
                values[0] = f64::from_bits(values[0].to_bits() ^ 1);
                let values = Values::new(values).expect("the last bit makes none infinite");
                ended.outcome = Outcome::Completed(values);
            }
        }))
    });
}
