//! [`Checkpoints`]: one folder per piece of work, begun as a copy of the one that the work continues
//! from.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use tuning_core::Fidelity;

/// The checkpoints of one trial.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoints {
    folder: PathBuf,
}

/// The label of work to the end.
const END: &str = "end";

impl Checkpoints {
    /// Those of the trial that has this folder.
    pub(crate) fn of(trial: &Path) -> Self {
        Self {
            folder: trial.join("checkpoint"),
        }
    }

    /// The folder for work until this step, or to the end.
    pub(crate) fn path(&self, until: Option<Fidelity>) -> PathBuf {
        match until {
            Some(until) => self.folder.join(until.to_string()),
            None => self.folder.join(END),
        }
    }

    /// The checkpoint to continue from at `from`, left by work until less than `until`.
    ///
    /// A folder is named for what the work was to reach. Where a program reported less (or, because
    /// it reports now and then, more), it is the nearest.
    pub(crate) fn before(&self, from: Fidelity, until: Option<Fidelity>) -> Option<PathBuf> {
        let mut steps = self.steps();
        steps.retain(|step| until.is_none_or(|until| *step < until));
        let nearest = nearest(&steps, from, false)?;
        Some(self.path(Some(nearest)))
    }

    /// The checkpoint that another trial begins with: that of a step, or that of the end.
    pub(crate) fn donated(&self, at: Option<Fidelity>) -> Option<PathBuf> {
        let steps = self.steps();
        let end = Some(self.path(None)).filter(|path| path.is_dir());
        let step = match at {
            Some(at) => nearest(&steps, at, end.is_some()),
            None if end.is_some() => None,
            None => steps.iter().copied().max(),
        };
        step.map(|step| self.path(Some(step))).or(end)
    }

    /// Makes the folder for work until `until`, as a copy of `source` if there is one. If it is
    /// there already it stays as it is: the work was tried before.
    pub(crate) fn begin(&self, until: Option<Fidelity>, source: Option<&Path>) -> io::Result<()> {
        match self.path(until).is_dir() {
            true => Ok(()),
            false => self.copy(until, source, false),
        }
    }

    /// Makes that folder anew, whatever is in it.
    pub(crate) fn begin_again(
        &self,
        until: Option<Fidelity>,
        source: Option<&Path>,
    ) -> io::Result<()> {
        self.copy(until, source, true)
    }

    /// Whether an earlier attempt left something in the folder for work until `until`.
    pub(crate) fn is_begun(&self, until: Option<Fidelity>) -> bool {
        let mut entries = fs::read_dir(self.path(until)).into_iter().flatten();
        entries.next().is_some()
    }

    fn copy(
        &self,
        until: Option<Fidelity>,
        source: Option<&Path>,
        replaces: bool,
    ) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let target = self.path(until);
        // Half a copy must never pass for a checkpoint: copy beside it, then rename.
        let copy = self.folder.join(unique_name());
        let copied = match source {
            Some(source) => copy_folder(source, &copy),
            None => fs::create_dir(&copy),
        };
        let removed = || match replaces {
            true => fs::remove_dir_all(&target),
            false => Ok(()),
        };
        let copied = copied
            .and_then(|()| removed())
            .and_then(|()| fs::rename(&copy, &target));
        if copied.is_err() {
            _ = fs::remove_dir_all(&copy);
        }
        match copied {
            // An attempt that was given up while it copied was first after all.
            Err(_) if !replaces && target.is_dir() => Ok(()),
            copied => copied,
        }
    }

    /// Removes those of the steps before the one of this folder.
    pub(crate) fn keep_from(&self, kept: &Path) {
        let of = |path: &Path| path.file_name()?.to_str()?.parse().ok().map(Fidelity::new);
        let steps = self.steps().into_iter();
        for step in steps.filter(|step| of(kept).is_some_and(|kept| *step < kept)) {
            _ = fs::remove_dir_all(self.path(Some(step)));
        }
    }

    /// Removes them all.
    pub(super) fn remove(&self) {
        _ = fs::remove_dir_all(&self.folder);
    }

    /// Removes the halves of copies that a killed tuner left. Those of this process are still being
    /// made, by attempts that were given up, and end by themselves.
    pub(crate) fn sweep(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(COPY) && !name.starts_with(own_copies()) {
                _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    fn steps(&self) -> Vec<Fidelity> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let step = |entry: fs::DirEntry| entry.file_name().to_str()?.parse().ok();
        entries.filter_map(step).map(Fidelity::new).collect()
    }
}

/// `at` itself, or the first step after it, or (unless there is an end) the last one before it.
fn nearest(steps: &[Fidelity], at: Fidelity, has_end: bool) -> Option<Fidelity> {
    let after = steps.iter().copied().filter(|step| *step >= at).min();
    let before = || {
        steps
            .iter()
            .copied()
            .filter(|step| *step < at && !has_end)
            .max()
    };
    after.or_else(before)
}

const COPY: &str = ".copy-";

/// A name that no other copy has, of this process or of another.
fn unique_name() -> String {
    static COPIES: AtomicU64 = AtomicU64::new(0);
    let n = COPIES.fetch_add(1, Ordering::Relaxed);
    format!("{}{n}", own_copies())
}

/// What the names of this process's copies begin with. In a container its number is the same after
/// every start.
fn own_copies() -> &'static str {
    static OWN: LazyLock<String> = LazyLock::new(|| {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        format!("{COPY}{}-{}-", std::process::id(), since_1970.as_nanos())
    });
    &OWN
}

/// Copies files, folders and (as they are) symbolic links; what is none of these has no place in a
/// checkpoint.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, source, target) = (entry.file_type()?, entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&source, &target)?;
        } else if kind.is_file() {
            fs::copy(source, target)?;
        } else if kind.is_symlink() {
            link(&source, &target)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(source: &Path, target: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(fs::read_link(source)?, target)
}

#[cfg(not(unix))]
fn link(source: &Path, target: &Path) -> io::Result<()> {
    if source.is_dir() {
        copy_folder(source, target)
    } else {
        fs::copy(source, target).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(labels: &[&str]) -> (tempfile::TempDir, Checkpoints) {
        let trial = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::of(trial.path());
        for label in labels {
            fs::create_dir_all(checkpoints.folder.join(label)).unwrap();
        }
        (trial, checkpoints)
    }

    fn name(path: Option<PathBuf>) -> Option<String> {
        path.map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
    }

    #[test]
    fn a_resumed_trial_goes_on_from_the_nearest_checkpoint() {
        let (_trial, checkpoints) = with(&["1", "3", "9", "end"]);
        let check = |from: u64, until: Option<u64>, expect: Option<&str>| {
            let found = checkpoints.before(Fidelity::new(from), until.map(Fidelity::new));
            assert_eq!(
                name(found).as_deref(),
                expect,
                "from {from} until {until:?}"
            );
        };
        check(3, Some(9), Some("3"));
        check(3, Some(27), Some("3"));
        check(2, Some(9), Some("3"));
        check(4, Some(9), Some("3"));
        check(9, None, Some("9"));
        check(1, Some(1), None);
    }

    #[test]
    fn a_fork_finds_the_end_of_a_trial_that_ran_to_its_end() {
        let (_trial, checkpoints) = with(&["1", "3", "end"]);
        let check = |at: Option<u64>, expect: &str| {
            let found = checkpoints.donated(at.map(Fidelity::new));
            assert_eq!(name(found).as_deref(), Some(expect), "{at:?}");
        };
        check(Some(3), "3");
        check(Some(2), "3");
        check(Some(27), "end");
        check(None, "end");
        let (_trial, paused) = with(&["1", "3"]);
        assert_eq!(
            name(paused.donated(Some(Fidelity::new(4)))).as_deref(),
            Some("3")
        );
        assert_eq!(name(paused.donated(None)).as_deref(), Some("3"));
        assert_eq!(with(&[]).1.donated(None), None);
    }

    #[test]
    fn what_begins_again_is_as_its_source() {
        let (_trial, trial) = with(&["1/weights", "3/half"]);
        let (at, until) = (Some(Fidelity::new(1)), Some(Fidelity::new(3)));
        let (source, target) = (trial.path(at), trial.path(until));
        let check = |source: Option<&Path>, expect: &[&str]| {
            trial.begin_again(until, source).unwrap();
            let left = ["half", "weights"].map(|name| target.join(name).exists());
            assert_eq!(left, ["half", "weights"].map(|name| expect.contains(&name)));
            assert_eq!(trial.is_begun(until), !expect.is_empty());
        };
        check(Some(&source), &["weights"]);
        check(None, &[]);
        // If the source cannot be read, the folder stays as it is.
        check(Some(&source), &["weights"]);
        assert!(
            trial
                .begin_again(until, Some(Path::new("/nowhere")))
                .is_err()
        );
        assert!(trial.is_begun(until));
        assert_eq!(fs::read_dir(&trial.folder).unwrap().count(), 2);
    }

    #[test]
    fn a_copy_is_whole_and_made_once() {
        let (_donor, donor) = with(&["3/nested"]);
        let source = donor.path(Some(Fidelity::new(3)));
        fs::write(source.join("nested/weights"), [0, 255]).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("nested/weights", source.join("last")).unwrap();
        let (_trial, trial) = with(&[".copy-1-0/left"]);
        trial.sweep();
        let until = Some(Fidelity::new(9));
        trial.begin(until, Some(&source)).unwrap();
        assert_eq!(
            fs::read(trial.path(until).join("nested/weights")).unwrap(),
            [0, 255]
        );
        #[cfg(unix)]
        assert_eq!(fs::read(trial.path(until).join("last")).unwrap(), [0, 255]);
        fs::write(trial.path(until).join("mine"), "").unwrap();
        trial.begin(until, Some(&source)).unwrap();
        assert!(trial.path(until).join("mine").exists());
        assert_eq!(fs::read_dir(&trial.folder).unwrap().count(), 1);
        assert!(trial.begin(None, Some(Path::new("/nowhere"))).is_err());
        assert_eq!(fs::read_dir(&trial.folder).unwrap().count(), 1);
    }
}
