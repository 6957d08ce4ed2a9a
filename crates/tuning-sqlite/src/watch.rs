//! [`Watch`]: whether the files of an open database are still those that stand under their names.
//!
//! A process keeps a file that was removed, moved or replaced, and writes to it as if nothing had happened; when it ends,
//! that is gone. So it is looked at with each commit.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// The files of an open database.
#[derive(Debug)]
pub(crate) struct Watch {
    files: [(PathBuf, Option<FileId>); 3],
}

/// Which file it is, whatever its name.
pub(crate) type FileId = (u64, u64);

/// A file is not the one that was opened.
#[derive(Debug)]
pub(crate) struct Gone {
    path: PathBuf,
    is_replaced: bool,
}

impl Watch {
    /// Those of the database at `path`, which is open.
    pub(crate) fn of(path: &Path) -> Self {
        let with = |suffix: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            let path = PathBuf::from(name);
            let id = id(&path);
            (path, id)
        };
        Self {
            files: [with(""), with("-wal"), with("-shm")],
        }
    }

    /// Looks whether all of them are still there.
    ///
    /// # Errors
    /// If one of them is not.
    pub(crate) fn check(&mut self) -> Result<(), Gone> {
        for (path, opened) in &mut self.files {
            let now = id(path);
            match (*opened, now) {
                (Some(opened), Some(now)) if opened == now => {}
                // `-wal` and `-shm` come with the first transaction.
                (None, now) => *opened = now,
                (Some(_), now) => {
                    return Err(Gone {
                        path: path.clone(),
                        is_replaced: now.is_some(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.is_replaced {
            true => "replaced by another file",
            false => "removed or moved",
        };
        write!(
            f,
            "`{}` was {what} while the study ran",
            self.path.display()
        )
    }
}

#[cfg(unix)]
pub(crate) fn id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// An open file can be neither removed nor replaced there.
#[cfg(not(unix))]
pub(crate) fn id(_: &Path) -> Option<FileId> {
    None
}

/// Why a database must not be opened under this name: it has another one, beside which SQLite keeps its newest entries.
#[cfg(unix)]
pub(crate) fn other_name(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path).ok()?;
    // The name that it was written under is known by what stands beside it.
    if metadata.nlink() > 1 && !crate::sums::are_beside(path) {
        return Some("has several names (hard links), and was not written under this one");
    }
    is_mounted(path).then_some("is mounted by itself, without its folder")
}

#[cfg(not(unix))]
pub(crate) fn other_name(_: &Path) -> Option<&'static str> {
    None
}

#[cfg(target_os = "linux")]
fn is_mounted(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let found = statx(CWD, path, AtFlags::empty(), StatxFlags::BASIC_STATS);
    found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_mounted(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_removed_moved_or_replaced_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.db");
        let (wal, aside) = (folder.path().join("study.db-wal"), folder.path().join("x"));
        std::fs::write(&path, "").unwrap();
        let mut watch = Watch::of(&path);
        watch.check().unwrap();
        std::fs::write(&wal, "").unwrap();
        watch.check().unwrap();
        watch.check().unwrap();
        let mut check = |expect: &str| {
            let gone = watch.check().unwrap_err().to_string();
            assert!(gone.contains(expect), "{gone}");
        };
        std::fs::rename(&path, &aside).unwrap();
        check("study.db` was removed or moved");
        std::fs::write(&path, "").unwrap();
        check("study.db` was replaced");
        std::fs::rename(&aside, &path).unwrap();
        std::fs::remove_file(&wal).unwrap();
        check("study.db-wal` was removed");
    }
}
