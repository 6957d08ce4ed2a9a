//! [`Probe`]: a measurement in a process of its own, where nothing was allocated before it.
//!
//! `figures` starts itself again with `--probe` for it, and reads what that prints.

use std::{
    env,
    error::Error,
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use tuning_core::Journal;
use tuning_runtime::{MemoryJournal, asynchronous};
use tuning_sqlite::SqliteJournal;

use crate::{
    measure::{self, Stopwatch},
    workload,
};

/// What is measured in a process of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// How resident memory grows with the trials of a study with a journal in memory.
    Memory {
        /// How many trials.
        trials: u64,
    },
    /// The same with a journal in SQLite, in a file that is not there yet.
    Sqlite {
        /// How many trials.
        trials: u64,
        /// The file.
        file: PathBuf,
    },
    /// A session of a study, from where the last one ended until it has this many trials, with three observers.
    Session {
        /// How many trials.
        trials: u64,
        /// Its file.
        file: PathBuf,
    },
    /// How long it takes to open a study that has ended.
    Resume {
        /// How many trials it has.
        trials: u64,
        /// Its file.
        file: PathBuf,
    },
}

/// What a probe measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probed {
    /// On the wall clock, in seconds.
    pub wall: f64,
    /// The CPU time, in seconds.
    pub cpu: f64,
    /// By how much the resident memory grew for each trial, in bytes.
    pub bytes_per_trial: Option<f64>,
    /// The most that was resident, in bytes.
    pub peak: Option<u64>,
}

impl Probe {
    /// Measures in a new process of this program.
    ///
    /// # Errors
    /// If the process cannot be started, or fails.
    pub fn apart(&self) -> Result<Probed, Box<dyn Error>> {
        let output = Command::new(env::current_exe()?)
            .arg("--probe")
            .arg(serde_json::to_string(self)?)
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(format!("the probe {self:?} failed: {}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Measures in this process.
    ///
    /// # Errors
    /// If the study cannot be run or opened.
    pub fn here(&self) -> Result<Probed, Box<dyn Error>> {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            match self {
                Self::Memory { trials } => grow(*trials, MemoryJournal::new()).await,
                Self::Sqlite { trials, file } => grow(*trials, sqlite(file)?).await,
                Self::Session { trials, file } => session(*trials, file).await,
                Self::Resume { trials, file } => resume(*trials, file).await,
            }
        })
    }
}

/// Opens the journal of [`workload::STUDY`] in this file.
///
/// # Errors
/// If it cannot be opened.
pub fn sqlite(file: &Path) -> io::Result<SqliteJournal> {
    SqliteJournal::open(file, workload::STUDY).map_err(io::Error::other)
}

async fn grow(trials: u64, journal: impl Journal + 'static) -> Result<Probed, Box<dyn Error>> {
    // What the first trials bring about (threads, buffers, caches) is none of a trial's.
    let first = trials / 6;
    let before = Arc::new(AtomicU64::new(0));
    let noted = Arc::clone(&before);
    let mut study = workload::study(trials, workload::WORKERS, journal)
        .open()
        .await?;
    let watch = Stopwatch::start();
    let objective = asynchronous(move |trial| {
        if trial.id().get() == first {
            noted.store(measure::resident().unwrap_or(0), Ordering::Relaxed);
        }
        async move { trial.params().float("x0") }
    });
    study.run(objective).await?;
    let took = watch.took();
    let grown = |after: u64| after.saturating_sub(before.load(Ordering::Relaxed)) as f64;
    Ok(Probed {
        wall: took.wall,
        cpu: took.cpu,
        bytes_per_trial: measure::resident().map(|after| grown(after) / (trials - first) as f64),
        peak: measure::peak_resident(),
    })
}

async fn session(trials: u64, file: &Path) -> Result<Probed, Box<dyn Error>> {
    let seen = Arc::new(AtomicU64::new(0));
    let study = workload::study(trials, workload::WORKERS, sqlite(file)?);
    let mut study = workload::watched(study, &seen).open().await?;
    let watch = Stopwatch::start();
    let objective = asynchronous(|trial| async move { trial.params().float("x0") });
    let summary = study.run(objective).await?;
    let took = watch.took();
    if summary.counts.completed != trials || seen.load(Ordering::Relaxed) == 0 {
        return Err(
            format!("not all trials completed, or the observers missed some: {summary}").into(),
        );
    }
    Ok(Probed {
        wall: took.wall,
        cpu: took.cpu,
        bytes_per_trial: None,
        peak: measure::peak_resident(),
    })
}

async fn resume(trials: u64, file: &Path) -> Result<Probed, Box<dyn Error>> {
    let before = measure::resident().unwrap_or(0);
    let watch = Stopwatch::start();
    let study = workload::study(trials + 1, workload::WORKERS, sqlite(file)?)
        .open()
        .await?;
    let took = watch.took();
    let found = study.progress().counts().completed;
    if found != trials {
        return Err(format!("{found} trials are in the journal instead of {trials}").into());
    }
    let grown = |after: u64| after.saturating_sub(before) as f64;
    Ok(Probed {
        wall: took.wall,
        cpu: took.cpu,
        bytes_per_trial: measure::resident().map(|after| grown(after) / trials as f64),
        peak: measure::peak_resident(),
    })
}
