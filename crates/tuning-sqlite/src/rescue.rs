//! [`rescue`]: what a process still holds of a database whose files are gone, saved as a new one.

use std::path::{Path, PathBuf};

use tuning_core::{JournalError, Seq};

use crate::{error, row::Row, schema, store::Store, sums::Sums, watch::Gone};

/// Saves all of a database whose files were taken away, and `rows` behind `after`, which were about to be written, in a new
/// file beside it. Returns the error that says so: the study must not continue where it will not be looked for.
///
/// Nothing is written to the old files: another process may have opened them under another name by now.
pub(crate) fn rescue(store: &Store, gone: &Gone, after: Seq, rows: &[Row]) -> JournalError {
    let (connection, path, study) = store.parts();
    // Closing it must not write either.
    schema::keep_wal(connection);
    let target = free_name(path);
    let saved = connection
        .execute("VACUUM INTO ?1", [target.to_string_lossy()])
        .map_err(|error| error::sqlite(&target, "save the study in", error))
        .and_then(|_| {
            let mut copy = Store::open(target.clone(), study.to_owned())?;
            let head = copy.append(after, rows)?;
            drop(copy);
            // Its next writer makes them again, under whatever name it has by then.
            let _ = Sums::of(&target, study).remove();
            Ok(head)
        });
    match saved {
        Ok(head) => {
            let (from, to) = (target.display(), path.display());
            error::refused(format!(
                "{gone}: all {head} entries are saved in `{from}`; to resume from them, end every other process that uses \
                 `{to}`, remove what is left of it, its `-wal` and its `-shm`, and rename `{from}` to `{to}`"
            ))
        }
        Err(error) => error::refused(format!(
            "{gone}, and what was in it cannot be saved: {error}"
        )),
    }
}

/// `study.rescued.db` for `study.db`, or the first such name with a number that is free.
fn free_name(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(folder) if folder.is_dir() => folder.to_owned(),
        _ => std::env::temp_dir(),
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let name = |mark: String| folder.join(format!("{stem}.{mark}.{extension}"));
    let first = name("rescued".to_owned());
    let numbered = (2_u64..).map(|n| name(format!("rescued-{n}")));
    std::iter::once(first)
        .chain(numbered)
        .find(|path| !path.exists())
        .expect("there are more numbers than files")
}
