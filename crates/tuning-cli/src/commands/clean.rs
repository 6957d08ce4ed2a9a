//! `tune clean`: removes what a study has left, after asking.

use std::{fs, io, io::IsTerminal as _, path::PathBuf, sync::Arc};

use serde_json::{Value, json};
use tuning_core::Journal;
use tuning_file::{Extensions, JournalConfig, TrialsFolder, Whereabouts};

use crate::{
    args::CleanArgs,
    disk::{size, walk},
    error::CliError,
    exit::Exit,
    output::{Output, say},
    shell,
    view::{Place, View},
    wait::wait,
};

pub(super) fn run(
    args: &CleanArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut found = Found::of(args, extensions)?;
    if found.folder.is_none() && !found.removes_study {
        return finish(args, &found, false, out);
    }
    found.say_what_goes(args);
    if args.dry_run {
        return finish(args, &found, false, out);
    }
    if !args.yes && !confirmed(args)? {
        say("nothing was removed");
        return Ok(Exit::Done);
    }
    found.remove()?;
    finish(args, &found, true, out)
}

/// What there is of a study.
struct Found {
    name: String,
    journal: Arc<dyn JournalConfig>,
    /// Keeps others from running it meanwhile; none if it has no journal.
    lock: Option<Box<dyn Journal>>,
    /// How many trials it has, and how many of them are not over.
    trials: u64,
    open: u64,
    folder: Option<Folder>,
    removes_study: bool,
}

/// The folder with the logs and checkpoints of a study's trials.
struct Folder {
    path: PathBuf,
    files: u64,
    bytes: u64,
    // It belongs to this study, and no process uses it meanwhile.
    _claimed: TrialsFolder,
}

impl Found {
    fn of(args: &CleanArgs, extensions: &Extensions) -> Result<Self, CliError> {
        let place = Place::of(&args.study, extensions)?;
        let view = match (place.is_there()?, &place.name) {
            // Its file tells where its trials were.
            (false, Some(_)) => None,
            _ => Some(View::overview_of(&place)?),
        };
        let name = match &view {
            Some(view) => view.name.clone(),
            None => place.name.clone().unwrap_or_default(),
        };
        let lock = match &view {
            Some(_) => Some(wait(async { place.journal.open(&name) })??),
            None => None,
        };
        let counts = view.as_ref().map(|view| view.study.progress.counts());
        Ok(Self {
            folder: Folder::of(&place.whereabouts(&name))?,
            trials: counts.map_or(0, |counts| counts.started),
            open: counts.map_or(0, |counts| counts.running + counts.paused),
            removes_study: args.all && view.is_some(),
            name,
            journal: place.journal,
            lock,
        })
    }

    fn say_what_goes(&self, args: &CleanArgs) {
        let verb = if args.dry_run {
            "would remove"
        } else {
            "removes"
        };
        if let Some(Folder {
            path, files, bytes, ..
        }) = &self.folder
        {
            let size = size(*bytes);
            say(format_args!(
                "{verb} the logs and checkpoints of trials: {} ({files} files, {size})",
                path.display()
            ));
        }
        if self.removes_study {
            say(format_args!(
                "{verb} the study `{}` itself, with all its {} trials: {}",
                self.name,
                self.trials,
                self.journal.place()
            ));
        } else if self.open > 0 {
            say(format_args!(
                "{} trials are not over: their checkpoints will be missing when the study resumes",
                self.open
            ));
        }
    }

    fn remove(&mut self) -> Result<(), CliError> {
        if self.removes_study {
            // It takes the lock itself. If another process is faster, everything stays.
            self.lock = None;
            wait(async { self.journal.remove(&self.name) })??;
        }
        if let Some(folder) = &self.folder {
            let removed = fs::remove_dir_all(&folder.path);
            removed.map_err(|source| CliError::Write {
                what: "remove",
                path: folder.path.clone(),
                source,
            })?;
            // That of all studies of the journal: it stays if there is anything in it.
            if let Some(parent) = folder.path.parent() {
                let _ = fs::remove_dir(parent);
            }
        }
        Ok(())
    }
}

impl Folder {
    /// The folder of the trials, if there is one.
    ///
    /// # Errors
    /// If it belongs to another study, or cannot be read.
    fn of(whereabouts: &Whereabouts) -> Result<Option<Self>, CliError> {
        let path = &*whereabouts.trials_dir;
        if fs::symlink_metadata(path).is_err() {
            return Ok(None);
        }
        let claimed = whereabouts.claim_trials()?;
        let (mut files, mut bytes) = (0, 0);
        let walked = walk(path, &mut |length| {
            files += 1;
            bytes += length;
        });
        walked.map_err(|source| CliError::Read {
            path: path.to_owned(),
            source,
        })?;
        Ok(Some(Self {
            path: path.to_owned(),
            files,
            bytes,
            _claimed: claimed,
        }))
    }
}

fn confirmed(args: &CleanArgs) -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        let (tune, file) = (shell::tune(), shell::word(&args.study.file));
        return Err(CliError::Usage(format!(
            "nothing is removed without confirmation, and standard input is not a terminal: `{tune} clean {file} --yes` removes it"
        )));
    }
    say("remove it for good? [y/N]");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}

fn finish(
    args: &CleanArgs,
    found: &Found,
    removed: bool,
    out: &mut Output,
) -> Result<Exit, CliError> {
    if args.json {
        out.json(&as_json(found, removed))?;
    } else if removed {
        let freed = found.folder.as_ref().map_or(0, |folder| folder.bytes);
        let what = if found.removes_study {
            "removed the study and the files of its trials"
        } else {
            "removed the files of its trials; its results are kept"
        };
        out.line(format_args!("{}: {what} ({})", found.name, size(freed)))?;
    } else if !args.dry_run {
        say(format_args!(
            "there is nothing to remove: study `{}` has left no files of trials",
            found.name
        ));
    }
    Ok(Exit::Done)
}

fn as_json(found: &Found, removed: bool) -> Value {
    let folder = found.folder.as_ref();
    json!({
        "study": found.name,
        "journal": found.journal.place(),
        "removed": removed,
        "study_removed": removed && found.removes_study,
        "trials_dir": folder.map(|folder| &folder.path),
        "files": folder.map_or(0, |folder| folder.files),
        "bytes": folder.map_or(0, |folder| folder.bytes),
    })
}
