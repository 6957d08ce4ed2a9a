//! `tune logs`: what the program of a trial has written.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use tuning_command::{STDERR_LOG, STDOUT_LOG, open_regular, trial_dir};
use tuning_core::{EventKind, Fact, JournalReader, Seq, TrialId};
use tuning_file::Extensions;

use crate::{
    activity::{Activity, runner},
    args::LogsArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say},
    shell,
    view::Place,
    wait::wait,
};

/// How many entries are read at once, and how much of a log.
const PAGE: usize = 4096;
const PIECE: usize = 64 << 10;

/// How long to wait before the logs are looked at again.
const PAUSE: Duration = Duration::from_millis(100);

/// The names of a trial's logs in its folder, and what they are called.
pub(super) const LOGS: [(&str, &str); 2] = [
    (STDOUT_LOG, "standard output"),
    (STDERR_LOG, "standard error"),
];

pub(super) fn run(
    args: &LogsArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let place = Place::of(&args.study, extensions)?;
    place.must_be_there(&args.study)?;
    let (reader, study) = place.open()?;
    let trial = TrialId::new(args.trial);
    let folder = trial_dir(&place.whereabouts(&study).trials_dir, trial);
    let mut life = Life {
        reader,
        trial,
        at: Seq::ZERO,
        has_begun: false,
        runs: false,
    };
    life.read()?;
    if !life.has_begun {
        return Err(no_such_trial(&study, trial));
    }
    let wanted = match (args.stdout, args.stderr) {
        (true, _) => &LOGS[..1],
        (_, true) => &LOGS[1..],
        _ => &LOGS[..],
    };
    let mut logs: Vec<Log> = wanted
        .iter()
        .map(|(name, title)| Log::new(folder.join(name), title))
        .collect();
    let mut last = None;
    loop {
        // Looked at before the logs: what was written until then is read.
        let is_over = !args.follow || !life.runs || !is_running(&place, &study)?;
        for (index, log) in logs.iter_mut().enumerate() {
            let title = (wanted.len() > 1 && last != Some(index)).then_some(log.title);
            if log.print(title, out)? {
                last = Some(index);
            }
        }
        out.flush()?;
        if is_over {
            break;
        }
        thread::sleep(PAUSE);
        life.read()?;
    }
    if last.is_none() {
        say(match logs.iter().any(|log| log.path.exists()) {
            true => format!("trial {trial} has written nothing"),
            false => format!(
                "there are no logs of trial {trial} in `{}`",
                folder.display()
            ),
        });
    }
    Ok(Exit::Done)
}

pub(super) fn no_such_trial(study: &str, trial: TrialId) -> CliError {
    CliError::Usage(format!(
        "study `{study}` has no trial {trial}: `{} trials` lists those that it has",
        shell::tune()
    ))
}

fn is_running(place: &Place, study: &str) -> Result<bool, CliError> {
    let runner = runner(&*place.journal, study)?;
    Ok(matches!(runner, Activity::Running(_) | Activity::Unknown))
}

/// What the journal says of a trial: whether it has begun, and whether work of it is in flight.
struct Life {
    reader: Box<dyn JournalReader>,
    trial: TrialId,
    at: Seq,
    has_begun: bool,
    runs: bool,
}

impl Life {
    /// Reads what has come since.
    fn read(&mut self) -> Result<(), CliError> {
        loop {
            let entries = wait(self.reader.read(self.at, PAGE))??;
            if entries.is_empty() {
                return Ok(());
            }
            for entry in entries {
                self.at = self.at.plus(1);
                if entry.kind.trial() != Some(self.trial) {
                    continue;
                }
                match entry.kind {
                    EventKind::Fact(Fact::Started(_) | Fact::Resumed(_)) => {
                        (self.has_begun, self.runs) = (true, true);
                    }
                    EventKind::Fact(Fact::Paused(_) | Fact::Ended(_)) => self.runs = false,
                    _ => {}
                }
            }
        }
    }
}

/// A log, and how far it was printed.
struct Log {
    path: PathBuf,
    title: &'static str,
    at: u64,
}

impl Log {
    fn new(path: PathBuf, title: &'static str) -> Self {
        Self { path, title, at: 0 }
    }

    /// Prints what has come, under this title; whether there was anything.
    fn print(&mut self, title: Option<&str>, out: &mut Output) -> Result<bool, CliError> {
        let read = |source| CliError::Read {
            path: self.path.clone(),
            source,
        };
        let Some(mut file) = open(&self.path).map_err(read)? else {
            return Ok(false);
        };
        file.seek(SeekFrom::Start(self.at)).map_err(read)?;
        let mut piece = vec![0; PIECE];
        let mut is_first = true;
        loop {
            let read = file.read(&mut piece).map_err(read)?;
            if read == 0 {
                return Ok(!is_first);
            }
            if let (true, Some(title)) = (is_first, title) {
                writeln!(out, "==> {title} <==")?;
            }
            is_first = false;
            self.at += read as u64;
            out.write_all(&piece[..read])?;
        }
    }
}

/// Opens a log; none if there is none. What is not a regular file is not waited for.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    let refused = |_| io::Error::other("it is not a regular file");
    match open_regular(path, OpenOptions::new().read(true), refused) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
