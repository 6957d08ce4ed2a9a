//! The laws of readers: what [`JournalReader`]s see beside the one who writes.

use tuning_core::{
    Entry, EventKind, Journal, JournalError, JournalReader, Objectives, ObserverStatus, Parameter,
    Seq, Space, Spec, StudySpec,
};

use super::store::{Looked, Store, append, broken, equal, holds};
use crate::{
    entries::{entries, plain},
    report::Finding,
};

/// Opens a reader of the study of this name.
pub(super) type OpenReader<'a> = dyn FnMut(&str) -> Result<Box<dyn JournalReader>, String> + 'a;

/// A journal of a study that has begun, with its name and what was written.
struct Begun<J> {
    name: String,
    journal: J,
    log: Vec<Entry>,
}

async fn begun<J: Journal>(store: &mut Store<'_, J>) -> Result<Begun<J>, Finding> {
    let (_, log) = study()?;
    let (name, mut journal) = store.fresh()?;
    append(&mut journal, 0, &log).await?;
    Ok(Begun { name, journal, log })
}

/// A log that begins as that of a study does.
fn study() -> Result<(StudySpec, Vec<Entry>), Finding> {
    let failed = |error: &dyn std::error::Error| broken(error.to_string());
    let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log()]).map_err(|e| failed(&e))?;
    let objectives = Objectives::minimize("loss").map_err(|e| failed(&e))?;
    let spec = StudySpec::new(space, objectives, Spec::new("random"));
    let created = Entry::new(7, EventKind::Created(Box::new(spec.clone())));
    let mut log = vec![created];
    log.extend(plain(5, 1));
    Ok((spec, log))
}

pub(super) async fn reads<J: Journal>(
    store: &mut Store<'_, J>,
    open: &mut OpenReader<'_>,
) -> Looked {
    let Begun {
        name,
        mut journal,
        mut log,
    } = begun(store).await?;
    let mut reader = opened(open, &name)?;
    for (round, batch) in entries().chunks(17).enumerate() {
        append(&mut journal, log.len() as u64, batch).await?;
        log.extend_from_slice(batch);
        let found = read(&mut *reader, 0, usize::MAX).await?;
        equal(&log, &found, &format!("read after append {}", round + 2))?;
    }
    for after in [0, 1, 6, log.len() - 1, log.len(), log.len() + 3] {
        for limit in [1, 3, 1000] {
            let rest = log.get(after..).unwrap_or_default();
            let expected = &rest[..rest.len().min(limit)];
            let found = read(&mut *reader, after as u64, limit).await?;
            let when = format!(
                "a reader of up to {limit} entries behind {after} of {}",
                log.len()
            );
            equal(expected, &found, &when)?;
        }
    }
    let found = read(&mut *opened(open, &name)?, 0, usize::MAX).await?;
    equal(&log, &found, "read by a reader that was opened late")
}

pub(super) async fn head<J: Journal>(
    store: &mut Store<'_, J>,
    open: &mut OpenReader<'_>,
) -> Looked {
    let Begun {
        name,
        mut journal,
        log,
    } = begun(store).await?;
    let mut reader = opened(open, &name)?;
    let mut head = log.len() as u64;
    for n in [0, 1, 3] {
        if n > 0 {
            append(&mut journal, head, &plain(n, head)).await?;
            head += n as u64;
        }
        let told = reader.head().await;
        let told = told.map_err(|error| broken(format!("its head cannot be read: {error}")))?;
        if told.get() != head {
            return Err(broken(format!(
                "the head that the reader tells is {told} instead of {head}"
            )));
        }
    }
    Ok(())
}

pub(super) async fn leaves_no_trace<J: Journal>(
    store: &mut Store<'_, J>,
    open: &mut OpenReader<'_>,
) -> Looked {
    let Begun {
        name,
        mut journal,
        mut log,
    } = begun(store).await?;
    let cursor = Seq::new(2);
    // One that keeps no cursors has none to change.
    let keeps_cursors = journal.set_cursor("mail", cursor).await.is_ok();
    let mut readers = vec![opened(open, &name)?, opened(open, &name)?];
    for round in 0..4 {
        for reader in &mut readers {
            read(&mut **reader, 0, 3).await?;
        }
        let new = plain(2, round);
        append(&mut journal, log.len() as u64, &new).await?;
        log.extend(new);
        for reader in &mut readers {
            read(&mut **reader, 0, usize::MAX).await?;
        }
        if round == 1 {
            readers.pop();
            readers.push(opened(open, &name)?);
        }
        holds(&mut journal, &log, "in the journal, after it was read").await?;
    }
    if keeps_cursors {
        let found = journal.cursor("mail").await.ok().flatten();
        if found != Some(cursor) {
            return Err(broken(format!(
                "after readers have read, a cursor is {found:?} instead of {cursor}"
            )));
        }
    }
    Ok(())
}

pub(super) async fn statuses<J: Journal>(
    store: &mut Store<'_, J>,
    open: &mut OpenReader<'_>,
) -> Looked {
    let Begun {
        name, mut journal, ..
    } = begun(store).await?;
    let mut reader = opened(open, &name)?;
    let mut stored: Vec<ObserverStatus> = Vec::new();
    for (observer, delivered) in [("webhook", 1), ("log", 2), ("webhook", 3)] {
        let mut status = ObserverStatus::new(observer, "durable");
        status.delivered = delivered;
        match journal.set_observer_status(&status).await {
            Ok(()) => {}
            Err(JournalError::Unsupported(_)) => {
                return Err(Finding::Skipped("it keeps no statuses".to_owned()));
            }
            Err(error) => return Err(broken(format!("a status cannot be stored: {error}"))),
        }
        stored.retain(|other| other.observer != observer);
        stored.push(status);
        stored.sort_by(|a, b| a.observer.cmp(&b.observer));
        let found = reader.observer_statuses().await;
        let found = found.map_err(|error| broken(format!("statuses cannot be read: {error}")))?;
        if found != stored {
            return Err(broken(format!(
                "the reader tells other statuses than were stored:\nstored {stored:?}\nread   {found:?}"
            )));
        }
    }
    Ok(())
}

pub(super) async fn spec<J: Journal>(
    store: &mut Store<'_, J>,
    open: &mut OpenReader<'_>,
) -> Looked {
    let (name, mut journal) = store.fresh()?;
    // A study that has not begun may be refused when it is opened, or when it is read.
    if let Ok(mut early) = open(&name)
        && early.spec().await.is_ok()
    {
        return Err(broken(
            "it tells the identity of a study that has not begun",
        ));
    }
    let (spec, log) = study()?;
    append(&mut journal, 0, &log).await?;
    match opened(open, &name)?.spec().await {
        Ok(found) if found == spec => Ok(()),
        Ok(found) => Err(broken(format!(
            "the identity differs:\nstored {spec:?}\nread   {found:?}"
        ))),
        Err(error) => Err(broken(format!("the identity cannot be read: {error}"))),
    }
}

fn opened(open: &mut OpenReader<'_>, name: &str) -> Result<Box<dyn JournalReader>, Finding> {
    open(name).map_err(|error| {
        broken(format!(
            "a reader of `{name}` cannot be opened beside the writer: {error}"
        ))
    })
}

async fn read(
    reader: &mut dyn JournalReader,
    after: u64,
    limit: usize,
) -> Result<Vec<Entry>, Finding> {
    reader.read(Seq::new(after), limit).await.map_err(|error| {
        broken(format!(
            "a reader cannot read up to {limit} entries behind {after}: {error}"
        ))
    })
}
