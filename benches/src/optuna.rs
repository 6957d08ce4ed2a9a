//! [`Optuna`]: the peer, in a Python environment of its own below the target folder.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Deserialize;

use crate::place;

/// The release that we compare with: pinned, so that a number can be repeated.
pub const VERSION: &str = "5.0.0";

/// The release of Rustuna beside it: Optuna's vocabulary in front of Rust, with a TPE of its own.
pub const RUSTUNA: &str = "0.2.0";

/// An installed Optuna.
#[derive(Clone, Debug)]
pub struct Optuna {
    python: PathBuf,
}

/// What `peers/optuna_overhead.py` measured.
#[derive(Clone, Debug, Deserialize)]
pub struct Measured {
    /// How many trials it ran.
    pub trials: u64,
    /// Seconds on the wall clock.
    pub wall: f64,
    /// Seconds of CPU time.
    pub cpu: f64,
    /// The most memory that was ever resident, in KiB.
    pub peak_kib: u64,
    /// Its version.
    pub optuna: String,
    /// Python's version.
    pub python: String,
}

impl Measured {
    /// Trials for each second on the wall clock.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.trials as f64 / self.wall
    }
}

impl Optuna {
    /// Installs it in a new environment, unless it is there.
    ///
    /// # Errors
    /// Why it cannot be had: no Python, no pip, no network.
    pub fn install() -> Result<Self, String> {
        let folder = place::target().join(format!("figures/optuna-{VERSION}"));
        let this = Self {
            python: folder.join("bin/python"),
        };
        if this.is_there() {
            return Ok(this);
        }
        let path = folder.display().to_string();
        run(Command::new("python3").args(["-m", "venv", "--clear", &path]))?;
        let wanted = [format!("optuna=={VERSION}"), format!("rustuna=={RUSTUNA}")];
        let pip = ["-m", "pip", "install", "--quiet"];
        run(Command::new(&this.python).args(pip).args(wanted))?;
        Ok(this)
    }

    fn is_there(&self) -> bool {
        run(Command::new(&self.python).args(["-c", "import optuna, rustuna"])).is_ok()
    }

    /// The seconds that a peer's TPE takes for this many trials: `optuna` or `rustuna`.
    ///
    /// # Errors
    /// If the script fails.
    pub fn tpe(&self, peer: &str, trials: u64) -> Result<f64, String> {
        #[derive(Deserialize)]
        struct Took {
            seconds: f64,
        }
        let script = place::workspace().join("benches/peers/tpe_overhead.py");
        let text = run(Command::new(&self.python)
            .arg(script)
            .arg(peer)
            .args(["--trials", &trials.to_string()]))?;
        let took: Took = serde_json::from_str(&text)
            .map_err(|error| format!("{error} in what it printed: {text}"))?;
        Ok(took.seconds)
    }

    /// Runs one measurement of `peers/optuna_overhead.py`.
    ///
    /// # Errors
    /// If the script fails.
    pub fn measure(
        &self,
        what: &str,
        trials: u64,
        jobs: usize,
        folder: &Path,
    ) -> Result<Measured, String> {
        let script = place::workspace().join("benches/peers/optuna_overhead.py");
        let text = run(Command::new(&self.python)
            .arg(script)
            .arg(what)
            .args(["--trials", &trials.to_string()])
            .args(["--jobs", &jobs.to_string()])
            .arg("--folder")
            .arg(folder))?;
        serde_json::from_str(&text).map_err(|error| format!("{error} in what it printed: {text}"))
    }
}

/// Runs a command; returns what it printed, or why it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().display().to_string();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run `{name}`: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{name}` failed: {}", errors.trim()))
    }
}
