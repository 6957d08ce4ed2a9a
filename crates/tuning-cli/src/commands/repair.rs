//! `tune repair`: saves what is intact of a study whose journal is damaged in a new journal. The damaged one stays as it
//! is.

use std::sync::Arc;

use serde_json::json;
use tuning_core::{EventKind, Fact, JournalError, Seq};
use tuning_file::{Extensions, JournalConfig, Salvaged, read_journal};

use crate::{
    args::RepairArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say},
    view::Place,
    wait::wait,
};

/// How many entries are copied at once.
const PAGE: usize = 4096;

pub(super) fn run(
    args: &RepairArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let place = Place::of(&args.study, extensions)?;
    let salvaged = wait(async { place.journal.salvage(place.name.as_deref()) })??;
    let Some(damage) = &salvaged.damage else {
        return whole(args, &place, salvaged, out);
    };
    let damage = damage.to_string();
    let target = match &args.output {
        Some(path) => read_journal(&path.to_string_lossy(), extensions)?,
        None => place.journal.marked("repaired"),
    };
    refuse_taken(&*target, &salvaged.study)?;
    say(format_args!("{damage}"));
    let study = salvaged.study.clone();
    let head = head(&salvaged);
    let copied = wait(copy(salvaged, &target))??;
    let lost = head.map(|head| head.saturating_sub(copied.entries));
    if args.json {
        out.json(&json!({
            "study": study,
            "journal": place.journal.place(),
            "damage": damage,
            "repaired": target.place(),
            "entries": copied.entries,
            "lost": lost,
            "started": copied.started,
            "ended": copied.ended,
        }))?;
    } else {
        let (from, to) = (place.journal.place(), target.place());
        let lost = match lost {
            None => String::new(),
            Some(0) => ", all that there were".to_owned(),
            Some(lost) => format!("; {lost} are lost"),
        };
        out.line(format_args!(
            "saved {} entries of study `{study}` in `{to}` ({} trials, {} ended){lost}",
            copied.entries, copied.started, copied.ended
        ))?;
        out.line(format_args!(
            "to resume from them: move `{from}` with its `-wal`, `-shm` and `.sums` files away, rename `{to}` to `{from}`, and run the study"
        ))?;
    }
    Ok(Exit::Done)
}

/// Nothing has to be saved.
fn whole(
    args: &RepairArgs,
    place: &Place,
    mut salvaged: Salvaged,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let head = wait(salvaged.reader.head())??;
    if args.json {
        out.json(&json!({
            "study": salvaged.study,
            "journal": place.journal.place(),
            "damage": null,
            "entries": head,
        }))?;
    } else {
        out.line(format_args!(
            "study `{}` in `{}` is intact: {head} entries",
            salvaged.study,
            place.journal.place()
        ))?;
    }
    Ok(Exit::Done)
}

fn refuse_taken(target: &dyn JournalConfig, study: &str) -> Result<(), CliError> {
    let studies = target.studies()?.unwrap_or_default();
    if studies.iter().any(|known| known == study) {
        return Err(CliError::Usage(format!(
            "`{}` holds a study `{study}` already: name another file with `--output`",
            target.place()
        )));
    }
    Ok(())
}

/// How many entries there were, if that is known.
fn head(salvaged: &Salvaged) -> Option<u64> {
    match &salvaged.damage {
        Some(JournalError::Lost { head, .. }) => Some(head.get()),
        _ => None,
    }
}

/// What was copied.
#[derive(Default)]
struct Copied {
    entries: u64,
    started: u64,
    ended: u64,
}

async fn copy(
    mut salvaged: Salvaged,
    target: &Arc<dyn JournalConfig>,
) -> Result<Copied, JournalError> {
    let mut journal = target.open(&salvaged.study)?;
    let mut copied = Copied::default();
    let mut head = Seq::ZERO;
    loop {
        let entries = salvaged.reader.read(head, PAGE).await?;
        if entries.is_empty() {
            copied.entries = head.get();
            return Ok(copied);
        }
        for entry in &entries {
            match entry.kind {
                EventKind::Fact(Fact::Started(_)) => copied.started += 1,
                EventKind::Fact(Fact::Ended(_)) => copied.ended += 1,
                _ => {}
            }
        }
        head = journal.append(head, &entries).await?;
    }
}
