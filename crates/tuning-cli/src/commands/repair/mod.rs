//! `tune repair`: saves what is intact of a study whose journal is damaged in a new journal, and lists what is not. The
//! damaged one stays as it is.

mod mend;

use std::sync::Arc;

use serde_json::json;
use tuning_core::{Entry, EventKind, JournalError, Seq, TrialId};
use tuning_file::{Extensions, JournalConfig, Salvaged, read_journal};

use self::mend::Mender;
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

/// How many rows are listed for people.
const LISTED: usize = 20;

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
    let copied = wait(copy(salvaged, &target, args.before_damage))??;
    let progress = copied.mender.progress();
    let (kept, counts) = (copied.mender.kept(), progress.counts());
    let ended = counts.completed + counts.stopped + counts.failed;
    if args.json {
        let losses = copied.mender.losses();
        let losses: Vec<_> = losses
            .map(|(trial, reason)| json!({ "trial": trial, "reason": reason }))
            .collect();
        out.json(&json!({
            "study": study,
            "journal": place.journal.place(),
            "damage": damage,
            "repaired": target.place(),
            "entries": kept,
            "lost": copied.head.get().saturating_sub(kept),
            "started": counts.started,
            "ended": ended,
            "trials": losses,
            "others": copied.mender.others(),
        }))?;
        return Ok(Exit::Done);
    }
    let (from, to) = (place.journal.place(), target.place());
    out.line(format_args!(
        "saved {kept} of {} entries of study `{study}` in `{to}` ({} trials, {ended} ended)",
        copied.head, counts.started
    ))?;
    list(&copied, out)?;
    out.line(format_args!(
        "to resume from them: move `{from}` with its `-wal`, `-shm` and `.sums` files away, rename `{to}` to `{from}`, and run the study"
    ))?;
    Ok(Exit::Done)
}

/// Says what is lost.
fn list(copied: &Copied, out: &mut Output) -> Result<(), CliError> {
    let mut rows: Vec<(TrialId, TrialId, String)> = Vec::new();
    for (trial, meaning) in copied.mender.losses() {
        match rows.last_mut() {
            Some((_, last, before)) if *before == meaning && last.plus(1) == trial => *last = trial,
            _ => rows.push((trial, trial, meaning)),
        }
    }
    for (first, last, meaning) in rows.iter().take(LISTED) {
        match first == last {
            true => out.line(format_args!("  trial {first}: {meaning}"))?,
            false => out.line(format_args!("  trials {first} to {last}: {meaning}"))?,
        }
    }
    if rows.len() > LISTED {
        let more = rows.len() - LISTED;
        out.line(format_args!("  and {more} more: `--json` lists all"))?;
    }
    for (first, last) in copied.mender.others().into_iter().take(LISTED) {
        let which = match first == last {
            true => format!("entry {first}"),
            false => format!("entries {first} to {last}"),
        };
        out.line(format_args!(
            "  {which}: of no trial, or of one that is not known"
        ))?;
    }
    if copied.lacks_cursors {
        out.line(format_args!(
            "  how far the observers have come is not known: some may be told again what they were told before"
        ))?;
    }
    Ok(())
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

/// What was copied.
struct Copied {
    mender: Mender,
    /// The last entry of the damaged study.
    head: Seq,
    lacks_cursors: bool,
}

async fn copy(
    mut salvaged: Salvaged,
    target: &Arc<dyn JournalConfig>,
    before_damage: bool,
) -> Result<Copied, JournalError> {
    let head = salvaged.reader.head().await?;
    let mut amendments = Vec::new();
    let mut read = Seq::ZERO;
    while read < head {
        let entries = salvaged.reader.read(read, PAGE).await?;
        if entries.is_empty() {
            break;
        }
        read = read.plus(entries.len() as u64);
        amendments.extend(entries.into_iter().filter_map(|entry| match entry.kind {
            EventKind::Amended(amended) => Some(*amended),
            _ => None,
        }));
    }
    let mut mender = Mender::new(&salvaged.reader.spec().await?, amendments);
    let mut journal = target.open(&salvaged.study)?;
    let mut written = Seq::ZERO;
    while written < head {
        let mut entries = salvaged.reader.read(written, PAGE).await?;
        if before_damage {
            let is_missing = |entry: &Entry| matches!(entry.kind, EventKind::Missing(_));
            entries.truncate(entries.iter().position(is_missing).unwrap_or(entries.len()));
        }
        if entries.is_empty() {
            break;
        }
        let seqs = (written.get() + 1..).map(Seq::new);
        let mended = seqs
            .zip(entries)
            .map(|(seq, entry)| mender.mend(seq, entry));
        let mended: Vec<Entry> = mended.collect();
        written = journal.append(written, &mended).await?;
    }
    // Every entry has its old place, so the observers continue where they were.
    let lacks_cursors = salvaged.cursors.is_none();
    for (observer, at) in salvaged.cursors.unwrap_or_default() {
        journal.set_cursor(&observer, at.min(written)).await?;
    }
    for status in salvaged
        .reader
        .observer_statuses()
        .await
        .unwrap_or_default()
    {
        journal.set_observer_status(&status).await?;
    }
    Ok(Copied {
        mender,
        head,
        lacks_cursors,
    })
}
