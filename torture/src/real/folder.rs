//! [`Folder`]: a study of a program in a folder, and what is there to be checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A trial that notes that it was begun.
const TRIAL: &str = "echo \"$TUNE_TRIAL\" >> begun.log\nsleep 0.0$2\necho \"loss=$1\"\n";

/// A study of it, whose decisions follow from its seed.
const STUDY: &str = "\
command: [sh, trial.sh, \"${x}\", \"${pace}\"]
parameters:
  x: {min: 0.0, max: 1.0}
  pace: {min: 0, max: 9}
  kind: {values: [a, b, c]}
objective: {name: loss, direction: minimize}
strategy: {name: tpe}
order: as-proposed
workers: 3
";

/// A study in a folder.
#[derive(Debug)]
pub(super) struct Folder {
    dir: TempDir,
    tune: PathBuf,
}

impl Folder {
    pub(super) fn new(tune: &Path) -> Result<Self, String> {
        let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
        let tune = tune.to_owned();
        Ok(Self { dir, tune })
    }

    /// With a study of this many trials.
    pub(super) fn with_study(tune: &Path, trials: u64, seed: u64) -> Result<Self, String> {
        let folder = Self::new(tune)?;
        folder.write_study(trials, seed)?;
        Ok(folder)
    }

    pub(super) fn write_study(&self, trials: u64, seed: u64) -> Result<(), String> {
        self.write("trial.sh", TRIAL)?;
        let rest = format!(
            "budget: {{trials: {trials}}}\nseed: {seed}\nobservers: [{{jsonl: events.jsonl}}, {{csv: trials.csv}}]\n"
        );
        self.write("study.yaml", &format!("{STUDY}{rest}"))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The program.
    pub(super) fn tune(&self) -> &Path {
        &self.tune
    }

    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), String> {
        fs::write(self.path(name), text).map_err(|error| format!("{name}: {error}"))
    }

    pub(super) fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.path(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.tune);
        command.args(args).current_dir(self.dir.path());
        command
    }

    pub(super) fn start(&self, args: &[&str]) -> Result<Child, String> {
        let mut command = self.command(args);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.spawn().map_err(|error| error.to_string())
    }

    pub(super) fn output(&self, args: &[&str]) -> Result<Output, String> {
        let output = self.command(args).stdin(Stdio::null()).output();
        output.map_err(|error| error.to_string())
    }

    /// What it says, if it ends well.
    pub(super) fn says(&self, args: &[&str]) -> Result<String, String> {
        let output = self.output(args)?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(format!(
                "`tune {}`: {}: {}",
                args.join(" "),
                output.status,
                String::from_utf8_lossy(&output.stderr)
            )),
        }
    }

    /// The trials that have ended.
    pub(super) fn ended(&self) -> Result<BTreeSet<u64>, String> {
        if !self.path("study.db").exists() {
            return Ok(BTreeSet::new()); // killed before it was begun
        }
        let text = self.says(&["export", "study.yaml", "--columns", "trial,state"])?;
        let ended = text.lines().filter_map(|line| {
            let (trial, state) = line.split_once(',')?;
            (state != "running").then(|| trial.parse().ok())?
        });
        Ok(ended.collect())
    }

    /// How often each trial was begun.
    pub(super) fn begun(&self) -> BTreeMap<u64, u64> {
        let mut begun = BTreeMap::new();
        for trial in self
            .read("begun.log")
            .lines()
            .filter_map(|line| line.parse().ok())
        {
            *begun.entry(trial).or_default() += 1;
        }
        begun
    }

    /// What was decided and measured.
    pub(super) fn decided(&self) -> Result<String, String> {
        self.says(&[
            "export",
            "study.yaml",
            "--columns",
            "trial,state,loss,x,pace,kind",
        ])
    }

    /// Whether the files of observers hold what the journal does, each once and in order.
    pub(super) fn files_are_whole(&self) -> Result<(), String> {
        let events = self.says(&["events", "study.yaml", "--json"])?;
        let parse = |text: &str, name: &str| -> Result<Vec<Value>, String> {
            let parse = |line: &str| {
                serde_json::from_str(line).map_err(|error| format!("{name}: {error}: {line}"))
            };
            text.lines().map(parse).collect()
        };
        let (journal, file) = (
            parse(&events, "the journal")?,
            parse(&self.read("events.jsonl"), "events.jsonl")?,
        );
        if journal != file {
            let first = (0..).find(|k| journal.get(*k) != file.get(*k)).unwrap_or(0);
            return Err(format!(
                "events.jsonl: line {} is {:?}, and the journal has {:?}",
                first + 1,
                file.get(first).map(ToString::to_string),
                journal.get(first).map(ToString::to_string)
            ));
        }
        let ended = journal.iter().filter(|event| event["event"] == "ended");
        let ended: Vec<String> = ended.map(|event| event["trial"].to_string()).collect();
        let csv = self.read("trials.csv");
        let rows: Vec<&str> = csv
            .lines()
            .skip(1)
            .filter_map(|row| row.split(',').next())
            .collect();
        match rows == ended {
            true => Ok(()),
            false => Err(format!(
                "trials.csv has the trials {rows:?}, and the journal {ended:?}"
            )),
        }
    }
}
