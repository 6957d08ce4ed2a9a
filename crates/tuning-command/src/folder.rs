//! [`TrialFolder`]: the files of one trial, ready for a piece of work.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tuning_core::{Failure, FailureKind, Fidelity, Origin, TrialId, Work};

use crate::{checkpoint::Checkpoints, record::ProcessRecord, regular};

/// The folder of one trial, ready for a piece of work: whose it is, and the checkpoint that the work continues from.
///
/// [`CommandEvaluator`](crate::CommandEvaluator) makes one for each piece of work; evaluators of other kinds may do the same.
/// The [module](crate) says what is in it.
///
/// # Example
/// ```
/// use tuning_command::TrialFolder;
/// use tuning_core::{Origin, Parameter, Seed, Space, TrialId, Work};
///
/// # let folder = tempfile::tempdir()?;
/// # let trials = folder.path().join("trials");
/// let space = Space::new([Parameter::float("lr", 0.0, 1.0)])?;
/// let mut work = Work::new(TrialId::new(7), space.params([("lr", 0.1)])?, Seed::new(1));
/// work.until = Some(3.into());
/// let first = TrialFolder::prepare(&trials, Some("mnist"), &work).expect("it can be written");
/// std::fs::write(first.checkpoint().join("weights"), "…")?;
///
/// (work.origin, work.until) = (Origin::Resumed { at: 3.into() }, None);
/// let second = TrialFolder::prepare(&trials, Some("mnist"), &work).expect("it can be copied");
/// assert!(second.checkpoint().join("weights").exists(), "a copy");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TrialFolder {
    path: PathBuf,
    checkpoints: Checkpoints,
    until: Option<Fidelity>,
    /// The checkpoint that the work continues from, and its step.
    source: Option<PathBuf>,
    from: Option<Fidelity>,
    checkpoint: PathBuf,
    /// Whether an earlier attempt at the same work left something to continue from.
    is_begun: bool,
}

/// The file that says whose folder it is.
const IDENTITY: &str = "trial.json";

/// No parameters are longer.
const LONGEST_IDENTITY: u64 = 64 << 20;

/// Whose folder it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Identity {
    trial: TrialId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    study: Option<String>,
    seed: u64,
    params: Value,
}

impl TrialFolder {
    /// Waits until no program of an earlier tuner works in the folder any more, killing it. One of another study is left
    /// alone.
    pub(crate) async fn reclaim(
        trials_dir: &Path,
        study: Option<&str>,
        trial: TrialId,
    ) -> Result<(), Failure> {
        let folder = trial_dir(trials_dir, trial);
        let path = process_file(&folder);
        let Some(record) = ProcessRecord::read(&path) else {
            return Ok(());
        };
        let other = Identity::read(&folder).and_then(|found| found.study);
        if let (Some(other), Some(study)) = (other, study)
            && other != study
            && record.lives()
        {
            let (pid, folder) = (record.pid(), folder.display());
            return Err(Failure::new(
                FailureKind::Error,
                format!(
                    "process {pid} of study `{other}` works in `{folder}`: end it, or use another folder"
                ),
            ));
        }
        if record.end().await {
            _ = fs::remove_file(path);
            return Ok(());
        }
        let pid = record.pid();
        Err(Failure::new(
            FailureKind::Error,
            format!("process {pid} of an earlier attempt cannot be killed: end it, then try again"),
        ))
    }

    /// Makes the folder ready for a piece of work: its own, with the checkpoint to continue from,
    /// without a result. Call it once it is [durable](tuning_core::RunningTrial::committed) that the work was begun.
    ///
    /// # Errors
    /// If something cannot be written or copied, or if the work is to begin with the checkpoint of a trial that has none.
    pub fn prepare(trials_dir: &Path, study: Option<&str>, work: &Work) -> Result<Self, Failure> {
        let path = trial_dir(trials_dir, work.trial);
        let identity = Identity {
            trial: work.trial,
            study: study.map(str::to_owned),
            seed: work.seed.get(),
            params: serde_json::to_value(&work.params).unwrap_or_default(),
        };
        claim(&path, &identity).map_err(|error| cannot("make the folder", &path, &error))?;

        let checkpoints = Checkpoints::of(&path);
        checkpoints.sweep();
        let (source, from) = source(trials_dir, &checkpoints, work)?;
        let folder = Self {
            path,
            checkpoint: checkpoints.path(work.until),
            is_begun: checkpoints.is_begun(work.until),
            checkpoints,
            until: work.until,
            source,
            from,
        };
        match fs::remove_file(folder.result()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(cannot(
                    "remove the earlier result",
                    &folder.result(),
                    &error,
                ));
            }
            _ => {}
        }
        let begun = folder
            .checkpoints
            .begin(work.until, folder.source.as_deref());
        begun.map_err(|error| cannot("make the checkpoint", &folder.checkpoint, &error))?;
        if let (Origin::Resumed { .. }, Some(source)) = (work.origin, &folder.source) {
            folder.checkpoints.keep_from(source);
        }
        Ok(folder)
    }

    /// Makes the checkpoint again what the first attempt at the work found, if an earlier attempt has left another.
    /// Returns whether it has; the second time it has not.
    ///
    /// # Errors
    /// If that cannot be copied.
    pub fn begin_again(&mut self) -> Result<bool, Failure> {
        let was_begun = std::mem::take(&mut self.is_begun);
        if was_begun {
            let begun = self
                .checkpoints
                .begin_again(self.until, self.source.as_deref());
            begun.map_err(|error| cannot("make the checkpoint", &self.checkpoint, &error))?;
        }
        Ok(was_begun)
    }

    /// Finds out whether the folder of the trials takes what trials need: a folder, and a file in it.
    ///
    /// # Errors
    /// If it does not: the reason is not a trial's own.
    pub fn probe(trials_dir: &Path, trial: TrialId) -> io::Result<()> {
        let path = trials_dir.join(format!(".probe-{:06}", trial.get()));
        fs::create_dir_all(&path)?;
        let written = regular::write(&path.join("file"), &[0; 4 << 10]);
        let removed = fs::remove_dir_all(&path);
        written.and(removed)
    }

    /// Removes the checkpoints of a trial of this study, if there are any. Everything else stays.
    pub fn discard(trials_dir: &Path, study: Option<&str>, trial: TrialId) {
        let path = trial_dir(trials_dir, trial);
        if Identity::read(&path)
            .is_some_and(|found| found.trial == trial && found.study.as_deref() == study)
        {
            Checkpoints::of(&path).remove();
        }
    }

    /// Opens the logs of both streams, to be continued.
    pub(crate) fn logs(&self, work: &Work) -> Result<(File, File), Failure> {
        let open = |name: &str| {
            let path = self.path.join(name);
            open_log(&path, work).map_err(|error| cannot("open the log", &path, &error))
        };
        Ok((open(STDOUT_LOG)?, open(STDERR_LOG)?))
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the work saves and finds checkpoints.
    #[must_use]
    pub fn checkpoint(&self) -> &Path {
        &self.checkpoint
    }

    /// Where the program may write its result.
    pub(crate) fn result(&self) -> PathBuf {
        self.path.join("result")
    }

    /// Where it is noted which process works here.
    pub(crate) fn process(&self) -> PathBuf {
        process_file(&self.path)
    }

    /// The step that the checkpoint is of, if the work continues from one.
    #[must_use]
    pub fn from(&self) -> Option<Fidelity> {
        self.from
    }
}

/// A failure to do something with a file.
pub(crate) fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    let reason = format!("cannot {what} `{}`: {error}", path.display());
    Failure::new(FailureKind::Error, reason)
}

/// The log of a program's standard output, in the folder of its trial.
pub const STDOUT_LOG: &str = "stdout.log";

/// The log of its standard error.
pub const STDERR_LOG: &str = "stderr.log";

/// The folder of a trial among those of its study.
#[must_use]
pub fn trial_dir(trials_dir: &Path, trial: TrialId) -> PathBuf {
    trials_dir.join(format!("{:06}", trial.get()))
}

fn process_file(folder: &Path) -> PathBuf {
    folder.join("process.json")
}

/// The checkpoint that a piece of work continues from, and its step.
fn source(
    trials_dir: &Path,
    own: &Checkpoints,
    work: &Work,
) -> Result<(Option<PathBuf>, Option<Fidelity>), Failure> {
    let fork = match work.origin {
        Origin::Resumed { at } => {
            let source = own.before(at, work.until);
            let from = source.is_some().then_some(at);
            return Ok((source, from));
        }
        Origin::Forked(fork) => fork,
        _ => return Ok((None, None)),
    };
    // A copy of its own: the other trial's may be gone when the work is done again.
    let at = Some(fork.at.unwrap_or_default());
    let copy = own.path(at);
    if copy.is_dir() {
        return Ok((Some(copy), fork.at));
    }
    let donor = trial_dir(trials_dir, fork.trial);
    let Some(source) = Checkpoints::of(&donor).donated(fork.at) else {
        // It would run, but as another trial than the strategy asked for.
        return Err(Failure::new(
            FailureKind::Error,
            format!(
                "trial {} has no checkpoint in `{}` to begin with",
                fork.trial,
                donor.display()
            ),
        ));
    };
    let begun = own.begin(at, Some(&source));
    begun.map_err(|error| cannot("make the checkpoint", &copy, &error))?;
    Ok((Some(copy), fork.at))
}

/// Makes the folder, or takes the one that is there if it belongs to the same trial; another's is
/// set aside.
fn claim(path: &Path, identity: &Identity) -> io::Result<()> {
    if path.is_dir() {
        match Identity::read(path) {
            Some(found) if found.is_same(identity) => return Ok(()),
            _ => set_aside(path)?,
        }
    }
    fs::create_dir_all(path)?;
    regular::write(&path.join(IDENTITY), &serde_json::to_vec_pretty(identity)?)
}

impl Identity {
    /// That in a folder; none if there is none that can be read.
    fn read(folder: &Path) -> Option<Self> {
        let bytes = regular::read(&folder.join(IDENTITY), LONGEST_IDENTITY).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn is_same(&self, other: &Self) -> bool {
        let studies = (&self.study, &other.study);
        let other_study = matches!(studies, (Some(a), Some(b)) if a != b);
        !other_study && (self.seed, &self.params) == (other.seed, &other.params)
    }
}

fn set_aside(path: &Path) -> io::Result<()> {
    // A folder with nothing in it belongs to no trial: a tuner was killed before it could write whose it
    // is.
    if fs::remove_dir(path).is_ok() {
        return Ok(());
    }
    let mut n = 1_u64;
    loop {
        let aside = path.with_extension(format!("stale-{n}"));
        if !aside.exists() {
            return fs::rename(path, aside);
        }
        n += 1;
    }
}

fn open_log(path: &Path, work: &Work) -> io::Result<File> {
    let mut log = regular::append(path)?;
    if log.metadata()?.len() > 0 {
        let until = work
            .until
            .map_or("the end".to_owned(), |until| until.to_string());
        writeln!(log, "\n=== until {until}, attempt {} ===", work.attempt)?;
    }
    Ok(log)
}
