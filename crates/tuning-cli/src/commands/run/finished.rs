//! Whether a study has ended already, so that running it again would do nothing.

use tuning_core::{Budget, Closed, EndReason, EventKind, JournalError, Opened, Progress, Seq};
use tuning_file::StudyFile;
use tuning_sqlite::SqliteReader;

/// How many entries are read at once, from the end.
const PAGE: u64 = 256;

/// Says why the study has ended, if it has and this budget does not let it go on.
pub(super) fn finished(
    file: &StudyFile,
    progress: &Progress,
) -> Result<Option<EndReason>, JournalError> {
    let reader = SqliteReader::open(&file.journal)?;
    let head = reader.study(Some(&file.name))?.head.get();
    let Some(closed) = last_closed(&reader, &file.name, head)? else {
        return Ok(None);
    };
    if closed.reason == EndReason::Stopped || progress.counts().running > 0 {
        return Ok(None);
    }
    let Some(opened) = last_opened(&reader, &file.name, head)? else {
        return Ok(None);
    };
    Ok(still_over(closed.reason, &opened.budget, &file.budget, progress).then_some(closed.reason))
}

/// Whether what ended the study ends it under the new budget, too.
fn still_over(reason: EndReason, old: &Budget, new: &Budget, progress: &Progress) -> bool {
    match reason {
        EndReason::Trials => new
            .trials
            .is_some_and(|trials| trials <= progress.counts().started),
        EndReason::Time => new
            .time
            .is_some_and(|time| time.as_millis() <= progress.elapsed_millis().into()),
        EndReason::Target => new.target == old.target,
        EndReason::NoImprovement => match (old.no_improvement, new.no_improvement) {
            (Some(old), Some(new)) => new <= old,
            _ => false,
        },
        EndReason::Resource => match (old.resource, new.resource) {
            (Some(old), Some(new)) => new <= old,
            _ => false,
        },
        EndReason::Cost => match (&old.cost, &new.cost) {
            (Some(old), Some(new)) => old.metric == new.metric && new.limit <= old.limit,
            _ => false,
        },
        // The strategy is the same, or the study could not be opened. One that counts on the budget
        // (a ladder of fidelities) may have more to say under another one.
        EndReason::Exhausted => old == new,
        _ => false,
    }
}

fn last_closed(
    reader: &SqliteReader,
    study: &str,
    head: u64,
) -> Result<Option<Closed>, JournalError> {
    let last = reader
        .read(study, Seq::new(head.saturating_sub(1)), 1)?
        .pop();
    Ok(match last.map(|entry| entry.kind) {
        Some(EventKind::Closed(closed)) => Some(closed),
        _ => None,
    })
}

fn last_opened(
    reader: &SqliteReader,
    study: &str,
    head: u64,
) -> Result<Option<Opened>, JournalError> {
    let mut end = head;
    while end > 0 {
        let start = end.saturating_sub(PAGE);
        let entries = reader.read(study, Seq::new(start), (end - start) as usize)?;
        let opened = entries
            .into_iter()
            .rev()
            .find_map(|entry| match entry.kind {
                EventKind::Opened(opened) => Some(*opened),
                _ => None,
            });
        if opened.is_some() {
            return Ok(opened);
        }
        end = start;
    }
    Ok(None)
}
