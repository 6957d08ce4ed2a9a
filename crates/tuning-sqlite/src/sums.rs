//! [`Sums`]: what is known of a study's entries outside of the database: how many there are, and a checksum of each.
//!
//! SQLite drops what follows a damaged place of its `-wal` without a word, and has no checksums in the database itself.
//! So each commit is noted in a file of its own beside the database, once it is durable: a study that is shorter than its
//! notes has lost entries, and an entry that differs from its note was changed. A crash between the two leaves fewer notes
//! than entries, which means nothing; the missing ones are added by the next writer. So no crash is taken for a loss.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tuning_core::{JournalError, Seq, TrialId};

use crate::{lock::sidecar, regular, row::RawRow};

/// What the file begins with: a name and a version.
const HEADER: [u8; 16] = *b"tuning sums \x01\0\0\0";

/// How long one note is.
const NOTE: u64 = 8;

/// How often the notes are written through to the disk. After a power cut fewer of them may be left than there are entries.
const SYNC: Duration = Duration::from_secs(1);

/// What was noted of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sum {
    /// A CRC-32 of its place and its row. 0 says that nothing is known.
    crc: u32,
    /// The number of its trial, or [`NO_TRIAL`].
    trial: u32,
}

const NO_TRIAL: u32 = u32::MAX;

impl Sum {
    /// Of the row at this place.
    pub(crate) fn of(seq: u64, row: RawRow<'_>) -> Self {
        let mut hasher = crc32fast::Hasher::new();
        for number in [
            seq,
            row.at_millis.cast_unsigned(),
            row.known.cast_unsigned(),
            row.trial
                .map_or(0, |trial| trial.cast_unsigned().wrapping_add(1)),
        ] {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(row.kind.as_bytes());
        hasher.update(b"\0");
        hasher.update(row.body.as_bytes());
        let trial = row.trial.and_then(|trial| u32::try_from(trial).ok());
        Self {
            crc: hasher.finalize().max(1),
            trial: trial.unwrap_or(NO_TRIAL),
        }
    }

    /// The trial of its entry; none if it belongs to none, or nothing is known.
    pub(crate) fn trial(self) -> Option<TrialId> {
        let is_known = self.crc != 0 && self.trial != NO_TRIAL;
        is_known.then(|| TrialId::new(u64::from(self.trial)))
    }

    /// Whether the row that now has this sum is the one that was noted.
    pub(crate) fn is_met_by(self, now: Self) -> bool {
        self.crc == 0 || self.crc == now.crc
    }
}

/// The notes on one study's entries.
#[derive(Debug)]
pub(crate) struct Sums {
    path: PathBuf,
    // None until the first entry is noted.
    file: Option<File>,
    count: u64,
    synced: Instant,
}

impl Sums {
    /// The notes on a study of the database at `path`, as they are; none if there are none that can be read.
    pub(crate) fn of(database: &Path, study: &str) -> Self {
        Self::at(path(database, study))
    }

    fn at(path: PathBuf) -> Self {
        let mut sums = Self {
            file: None,
            count: 0,
            synced: Instant::now(),
            path,
        };
        // Where they cannot be written, they can still be read.
        let opened = regular::open(&sums.path, OpenOptions::new().read(true).write(true))
            .or_else(|_| regular::open(&sums.path, OpenOptions::new().read(true)));
        if let Ok(mut file) = opened
            && let Ok(count) = count(&mut file)
        {
            sums.count = count;
            sums.file = Some(file);
        }
        sums
    }

    /// How many entries were noted.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// What was noted of the entries behind `after`, up to `limit` of them.
    pub(crate) fn page(&self, after: u64, limit: usize) -> Vec<Sum> {
        let left = usize::try_from(self.count.saturating_sub(after)).unwrap_or(usize::MAX);
        let (Some(file), wanted @ 1..) = (&self.file, left.min(limit)) else {
            return Vec::new();
        };
        let mut bytes = vec![0; wanted * NOTE as usize];
        let mut file = file;
        let read = file
            .seek(SeekFrom::Start(place(after)))
            .and_then(|_| file.read_exact(&mut bytes));
        match read {
            Ok(()) => bytes.chunks_exact(NOTE as usize).map(decode).collect(),
            // They are a second witness: without them the entries alone count.
            Err(_) => Vec::new(),
        }
    }

    /// Notes the entries behind the first `after`, all of which were noted.
    ///
    /// # Errors
    /// If the file cannot be written. Those that are missing are added later.
    pub(crate) fn append(&mut self, after: u64, sums: &[Sum]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(HEADER.len() + sums.len() * NOTE as usize);
        let begins = after == 0;
        if begins {
            bytes.extend(HEADER);
        }
        for sum in sums {
            bytes.extend(sum.crc.to_le_bytes());
            bytes.extend(sum.trial.to_le_bytes());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let mut options = OpenOptions::new();
                options.read(true).write(true).create(true).truncate(false);
                none.insert(regular::open(&self.path, &mut options)?)
            }
        };
        let start = if begins { 0 } else { place(after) };
        file.seek(SeekFrom::Start(start))?;
        file.write_all(&bytes)?;
        self.count = after + sums.len() as u64;
        if self.synced.elapsed() >= SYNC {
            file.sync_data()?;
            self.synced = Instant::now();
        }
        Ok(())
    }

    /// Forgets all that was noted.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(crate) fn remove(&mut self) -> io::Result<()> {
        self.file = None;
        self.count = 0;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Refuses a study that ends at `head`, if more of it was noted.
    ///
    /// # Errors
    /// [`JournalError::Lost`], which says what is missing.
    pub(crate) fn check(&self, database: &Path, head: Seq) -> Result<(), JournalError> {
        if self.count <= head.get() {
            return Ok(());
        }
        let message = format!(
            "`{}` ends at entry {head}, and by `{}` it had {}{}: it was cut or damaged, or an older copy stands in its \
             place; restore a copy, or save what is intact",
            database.display(),
            self.path.display(),
            self.count,
            self.trials(head.get()),
        );
        Err(JournalError::Lost {
            after: head,
            head: Seq::new(self.count),
            message,
        })
    }

    /// The trials of the entries behind `after`, as they are told.
    fn trials(&self, after: u64) -> String {
        let sums = self.page(after, usize::MAX);
        let mut trials: Vec<u32> = sums.iter().map(|sum| sum.trial).collect();
        trials.retain(|trial| *trial != NO_TRIAL);
        trials.sort_unstable();
        trials.dedup();
        match trials[..] {
            [] => String::new(),
            [one] => format!(" (the rest is of trial {one})"),
            [first, .., last] if trials.len() as u64 == u64::from(last - first) + 1 => {
                format!(" (the rest is of trials {first} to {last})")
            }
            [first, .., last] => {
                let count = trials.len();
                format!(" (the rest is of {count} trials from {first} to {last})")
            }
        }
    }
}

impl Drop for Sums {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = file.sync_data();
        }
    }
}

/// Where the notes on a study are.
pub(crate) fn path(database: &Path, study: &str) -> PathBuf {
    sidecar(database, study, ".sums")
}

/// Whether any study of the database has notes: then this is the name under which it was written.
pub(crate) fn are_beside(database: &Path) -> bool {
    beside(database).next().is_some()
}

/// Refuses a database without studies, if any were noted.
///
/// # Errors
/// As [`Sums::check`].
pub(crate) fn check_all(database: &Path) -> Result<(), JournalError> {
    beside(database).try_for_each(|path| Sums::at(path).check(database, Seq::ZERO))
}

/// The notes of all studies of a database.
fn beside(database: &Path) -> impl Iterator<Item = PathBuf> {
    let mut start = database.file_name().unwrap_or_default().to_owned();
    start.push(".");
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let files = folder.read_dir().into_iter().flatten().flatten();
    files.map(|file| file.path()).filter(move |path| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        name.starts_with(start.as_encoded_bytes()) && name.ends_with(b".sums")
    })
}

const fn place(after: u64) -> u64 {
    HEADER.len() as u64 + after * NOTE
}

fn decode(bytes: &[u8]) -> Sum {
    let half = |at: usize| {
        let bytes = bytes.get(at..at + 4).and_then(|half| half.try_into().ok());
        u32::from_le_bytes(bytes.unwrap_or_default())
    };
    Sum {
        crc: half(0),
        trial: half(4),
    }
}

/// How many notes a file has. One that was torn, and those that a power cut has left empty, do not count.
fn count(file: &mut File) -> io::Result<u64> {
    let mut header = [0; HEADER.len()];
    file.read_exact(&mut header)?;
    if header != HEADER {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let length = file.metadata()?.len();
    let mut count = length.saturating_sub(HEADER.len() as u64) / NOTE;
    while count > 0 {
        let mut note = [0; NOTE as usize];
        file.seek(SeekFrom::Start(place(count - 1)))?;
        file.read_exact(&mut note)?;
        if decode(&note).crc != 0 {
            break;
        }
        count -= 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(seq: u64, body: &str) -> Sum {
        let row = RawRow {
            at_millis: 7,
            known: 0,
            kind: "ended",
            trial: Some(seq.cast_signed()),
            body,
        };
        Sum::of(seq, row)
    }

    #[test]
    fn every_part_of_a_row_counts() {
        let row = RawRow {
            at_millis: 7,
            known: 0,
            kind: "ended",
            trial: None,
            body: "{}",
        };
        let all = [
            Sum::of(1, row),
            Sum::of(2, row),
            Sum::of(
                1,
                RawRow {
                    at_millis: 8,
                    ..row
                },
            ),
            Sum::of(1, RawRow { known: 1, ..row }),
            Sum::of(
                1,
                RawRow {
                    kind: "paused",
                    ..row
                },
            ),
            Sum::of(
                1,
                RawRow {
                    trial: Some(0),
                    ..row
                },
            ),
            Sum::of(1, RawRow { body: "{ }", ..row }),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(one.is_met_by(*one));
            assert!(all[at + 1..].iter().all(|other| !one.is_met_by(*other)));
        }
    }

    #[test]
    fn whatever_is_left_of_the_file_after_a_crash_is_a_beginning_of_the_notes() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("study.db");
        let all: Vec<Sum> = (1..=5).map(|seq| sum(seq, "{}")).collect();
        let mut sums = Sums::of(&database, "digits");
        sums.append(0, &all[..2]).unwrap();
        sums.append(2, &all[2..]).unwrap();
        drop(sums);
        let path = path(&database, "digits");
        let whole = std::fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let sums = Sums::of(&database, "digits");
            let expect = (length.saturating_sub(HEADER.len())) / NOTE as usize;
            assert_eq!(sums.count(), expect as u64);
            assert_eq!(sums.page(0, 100), all[..expect]);
        }
        // A power cut may leave the length of the file and not its content.
        for zeros in 0..=5 {
            let mut cut = whole.clone();
            cut[HEADER.len() + (5 - zeros) * NOTE as usize..].fill(0);
            std::fs::write(&path, &cut).unwrap();
            assert_eq!(Sums::of(&database, "digits").count(), 5 - zeros as u64);
        }
    }

    #[test]
    fn what_is_missing_is_told_with_its_trials() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("study.db");
        let mut sums = Sums::of(&database, "digits");
        sums.append(0, &(1..=9).map(|seq| sum(seq, "{}")).collect::<Vec<_>>())
            .unwrap();
        for head in [9, 10] {
            sums.check(&database, Seq::new(head)).unwrap();
        }
        let error = sums.check(&database, Seq::new(6)).unwrap_err().to_string();
        assert!(
            error.contains("entries 7 to 9") && error.contains("of trials 7 to 9"),
            "{error}"
        );
    }
}
