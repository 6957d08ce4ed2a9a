//! [`ProcessRecord`]: the note of a running program that outlives a killed tuner.

use std::{fs, io, path::Path, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{group::ProcessGroup, regular, stat::Stat};

/// Which process runs a trial. The number alone would not do: it is given to a stranger some day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessRecord {
    /// The number of the process and of its group.
    pid: u32,
    /// When it started, in the kernel's ticks since the computer did.
    #[serde(default)]
    started: Option<u64>,
    /// Which start of which computer that was.
    #[serde(default)]
    boot: Option<String>,
}

/// A longer note is none of ours.
const LONGEST: u64 = 4096;

/// How often, and how many times, to look whether a killed process is gone.
const LOOK: (Duration, u32) = (Duration::from_millis(5), 2000);

impl ProcessRecord {
    /// The note of the process of this number, which runs.
    pub(crate) fn of(pid: u32) -> Self {
        Self {
            pid,
            started: Stat::of(pid).map(|stat| stat.started),
            boot: boot(),
        }
    }

    /// The note in this file; none if there is none that can be read.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&regular::read(path, LONGEST).ok()?).ok()
    }

    /// Writes the note: it is there as a whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let whole = path.with_extension("json.new");
        regular::write(&whole, &serde_json::to_vec(self)?)?;
        fs::rename(whole, path)
    }

    /// Whether this very process still runs. Where that cannot be known, it is taken for gone.
    pub(crate) fn lives(&self) -> bool {
        let Some(stat) = Stat::of(self.pid) else {
            return false;
        };
        let dead = matches!(stat.state, 'Z' | 'X' | 'x');
        !dead && self.started == Some(stat.started) && self.boot.is_some() && self.boot == boot()
    }

    /// Kills the process with its group, if it lives, and waits for its end. Returns whether it is
    /// gone.
    pub(crate) async fn end(&self) -> bool {
        for _ in 0..LOOK.1 {
            if !self.lives() {
                return true;
            }
            // All that is done with it: it is killed when it is dropped.
            drop(ProcessGroup::of(self.pid));
            tokio::time::sleep(LOOK.0).await;
        }
        !self.lives()
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }
}

fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_of_the_same_number_is_not_taken_for_it() {
        let own = ProcessRecord::of(std::process::id());
        assert!(own.lives());
        let mut earlier = own.clone();
        earlier.started = own.started.map(|ticks| ticks - 1);
        let mut elsewhere = own.clone();
        elsewhere.boot = Some("another".to_owned());
        let mut unknown = own;
        unknown.started = None;
        assert!(!earlier.lives() && !elsewhere.lives() && !unknown.lives());
    }

    #[test]
    fn a_torn_note_is_no_note() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("process.json");
        assert_eq!(ProcessRecord::read(&path), None);
        let own = ProcessRecord::of(std::process::id());
        own.write(&path).unwrap();
        assert_eq!(ProcessRecord::read(&path), Some(own));
        fs::write(&path, "{\"pid\":").unwrap();
        assert_eq!(ProcessRecord::read(&path), None);
    }
}
