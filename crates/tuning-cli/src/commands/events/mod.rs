//! `tune events`: what happened in a study, in order, also while it happens.

use std::{sync::Arc, thread, time::Duration};

use tuning_core::{Event, EventKind, JournalReader, Objectives, Seq};
use tuning_file::{Extensions, JournalConfig};

use self::line::line;
use crate::{
    activity::{Activity, runner},
    args::EventsArgs,
    error::CliError,
    exit::Exit,
    output::{Output, json_line, say},
    view::Place,
    wait::wait,
};

mod line;

/// How many events are read at once.
const PAGE: usize = 4096;

/// How long to wait before the journal is looked at again. A look takes some microseconds, and no
/// writer waits for it.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) fn run(
    args: &EventsArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let wanted = Wanted {
        kinds: &args.kind,
        trials: &args.trial,
    };
    let place = Place::of(&args.study, extensions)?;
    place.must_be_there(&args.study)?;
    let (mut reader, study) = place.open()?;
    let spec = wait(reader.spec())??;
    let mut tape = Tape {
        reader,
        study: study.into(),
        objectives: spec.objectives,
        at: Seq::new(args.after.unwrap_or_default()),
        closed: false,
    };
    tape.print(&wanted, args.json, out)?;
    if args.follow {
        tape.follow(&*place.journal, &wanted, args.json, out)?;
    }
    Ok(Exit::Done)
}

/// Which events are shown.
struct Wanted<'a> {
    kinds: &'a [String],
    trials: &'a [u64],
}

impl Wanted<'_> {
    fn has(&self, kind: &EventKind) -> bool {
        (self.kinds.is_empty() || self.kinds.iter().any(|name| name == kind.name()))
            && (self.trials.is_empty()
                || kind
                    .trial()
                    .is_some_and(|trial| self.trials.contains(&trial.get())))
    }
}

/// A study's events, read on and on.
struct Tape {
    reader: Box<dyn JournalReader>,
    study: Arc<str>,
    objectives: Objectives,
    at: Seq,
    /// Whether the last event closed the study.
    closed: bool,
}

impl Tape {
    /// Prints what is there, and makes sure that it can be seen.
    fn print(&mut self, wanted: &Wanted<'_>, json: bool, out: &mut Output) -> Result<(), CliError> {
        loop {
            let entries = wait(self.reader.read(self.at, PAGE))??;
            if entries.is_empty() {
                return Ok(out.flush()?);
            }
            for entry in entries {
                self.at = self.at.plus(1);
                self.closed = matches!(entry.kind, EventKind::Closed(_));
                if wanted.has(&entry.kind) {
                    let study = Arc::clone(&self.study);
                    let event = Event::new(study, self.at, entry.at_millis, entry.kind);
                    self.print_one(&event, json, out)?;
                }
            }
        }
    }

    fn print_one(&self, event: &Event, json: bool, out: &mut Output) -> Result<(), CliError> {
        if json {
            // A line each, on a terminal, too.
            Ok(json_line(out, event)?)
        } else {
            Ok(out.dressed(&line(event, &self.objectives, out.style()))?)
        }
    }

    /// Prints what comes until no process runs the study any more.
    fn follow(
        &mut self,
        journal: &dyn JournalConfig,
        wanted: &Wanted<'_>,
        json: bool,
        out: &mut Output,
    ) -> Result<(), CliError> {
        loop {
            // Looked at before the journal: what a process that is gone has left there is read.
            let runner = runner(journal, &self.study)?;
            self.print(wanted, json, out)?;
            let is_over = match runner {
                Activity::Running(_) => false,
                Activity::Unknown => self.closed,
                _ => true,
            };
            if is_over {
                if !self.closed {
                    say("no process runs the study: it was interrupted; `tune run` resumes it");
                }
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
    }
}
