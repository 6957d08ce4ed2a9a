//! [`Store`]: one study's rows. Plain blocking calls; the caller owns the connection.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension as _, ToSql, TransactionBehavior};
use tuning_core::{Entry, JournalError, ObserverStatus, Seq, StudySpec};

use crate::{
    error,
    read::{PAGE, find, head, read, rows, statuses},
    regular,
    rescue::rescue,
    row::{Row, from_sql, to_sql},
    schema,
    sums::{self, Sum, Sums},
    view,
    watch::Watch,
};

/// A connection that writes one study.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
    study: String,
    // None until the study's first entry.
    id: Option<i64>,
    // Whether a commit waits for the disk.
    synced: bool,
    sums: Sums,
    watch: Watch,
}

impl Store {
    /// Opens the file for this study.
    ///
    /// # Errors
    /// As [`schema::open_to_write`]; [`JournalError::Lost`] if entries are missing; or if the study's entries are of a
    /// newer version.
    pub(crate) fn open(path: PathBuf, study: String) -> Result<Self, JournalError> {
        regular::refuse_others(&sums::path(&path, &study))?;
        let mut sums = Sums::of(&path, &study);
        if !path.exists() {
            // A file that was removed takes its notes with it.
            sums.remove()
                .map_err(|error| error::file(&path, "begin anew", error))?;
        }
        let mut found = None;
        let connection = schema::open_to_write(&path, |connection, is_new| {
            let read = |error| error::sqlite(&path, "read", error);
            let mut last = Seq::ZERO;
            if !is_new && let Some((id, format)) = find(connection, &study).map_err(read)? {
                schema::check_study(&path, &study, format)?;
                last = head(connection, id).map_err(read)?;
                found = Some((id, last));
            }
            sums.check(&path, last)
        })?;
        let mut store = Self {
            watch: Watch::of(&path),
            connection,
            path,
            study,
            id: found.map(|(id, _)| id),
            synced: true,
            sums,
        };
        if let Some((_, head)) = found {
            store.note_until(head)?;
        }
        Ok(store)
    }

    /// Appends the rows behind `after`, all or none; durable when it returns.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] if the head is not `after`; others if SQLite fails.
    pub(crate) fn append(&mut self, after: Seq, rows: &[Row]) -> Result<Seq, JournalError> {
        if let Err(gone) = self.watch.check() {
            return Err(rescue(self, &gone, after, rows));
        }
        self.sync(true)?;
        let head = self.write(|transaction, study, id| {
            let head = match id {
                Some(id) => head(transaction, *id)?,
                None => Seq::ZERO,
            };
            if head != after {
                return Ok(Err(JournalError::Conflict { head }));
            }
            let Some(first) = rows.first() else {
                return Ok(Ok(head));
            };
            let id = match *id {
                Some(known) if after != Seq::ZERO => known,
                _ => *id.insert(begin(transaction, study, first.at_millis)?),
            };
            let mut insert = transaction.prepare_cached(
                "INSERT INTO events (study, seq, at_millis, known, kind, trial, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for (row, seq) in rows.iter().zip(after.get() + 1..) {
                let Row {
                    at_millis,
                    known,
                    kind,
                    trial,
                    body,
                } = row;
                insert.execute((id, to_sql(seq), at_millis, known, kind, trial, body))?;
            }
            let names = ["created", "amended"];
            if rows.iter().any(|row| names.contains(&row.kind)) {
                view::create(transaction)?;
            }
            Ok(Ok(after.plus(rows.len() as u64)))
        })?;
        self.note(after, rows)?;
        // Acknowledged only if it is where it will be looked for.
        match self.watch.check() {
            Ok(()) => Ok(head),
            Err(gone) => Err(rescue(self, &gone, head, &[])),
        }
    }

    /// Notes rows that are durable. A note that cannot be written now is written later.
    fn note(&mut self, after: Seq, rows: &[Row]) -> Result<(), JournalError> {
        self.note_until(after)?;
        if self.sums.count() == after.get() && !rows.is_empty() {
            let sums: Vec<Sum> = rows
                .iter()
                .zip(after.get() + 1..)
                .map(|(row, seq)| Sum::of(seq, row.raw()))
                .collect();
            // They are a second witness, and no reason to refuse what is durable.
            let _ = self.sums.append(after.get(), &sums);
        }
        Ok(())
    }

    /// Notes what a crash has left without a note.
    fn note_until(&mut self, head: Seq) -> Result<(), JournalError> {
        let Some(id) = self.id else {
            return Ok(());
        };
        while self.sums.count() < head.get() {
            let noted = Seq::new(self.sums.count());
            let mut sums = Vec::new();
            rows(&self.connection, id, noted, PAGE, |seq, row| {
                sums.push(Sum::of(seq.get(), row));
                Ok(())
            })
            .map_err(|error| error.named(&self.path))?;
            if sums.is_empty() || self.sums.append(noted.get(), &sums).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// The connection, its file and its study, for who saves what is in it.
    pub(crate) fn parts(&self) -> (&Connection, &std::path::Path, &str) {
        (&self.connection, &self.path, &self.study)
    }

    /// Reads up to `limit` entries behind `after`.
    ///
    /// # Errors
    /// As [`read`].
    pub(crate) fn read(&self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let mut entries = Vec::new();
        if let Some(id) = self.id {
            read(
                &self.connection,
                id,
                &self.sums,
                after,
                limit,
                |_, entry| {
                    entries.push(entry);
                },
            )
            .map_err(|error| error.named(&self.path))?;
        }
        Ok(entries)
    }

    /// Removes the study with all that belongs to it; returns whether no other one is left.
    ///
    /// # Errors
    /// If there is no such study, or SQLite fails.
    pub(crate) fn remove(mut self) -> Result<bool, JournalError> {
        self.sync(true)?;
        // The notes first: entries without them mean nothing, but they without entries that those are lost.
        self.sums
            .remove()
            .map_err(|error| error::file(&self.path, "remove the study from", error))?;
        let path = self.path.clone();
        self.write(|transaction, study, id| {
            let Some(known) = id.take() else {
                let message = format!("`{}` holds no study `{study}`", path.display());
                return Ok(Err(error::refused(message)));
            };
            for table in ["events", "cursors", "observers"] {
                let delete = format!("DELETE FROM {table} WHERE study = ?1");
                transaction.execute(&delete, [known])?;
            }
            transaction.execute("DELETE FROM studies WHERE id = ?1", [known])?;
            let others = "SELECT EXISTS (SELECT 1 FROM studies)";
            let has_others: bool = transaction.query_row(others, [], |row| row.get(0))?;
            if has_others {
                view::create(transaction)?;
            }
            Ok(Ok(!has_others))
        })
    }

    /// How far an observer has come.
    ///
    /// # Errors
    /// If SQLite fails.
    pub(crate) fn cursor(&self, observer: &str) -> Result<Option<Seq>, JournalError> {
        let Some(id) = self.id else {
            return Ok(None);
        };
        self.connection
            .prepare_cached("SELECT seq FROM cursors WHERE study = ?1 AND observer = ?2")
            .and_then(|mut select| {
                select
                    .query_row((id, observer), |row| row.get(0))
                    .optional()
            })
            .map(|seq| seq.map(from_sql).map(Seq::new))
            .map_err(|error| error::sqlite(&self.path, "read", error))
    }

    /// Stores how far an observer has come. It survives the process, and a power cut may undo it.
    ///
    /// # Errors
    /// If SQLite fails.
    pub(crate) fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.set(
            "INSERT INTO cursors (study, observer, seq) VALUES (?1, ?2, ?3) \
             ON CONFLICT (study, observer) DO UPDATE SET seq = excluded.seq",
            observer,
            to_sql(at.get()),
        )
    }

    /// The statuses of observers, in the order of their names.
    ///
    /// # Errors
    /// If SQLite fails.
    pub(crate) fn observer_statuses(&self) -> Result<Vec<ObserverStatus>, JournalError> {
        let statuses = self.id.map(|id| statuses(&self.connection, id));
        statuses
            .transpose()
            .map(Option::unwrap_or_default)
            .map_err(|error| error::sqlite(&self.path, "read", error))
    }

    /// Stores the status of an observer. It survives the process, and a power cut may undo it.
    ///
    /// # Errors
    /// If SQLite fails.
    pub(crate) fn set_observer_status(
        &mut self,
        observer: &str,
        status: &str,
    ) -> Result<(), JournalError> {
        self.set(
            "INSERT INTO observers (study, observer, body) VALUES (?1, ?2, ?3) \
             ON CONFLICT (study, observer) DO UPDATE SET body = excluded.body",
            observer,
            status,
        )
    }

    /// Stores one value of an observer, by a statement that takes the study, the observer and the value; the study
    /// begins here if there is nothing of it yet.
    fn set(
        &mut self,
        statement: &str,
        observer: &str,
        value: impl ToSql,
    ) -> Result<(), JournalError> {
        self.sync(false)?;
        self.write(|transaction, study, id| {
            let id = match *id {
                Some(id) => id,
                None => *id.insert(begin(transaction, study, 0)?),
            };
            transaction
                .prepare_cached(statement)?
                .execute((id, observer, value))?;
            Ok(Ok(()))
        })
    }

    /// Says whether the next commits wait for the disk. Those that do also make safe all before them.
    fn sync(&mut self, synced: bool) -> Result<(), JournalError> {
        if self.synced != synced {
            let level = if synced { "FULL" } else { "NORMAL" };
            self.connection
                .pragma_update(None, "synchronous", level)
                .map_err(|error| error::sqlite(&self.path, "set up", error))?;
            self.synced = synced;
        }
        Ok(())
    }

    /// Runs `work` in a transaction of its own: kept if it returns `Ok(Ok(_))`, undone otherwise.
    fn write<T>(
        &mut self,
        work: impl FnOnce(
            &Connection,
            &str,
            &mut Option<i64>,
        ) -> rusqlite::Result<Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        // Known only once it is committed.
        let mut id = self.id;
        let outcome = (|| {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            if id.is_none() {
                id = find(&transaction, &self.study)?.map(|(id, _)| id);
            }
            let outcome = work(&transaction, &self.study, &mut id)?;
            if outcome.is_ok() {
                transaction.commit()?;
            }
            Ok(outcome)
        })();
        let value = outcome.map_err(|error| error::sqlite(&self.path, "write to", error))??;
        self.id = id;
        Ok(value)
    }
}

/// Makes sure that the study has a row that says when its first entry was.
fn begin(connection: &Connection, study: &str, at_millis: i64) -> rusqlite::Result<i64> {
    connection.query_row(
        "INSERT INTO studies (name, created_at_millis, format) VALUES (?1, ?2, ?3) \
         ON CONFLICT (name) DO UPDATE SET created_at_millis = excluded.created_at_millis \
         RETURNING id",
        (study, at_millis, StudySpec::FORMAT),
        |row| row.get(0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_append_waits_for_the_disk_and_a_cursor_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.db");
        let mut store = Store::open(path, "digits".to_owned()).unwrap();
        let level = |store: &Store| {
            let pragma = "PRAGMA synchronous";
            let level = store
                .connection
                .query_row(pragma, [], |row| row.get::<_, i64>(0));
            level.unwrap()
        };
        const FULL: i64 = 2;
        assert_eq!(level(&store), FULL);
        for _ in 0..2 {
            store.set_cursor("mail", Seq::new(3)).unwrap();
            assert!(level(&store) < FULL);
            store.append(Seq::ZERO, &[]).unwrap();
            assert_eq!(level(&store), FULL);
            store.set_observer_status("mail", "{}").unwrap();
            assert!(level(&store) < FULL);
        }
    }

    #[test]
    fn a_full_disk_loses_nothing_that_was_acknowledged_and_continues_once_there_is_space() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.db");
        let mut store = Store::open(path.clone(), "digits".to_owned()).unwrap();
        let row = || Row {
            at_millis: 7,
            known: 0,
            kind: "started",
            trial: Some(1),
            body: "x".repeat(1000),
        };
        // SQLite's own limit: its error is the one of a full disk.
        let limit = |store: &Store, pages: i64| {
            let pragma = format!("PRAGMA max_page_count = {pages}");
            let set = store.connection.query_row(&pragma, [], |row| row.get(0));
            let _: i64 = set.unwrap();
        };
        limit(&store, 40);
        let mut acknowledged = Seq::ZERO;
        let error = loop {
            match store.append(acknowledged, &[row()]) {
                Ok(head) => acknowledged = head,
                Err(error) => break error.to_string(),
            }
        };
        assert!(
            error.contains("the disk is full: free some space"),
            "{error}"
        );
        assert!(acknowledged > Seq::new(5));
        limit(&store, 4000);
        let head = store.append(acknowledged, &[row(), row()]).unwrap();
        assert_eq!(head, acknowledged.plus(2));
        drop(store);
        let store = Store::open(path, "digits".to_owned()).unwrap();
        assert_eq!(store.sums.count(), head.get());
        let (id, _) = find(&store.connection, "digits").unwrap().unwrap();
        assert_eq!(super::head(&store.connection, id).unwrap(), head);
    }
}
