//! Reading a study's rows from an open database, for its writer as for readers.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};
use tuning_core::{Entry, JournalError, ObserverStatus, Seq};

use crate::{
    error,
    row::{self, RawRow, from_sql, to_sql},
    sums::{Sum, Sums},
};

/// How many entries are read at once.
pub(crate) const PAGE: usize = 4096;

/// The id and the format of the study of this name.
pub(crate) fn find(connection: &Connection, study: &str) -> rusqlite::Result<Option<(i64, i64)>> {
    connection
        .query_row(
            "SELECT id, format FROM studies WHERE name = ?1",
            [study],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
}

/// The statuses of a study's observers, in the order of their names; one that cannot be understood, since
/// a newer version wrote it, is passed over.
pub(crate) fn statuses(connection: &Connection, id: i64) -> rusqlite::Result<Vec<ObserverStatus>> {
    let mut select = connection
        .prepare_cached("SELECT body FROM observers WHERE study = ?1 ORDER BY observer")?;
    let mut rows = select.query([id])?;
    let mut statuses = Vec::new();
    while let Some(row) = rows.next()? {
        statuses.extend(serde_json::from_str::<ObserverStatus>(
            row.get_ref(0)?.as_str()?,
        ));
    }
    Ok(statuses)
}

/// The number of the study's last entry.
pub(crate) fn head(connection: &Connection, id: i64) -> rusqlite::Result<Seq> {
    connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM events WHERE study = ?1")?
        .query_row([id], |row| row.get(0))
        .map(|seq| Seq::new(from_sql(seq)))
}

/// Hands up to `limit` entries behind `after` to `take`, in order.
///
/// # Errors
/// If SQLite fails, an entry is missing, is not the one that was noted, or cannot be understood.
pub(crate) fn read(
    connection: &Connection,
    id: i64,
    sums: &Sums,
    after: Seq,
    limit: usize,
    mut take: impl FnMut(Seq, Entry),
) -> Result<(), ReadError> {
    // Read page by page, since a limit may be without bounds and the notes are not to be in memory all at once.
    let mut noted = Vec::new().into_iter();
    rows(connection, id, after, limit, |seq, row| {
        if noted.len() == 0 {
            noted = sums.page(seq.get() - 1, PAGE.min(limit)).into_iter();
        }
        if noted
            .next()
            .is_some_and(|noted| !noted.is_met_by(Sum::of(seq.get(), row)))
        {
            return Err(JournalError::Corrupt {
                seq,
                message: "it is not what was written, by its checksum: restore a copy of the file, or save what is intact"
                    .into(),
            });
        }
        take(seq, row::decode(seq, row)?);
        Ok(())
    })
}

/// Hands up to `limit` rows behind `after` to `take`, in order.
///
/// # Errors
/// If SQLite fails or a row is missing; and those of `take`.
pub(crate) fn rows(
    connection: &Connection,
    id: i64,
    after: Seq,
    limit: usize,
    mut take: impl FnMut(Seq, RawRow<'_>) -> Result<(), JournalError>,
) -> Result<(), ReadError> {
    let mut select = connection.prepare_cached(
        "SELECT seq, at_millis, known, kind, trial, body FROM events \
         WHERE study = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query((id, to_sql(after.get()), limit))?;
    let mut expected = after;
    while let Some(row) = rows.next()? {
        expected = expected.plus(1);
        let seq = Seq::new(from_sql(row.get(0)?));
        if seq != expected {
            return Err(ReadError::Entry(JournalError::Corrupt {
                seq: expected,
                message: "it is missing: it was deleted; restore a copy of the file".into(),
            }));
        }
        take(seq, raw(row)?).map_err(ReadError::Entry)?;
    }
    Ok(())
}

/// A row of which `seq`, `at_millis`, `known`, `kind`, `trial` and `body` were selected, in this order.
pub(crate) fn raw<'r>(row: &'r rusqlite::Row<'_>) -> rusqlite::Result<RawRow<'r>> {
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    Ok(RawRow {
        at_millis: row.get(1)?,
        known: row.get(2)?,
        kind: text(3)?,
        trial: row.get(4)?,
        body: text(5)?,
    })
}

/// How far the study's observers with durable delivery have come, in the order of their names.
pub(crate) fn cursors(connection: &Connection, id: i64) -> rusqlite::Result<Vec<(String, Seq)>> {
    connection
        .prepare_cached("SELECT observer, seq FROM cursors WHERE study = ?1 ORDER BY observer")?
        .query_map([id], |row| {
            Ok((row.get(0)?, Seq::new(from_sql(row.get(1)?))))
        })?
        .collect()
}

/// Reading failed.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// In SQLite.
    Sqlite(rusqlite::Error),
    /// In an entry.
    Entry(JournalError),
}

impl ReadError {
    /// The same with the file's name.
    pub(crate) fn named(self, path: &Path) -> JournalError {
        match self {
            Self::Sqlite(error) => error::sqlite(path, "read", error),
            Self::Entry(error) => error,
        }
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
