//! The embedded durable journal of a study, in a SQLite file.
//!
//! [`SqliteJournal`] keeps a study's log: what [`append`](tuning_core::Journal::append) has returned
//! survives `kill -9` and a power cut. [`SqliteStudyReader`] reads it, also while the study runs. SQLite is
//! compiled in; it needs no server and no async runtime. It is not for several machines: a file on a network
//! drive is not a shared journal, and where the drive has no locks (some NFS and SMB mounts) or lies about what it has
//! written, none of what follows holds. Keep journals on a local disk.
//!
//! ```
//! use tuning_core::*;
//! use tuning_sqlite::{SqliteJournal, SqliteReader};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("study.db");
//! let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
//! let spec = StudySpec::new(space.clone(), Objectives::minimize("loss")?, Spec::new("random"));
//! let mut journal = SqliteJournal::open(&path, "digits")?;
//! let started = Started::new(TrialId::new(0), space.params([("lr", 0.01)])?);
//! let ended = Ended::new(TrialId::new(0), Outcome::Completed(Values::one(0.25)?));
//! let entries = [EventKind::Created(Box::new(spec)), started.into(), ended.into()];
//! let head = journal.append(Seq::ZERO, &entries.map(|kind| Entry::new(1_700_000_000_000, kind))).await?;
//! assert_eq!(head, Seq::new(3));
//!
//! let reader = SqliteReader::open(&path)?; // while the study runs
//! assert_eq!(reader.events("digits", Seq::ZERO, 100)?.len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! | if you want to … | use |
//! |---|---|
//! | run a study | [`SqliteJournal::open`], and hand it to the driver of `tuning-runtime` |
//! | show its progress, export it | [`SqliteStudyReader`], with the fold `StudyView` of `tuning-core` |
//! | see which studies a file has | [`SqliteReader`] |
//! | look at it by hand | `sqlite3 study.db 'SELECT * FROM trials'` |
//! | keep logs elsewhere | write a `Journal` of your own: `tuning-core`, tested with `tuning-conformance` |
//!
//! # The file
//!
//! Version 2 of the tables. A file of every released version loads forever; one of a newer version is
//! refused with the version it needs. `PRAGMA application_id` is `0x74756E65` (`tune`),
//! `PRAGMA user_version` is 2; the journal mode is WAL, so a copy of a *running* study needs
//! `study.db-wal`, too (or `sqlite3 study.db '.backup copy.db'`).
//!
//! | table | columns |
//! |---|---|
//! | `meta` | `key`, `value`: `format`, `created_by` |
//! | `studies` | `id`, `name` (unique), `created_at_millis`, `format` (that of its entries) |
//! | `events` | `study` (an id), `seq` (1, 2, … without gaps), `at_millis`, `kind`, `trial` (or null), `body` |
//! | `cursors` | `study`, `observer`, `seq`: how far observers with durable delivery have come |
//! | `observers` | `study`, `observer`, `body`: the last status of each observer, as JSON (`ObserverStatus` in tuning-core) |
//!
//! `kind` is one of `created`, `opened`, `budgeted`, `retried`, `closed`, `started`, `resumed`, `reported`, `paused`,
//! `ended`, `missing`; `body` is the JSON of the struct of that name in tuning-core (`StudySpec` for `created`), whose
//! numbers read back to the last bit. Times are milliseconds since the start of 1970, UTC. `seq`,
//! `at_millis` and `trial` are unsigned 64-bit numbers, stored as the signed one with the same bits.
//!
//! # The view `trials`
//!
//! One row per trial, for people. It is rebuilt when a study is created, and is not part of the format.
//!
//! | column | content |
//! |---|---|
//! | `study`, `trial` | the study's name, the trial's number |
//! | `state` | `running`, `paused`, `completed`, `stopped`, `failed` |
//! | one per objective | what the trial completed with, or else its last report |
//! | one per parameter | null where the parameter is not active, or `null` itself; booleans are 1 and 0, lists and mappings JSON |
//! | `seconds` | how long it was evaluated, failed attempts not counted |
//! | `retries`, `started`, `tag`, `failure` | a count; UTC text; the strategy's note; why it failed |
//!
//! The columns are those of all studies of the file. A parameter with the name of another column
//! appears as `param.NAME`, an objective as `objective.NAME`.
//!
//! ```sh
//! sqlite3 -box study.db 'SELECT * FROM trials ORDER BY loss LIMIT 5'
//! sqlite3 study.db "SELECT state, count(*), avg(seconds) FROM trials WHERE study = 'digits' GROUP BY state"
//! sqlite3 -csv -header study.db 'SELECT * FROM trials' > trials.csv
//! sqlite3 study.db "SELECT at_millis, body ->> 'at', body ->> '\$.values[0]' FROM events WHERE kind = 'reported' AND trial = 7"
//! ```
//!
//! # Damage
//!
//! Beside the database, `study.db.NAME.sums` notes how many entries the study of that name has, and a checksum of each:
//! a header of 16 bytes, then 8 for each entry (a CRC-32 and the number of its trial, little-endian). A commit is noted
//! once it is durable, so a crash leaves fewer notes than entries, which means nothing; the next writer adds them. A study
//! that is shorter than its notes is refused with [`Lost`](tuning_core::JournalError::Lost), and an entry that differs from
//! its note with [`Corrupt`](tuning_core::JournalError::Corrupt), for reading as for writing: SQLite itself drops
//! what follows a damaged place of `study.db-wal` without a word.
//! [`SqliteJournal::accept_loss`] continues with what is there; [`SqliteStudyReader::salvage`] reads what is intact, also
//! behind the damaged places, of the `-wal` and of the database itself. Copy the file with its notes. Without them nothing is checked, and the next
//! writer makes them. Remove the file, and they count no more.
//!
//! A journal that is removed, moved or replaced while it is open is noticed with the next append, before anything is
//! acknowledged: all that it holds is saved in `study.rescued.db`, and the append fails and says so.
//!
//! A file has one name: SQLite keeps the newest entries beside it, where another name does not find them. A symbolic
//! link leads to the name; a hard link, or a file that is mounted without its folder, is refused.
//!
//! # One process per study
//!
//! An open journal holds the operating system's lock on `study.db.NAME.lock.pid`, which is free as soon
//! as the process is gone. Studies of one file may run at once, each in a process of its own. Even where
//! locks do not work, two processes never mix their entries: an append compares the head in its own
//! transaction.

mod error;
mod intact;
mod journal;
mod lock;
mod read;
mod reader;
mod regular;
mod rescue;
mod row;
mod salvage;
mod schema;
mod store;
mod study_reader;
mod sums;
mod view;
mod watch;
mod worker;

pub use journal::SqliteJournal;
pub use lock::lock_path;
pub use reader::{SqliteReader, StudyInfo};
pub use study_reader::{Salvaged, SqliteStudyReader};
