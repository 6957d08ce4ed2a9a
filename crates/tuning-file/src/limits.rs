//! How large counts may be. A count that is larger is a typing error, or an attack: it is refused where it is written,
//! before anything is made of that size.

use std::time::Duration;

/// Trials that run at the same time.
pub const WORKERS: u64 = 10_000;

/// Trials of a study, and trials in a row that are no better.
pub const TRIALS: u64 = 1_000_000_000;

/// Resource, of a trial and of all together: what strategies compute with as floats, exactly.
pub const RESOURCE: u64 = 1 << 53;

/// The step from which a pruner judges.
pub const STEP: u64 = 1_000_000_000_000_000;

/// Further attempts at a trial, and at telling a webhook.
pub const RETRIES: u64 = 1_000;

/// Pieces of work in flight that `order: as-proposed:N` allows.
pub const LAG: u64 = 1_000_000;

/// Pieces of work that a client asks for in one line.
pub const ASK: u64 = 10_000;

/// Trials that a client wants to see in one line.
pub const BEST: u64 = 1_000_000;

/// Numbers of trials, and whatever else only has to be a number.
pub const NUMBERS: u64 = i64::MAX as u64;

/// Bytes of a file that is read as a whole.
pub const BYTES: u64 = 64 << 20;

/// A length of time: 100 years.
pub const LONGEST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);
