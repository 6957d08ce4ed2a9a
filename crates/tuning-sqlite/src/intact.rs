//! [`Intact`]: a damaged study, of which every entry is read that is what was written. In the place of each other one
//! stands [`Missing`], so that all keep their places.

use rusqlite::Connection;
use tempfile::TempDir;
use tuning_core::{Entry, EventKind, Missing, Seq, TrialId};

use crate::{
    read::{PAGE, raw},
    row::{self, from_sql, to_sql},
    sums::{Sum, Sums},
};

/// The copy of a damaged database that is read, and the last entry that the study had, as far as is known.
#[derive(Debug)]
pub(crate) struct Intact {
    pub(crate) _copy: TempDir,
    pub(crate) last: Seq,
}

/// Hands the entries behind `after` up to `until` to `take`, in order, and for each whether it is one that was written.
///
/// Each is looked up by itself: a page of the database that is damaged hides no other.
pub(crate) fn each(
    connection: &Connection,
    id: i64,
    sums: &Sums,
    after: Seq,
    until: Seq,
    mut take: impl FnMut(Seq, Entry, bool),
) {
    let mut noted = Vec::new().into_iter();
    let mut at_millis = time_before(connection, id, sums, after);
    for seq in after.get() + 1..=until.get() {
        if noted.len() == 0 {
            noted = sums.page(seq - 1, PAGE).into_iter();
        }
        let seq = Seq::new(seq);
        let note: Option<Sum> = noted.next();
        match look_up(connection, id, seq, note) {
            Ok(entry) => {
                at_millis = entry.at_millis;
                take(seq, entry, true);
            }
            Err(trial) => {
                let missing = EventKind::Missing(Missing::new(trial));
                take(seq, Entry::new(at_millis, missing), false);
            }
        }
    }
}

/// The time of the last intact entry up to this one: something that is missing behind it was no earlier.
fn time_before(connection: &Connection, id: i64, sums: &Sums, mut seq: Seq) -> u64 {
    while seq > Seq::ZERO {
        let before = Seq::new(seq.get() - 1);
        let note = sums.page(before.get(), 1).first().copied();
        if let Ok(entry) = look_up(connection, id, seq, note) {
            return entry.at_millis;
        }
        seq = before;
    }
    0
}

/// The entry at this place, if it is what was noted; or else the trial that it belonged to, if that is known.
fn look_up(
    connection: &Connection,
    id: i64,
    seq: Seq,
    note: Option<Sum>,
) -> Result<Entry, Option<TrialId>> {
    let mut trial = None;
    let looked = connection
        .prepare_cached(
            "SELECT seq, at_millis, known, kind, trial, body FROM events WHERE study = ?1 AND seq = ?2",
        )
        .and_then(|mut select| {
            select.query_row((id, to_sql(seq.get())), |row| {
                let row = raw(row)?;
                trial = row.trial.map(from_sql).map(TrialId::new);
                let is_met = note.is_none_or(|note| note.is_met_by(Sum::of(seq.get(), row)));
                Ok(is_met.then(|| row::decode(seq, row).ok()).flatten())
            })
        });
    match (looked, note) {
        (Ok(Some(entry)), _) => Ok(entry),
        (_, Some(note)) => Err(note.trial()),
        (_, None) => Err(trial),
    }
}
