//! [`timeless`]: a study whose times are always the same.

use std::path::Path;

use tuning_core::{EventKind, Fact, Journal as _, Seq};
use tuning_sqlite::SqliteJournal;

/// Makes the journal `to` of the journal `from`: the same study, in which every event is a second after the one before, and
/// every trial took 1.25 seconds.
pub(crate) fn timeless(from: &Path, to: &Path, study: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut from = SqliteJournal::open(from, study).unwrap();
        let mut entries = from.read(Seq::ZERO, 100_000).await.unwrap();
        for (second, entry) in entries.iter_mut().enumerate() {
            entry.at_millis = 1_700_000_000_000 + 1000 * second as u64;
            if let EventKind::Fact(Fact::Ended(ended)) = &mut entry.kind {
                ended.took_micros = 1_250_000;
            }
        }
        let mut to = SqliteJournal::open(to, study).unwrap();
        to.append(Seq::ZERO, &entries).await.unwrap();
    });
}
