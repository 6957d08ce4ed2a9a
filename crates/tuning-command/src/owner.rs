//! [`TrialsFolder`]: the folder of a study's trials, which belongs to one study of one journal and says so inside. It knows
//! nothing of what is in a journal.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{error::CommandError, regular};

/// The file that says whose folder it is.
const OWNER: &str = "owner.json";
/// No note of an owner is longer: it has two paths in it.
const LONGEST: u64 = 64 << 10;
/// The file that who uses it holds a lock on.
const LOCK: &str = "owner.lock";

/// How long a lock is waited for: that of a process that was killed may be held for an instant by the program that it was
/// about to start.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is tried in that time.
const AGAIN: Duration = Duration::from_millis(10);

/// The right to use the folder of a study's trials, until it is dropped. No other process has it, and no study of another
/// journal: whoever has it may end what earlier sessions left running there, and may remove the folder.
///
/// [`CommandSpec::build`](crate::CommandSpec::build) takes it for a study that has a name.
///
/// # Example
/// ```
/// use tuning_command::TrialsFolder;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("trials/digits");
/// # std::fs::write(folder.path().join("study.db"), "")?;
/// # std::fs::write(folder.path().join("other.db"), "")?;
/// let ours = TrialsFolder::claim(&path, "digits", Some(&folder.path().join("study.db")))?;
/// drop(ours);
/// let error = TrialsFolder::claim(&path, "digits", Some(&folder.path().join("other.db"))).unwrap_err();
/// assert!(error.to_string().contains("study.db"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TrialsFolder {
    path: PathBuf,
    // Open as long as the lock is held: closing it frees the lock.
    lock: File,
}

/// Whose a folder is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Owner {
    study: String,
    /// The file that the study is kept in; none if it is kept in no file.
    journal: Option<PathBuf>,
    /// Which file that is, whatever its name.
    #[serde(default)]
    journal_id: Option<FileId>,
    /// Where the folder was when this was written: a copy of it says the same.
    folder: PathBuf,
    /// The last process that used it.
    process: u32,
}

/// A device and a file on it.
type FileId = (u64, u64);

/// What a study finds out about a folder that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is this study's, or no study is left that it belongs to.
    Ours,
    /// It is a copy of another folder: what runs there does not run here.
    Copied,
    /// It belongs to another study, which is still there.
    Others,
}

impl TrialsFolder {
    /// Takes the folder at `path` for a study of this name, which is kept in the file `journal`, if in any. It is made if
    /// it is not there. A folder whose journal is gone is taken over.
    ///
    /// # Errors
    /// [`CommandError::FolderInUse`] if another process uses it, [`CommandError::FolderOfAnother`] if it belongs to another
    /// study or journal, and [`CommandError::TrialsDir`] if it cannot be written.
    pub fn claim(
        path: impl AsRef<Path>,
        study: &str,
        journal: Option<&Path>,
    ) -> Result<Self, CommandError> {
        let path = path.as_ref();
        let failed = |source| CommandError::TrialsDir {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(path).map_err(failed)?;
        let folder = path.canonicalize().map_err(failed)?;
        let journal = journal.map(|file| file.canonicalize().unwrap_or_else(|_| file.to_owned()));
        let ours = Owner {
            study: study.to_owned(),
            journal_id: journal.as_deref().and_then(id),
            journal,
            folder: folder.clone(),
            process: process::id(),
        };
        let lock = lock(&folder).map_err(failed)?;
        let found = Owner::read(&folder);
        let Some(lock) = lock else {
            return Err(in_use(&folder, found.as_ref()));
        };
        let claimed = Self { path: folder, lock };
        match found.map(|found| (ours.standing(&found), found)) {
            Some((Standing::Others, found)) => {
                return Err(of_another(&claimed.path, &found, &ours));
            }
            Some((Standing::Copied, _)) => forget_processes(&claimed.path).map_err(failed)?,
            _ => {}
        }
        ours.write(&claimed.path).map_err(failed)?;
        Ok(claimed)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TrialsFolder {
    fn drop(&mut self) {
        // Removed while the lock is held, so it belongs to no other process.
        if cfg!(unix) {
            let _ = fs::remove_file(self.path.join(LOCK));
        }
        let _ = self.lock.unlock();
    }
}

impl Owner {
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&regular::read(&folder.join(OWNER), LONGEST).ok()?).ok()
    }

    /// Writes it: it is there as a whole or not at all.
    fn write(&self, folder: &Path) -> io::Result<()> {
        let whole = folder.join("owner.json.new");
        regular::write(&whole, &serde_json::to_vec_pretty(self)?)?;
        fs::rename(whole, folder.join(OWNER))
    }

    /// How this study, which holds the lock of its folder, stands to what was found in it.
    fn standing(&self, found: &Self) -> Standing {
        let same_file = self.journal == found.journal
            || (self.journal_id.is_some() && self.journal_id == found.journal_id);
        if self.study == found.study && same_file {
            return match self.is_copy_of(found) {
                true => Standing::Copied,
                false => Standing::Ours,
            };
        }
        // What was kept in no file ended with its process.
        let is_alive = found.journal.as_deref().is_some_and(Path::exists);
        match (is_alive, self.is_copy_of(found)) {
            (false, _) => Standing::Ours,
            (true, true) => Standing::Copied,
            (true, false) => Standing::Others,
        }
    }

    /// Whether the folder that was written down is still there, and another one than this.
    fn is_copy_of(&self, found: &Self) -> bool {
        self.folder != found.folder
            && found.folder.is_dir()
            && id(&found.folder) != id(&self.folder)
    }

    fn place(&self) -> String {
        match &self.journal {
            Some(journal) => format!("study `{}` in `{}`", self.study, journal.display()),
            None => format!("study `{}`, which is kept in no file", self.study),
        }
    }
}

/// Locks the folder; none if another process holds its lock.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    let began = Instant::now();
    loop {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = regular::open(&path, &mut options)?;
        match file.try_lock() {
            // Its last owner may have removed it after we opened it.
            Ok(()) if is_still_there(&file, &path) => return Ok(Some(file)),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => thread::sleep(AGAIN),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Removes the notes of which programs run, which speak of those of another folder.
fn forget_processes(folder: &Path) -> io::Result<()> {
    for trial in fs::read_dir(folder)? {
        match fs::remove_file(trial?.path().join("process.json")) {
            Err(error)
                if !matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(())
}

fn in_use(folder: &Path, found: Option<&Owner>) -> CommandError {
    let by = found.map_or_else(
        || "another process".to_owned(),
        |found| format!("process {} for {}", found.process, found.place()),
    );
    CommandError::FolderInUse {
        path: folder.to_owned(),
        by,
    }
}

fn of_another(folder: &Path, found: &Owner, ours: &Owner) -> CommandError {
    CommandError::FolderOfAnother {
        path: folder.to_owned(),
        owner: found.place(),
        claimant: ours.place(),
    }
}

#[cfg(unix)]
fn id(path: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Path) -> Option<FileId> {
    None
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata().ok().map(|ours| (ours.dev(), ours.ino()));
    ours.is_some() && ours == id(path)
}

#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    struct Scene(tempfile::TempDir);

    impl Scene {
        /// A folder with two journals.
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let scene = Self(dir);
            for journal in ["a.db", "b.db"] {
                fs::write(scene.path(journal), journal).unwrap();
            }
            scene
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        /// Claims a folder for a study of a journal; what is said if that is refused.
        fn claim(&self, folder: &str, study: &str, journal: &str) -> Result<(), String> {
            let claimed = TrialsFolder::claim(self.path(folder), study, Some(&self.path(journal)));
            claimed.map(drop).map_err(|error| error.to_string())
        }
    }

    #[test]
    fn a_folder_belongs_to_one_study_of_one_journal() {
        let scene = Scene::new();
        scene.claim("trials", "s", "a.db").unwrap();
        scene.claim("trials", "s", "a.db").unwrap();
        let refused = scene.claim("trials", "s", "b.db").unwrap_err();
        assert!(
            refused.contains("study `s` in")
                && refused.contains("a.db")
                && refused.contains("b.db"),
            "{refused}"
        );
        scene.claim("trials", "other", "a.db").unwrap_err();
        let memory = TrialsFolder::claim(scene.path("trials"), "s", None);
        assert!(matches!(memory, Err(CommandError::FolderOfAnother { .. })));
        // Once its journal is gone, it belongs to none.
        fs::remove_file(scene.path("a.db")).unwrap();
        scene.claim("trials", "s", "b.db").unwrap();
        scene.claim("trials", "s", "b.db").unwrap();
        assert_eq!(fs::read_dir(scene.path("trials")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_used_by_one_process_at_a_time_also_without_a_journal() {
        let scene = Scene::new();
        let first = TrialsFolder::claim(scene.path("trials"), "s", None).unwrap();
        let second = TrialsFolder::claim(scene.path("trials"), "s", None).unwrap_err();
        assert!(
            second
                .to_string()
                .contains(&format!("by process {}", process::id())),
            "{second}"
        );
        drop(first);
        TrialsFolder::claim(scene.path("trials"), "t", None).unwrap();
    }

    #[test]
    fn other_names_of_a_journal_are_the_same_one() {
        let scene = Scene::new();
        scene.claim("trials", "s", "a.db").unwrap();
        std::os::unix::fs::symlink(scene.path("a.db"), scene.path("soft.db")).unwrap();
        scene.claim("trials", "s", "soft.db").unwrap();
        fs::rename(scene.path("a.db"), scene.path("moved.db")).unwrap();
        scene.claim("trials", "s", "moved.db").unwrap();
        scene.claim("trials", "s", "b.db").unwrap_err();
    }

    #[test]
    fn a_copied_folder_speaks_of_no_process_and_a_moved_one_does() {
        let scene = Scene::new();
        let copy = |from: &str, to: &str| {
            fs::create_dir_all(scene.path(to).join("000000")).unwrap();
            for file in ["owner.json", "000000/process.json"] {
                fs::copy(scene.path(from).join(file), scene.path(to).join(file)).unwrap();
            }
        };
        scene.claim("trials", "s", "a.db").unwrap();
        fs::create_dir(scene.path("trials/000000")).unwrap();
        fs::write(scene.path("trials/000000/process.json"), "{}").unwrap();
        copy("trials", "copied");
        scene.claim("copied", "s", "b.db").unwrap();
        assert!(!scene.path("copied/000000/process.json").exists());
        scene.claim("copied", "s", "a.db").unwrap_err();

        fs::rename(scene.path("trials"), scene.path("moved")).unwrap();
        scene.claim("moved", "s", "b.db").unwrap_err();
        fs::rename(scene.path("a.db"), scene.path("moved.db")).unwrap();
        scene.claim("moved", "s", "moved.db").unwrap();
        assert!(scene.path("moved/000000/process.json").exists());
    }
}
