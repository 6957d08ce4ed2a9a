//! `tune validate`: everything that can be checked without running anything.

use std::{num::NonZeroUsize, time::Duration};

use console::measure_text_width;
use serde_json::{Value, json};
use tuning_core::{
    Budget, Counted, Domain, EventKind, JournalError, JournalReader, PrunerConfig as _, Seq,
    StrategyConfig as _, StudySpec,
};
use tuning_file::{Extensions, StudyFile};
use tuning_observers::{Table, TableColumn, format_duration, format_value};

use crate::{
    args::ValidateArgs,
    dry_run::DryRun,
    error::CliError,
    exit::Exit,
    output::{Dressed, Output},
    table::fit,
    wait::wait,
};

pub(super) fn run(
    args: &ValidateArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let file = args.settings.read(&args.file, extensions)?;
    let stored = stored(&file)?;
    let dry = DryRun::of(&file).map_err(CliError::Usage)?;
    if args.json {
        out.json(&as_json(&file, &dry, &stored))?;
    } else if args.merged {
        merged(&file, out)?;
    } else {
        as_text(&file, &dry, &stored, out)?;
    }
    Ok(Exit::Done)
}

/// What the journal holds already.
enum Stored {
    Nothing,
    /// Other studies.
    Others,
    /// This one.
    Study {
        entries: u64,
    },
}

fn stored(file: &StudyFile) -> Result<Stored, CliError> {
    let studies = match file.journal.studies() {
        // What no other process can read is of this process, and there is nothing of it yet.
        Err(JournalError::Unsupported(_)) => None,
        studies => studies?,
    };
    let name = &file.settings.name;
    match studies {
        None => return Ok(Stored::Nothing),
        Some(studies) if !studies.contains(name) => return Ok(Stored::Others),
        Some(_) => {}
    }
    let (spec, head) = wait(async {
        let (_, mut reader) = file.journal.reader(Some(name))?;
        Ok::<_, JournalError>((spec_now(&mut *reader).await?, reader.head().await?))
    })??;
    let pruner = file.pruner.as_ref().map(|pruner| pruner.spec());
    // An error if it does not match.
    file.settings
        .identity(file.strategy.spec(), pruner, Some(spec))?;
    Ok(Stored::Study {
        entries: head.get(),
    })
}

/// The identity of a study, with the space that it has now.
async fn spec_now(reader: &mut dyn JournalReader) -> Result<StudySpec, JournalError> {
    let mut spec = reader.spec().await?;
    let mut at = Seq::ZERO;
    loop {
        let entries = reader.read(at, PAGE).await?;
        if entries.is_empty() {
            return Ok(spec);
        }
        at = at.plus(entries.len() as u64);
        for entry in entries {
            if let EventKind::Amended(amended) = entry.kind {
                spec.space = amended.space;
            }
        }
    }
}

/// How many entries are read at once.
const PAGE: usize = 1024;

fn as_json(file: &StudyFile, dry: &DryRun, stored: &Stored) -> Value {
    json!({
        "study": file.settings.name,
        "parameters": file.settings.space,
        "points": file.settings.space.cardinality().map(|points| points.to_string()),
        "objectives": file.objectives().to_vec(),
        "strategy": file.strategy.spec(),
        "pruner": file.identity.pruner,
        "budget": file.settings.budget,
        "dry_run": dry,
        "workers": file.settings.workers,
        "journal": file.journal.place(),
        "trials_dir": file.trials_dir,
        "exists": matches!(stored, Stored::Study { .. }),
        "file": file.written.json,
    })
}

fn as_text(
    file: &StudyFile,
    dry: &DryRun,
    stored: &Stored,
    out: &mut Output,
) -> Result<(), CliError> {
    let style = out.style();
    let objectives: Vec<String> = file.objectives().iter().map(ToString::to_string).collect();
    let line = Dressed::plain("study       ").and(&style.bold(&file.settings.name));
    out.dressed(&line.text(": ").text(&objectives.join(", ")))?;
    // As it is written: variables of the environment may be secrets.
    let command = match &file.written.json["command"] {
        Value::String(script) => format!(
            "sh -c '{}'",
            script.trim().lines().next().unwrap_or_default()
        ),
        arguments => arguments.to_string(),
    };
    match &file.written.json["evaluator"] {
        Value::Null => out.line(format_args!("command     {command}"))?,
        evaluator => out.line(format_args!("evaluator   {evaluator}"))?,
    }

    let rows: Vec<[String; 3]> = file
        .settings
        .space
        .parameters()
        .iter()
        .map(|parameter| {
            let when = parameter
                .condition()
                .map(|condition| format!("when {condition}"));
            [
                parameter.name().to_owned(),
                domain(parameter.domain()),
                when.unwrap_or_default(),
            ]
        })
        .collect();
    let is_conditional = rows.iter().any(|row| !row[2].is_empty());
    let heads = [TableColumn::word("parameter"), TableColumn::text("values")];
    let active = is_conditional.then(|| TableColumn::text("active"));
    let mut table = Table::new(heads.into_iter().chain(active));
    for row in &rows {
        table.row(&row[..if is_conditional { 3 } else { 2 }]);
    }
    out.line("")?;
    out.laid_out(&fit(&table, style, "`--json` has everything"))?;
    out.line("")?;

    let points = match file.settings.space.cardinality() {
        Some(points) => points.to_string(),
        None => "a continuum".to_owned(),
    };
    out.line(format_args!("points      {points}"))?;
    out.line(format_args!("strategy    {}", file.strategy.spec()))?;
    if let Some(pruner) = &file.identity.pruner {
        out.line(format_args!("pruner      {pruner}"))?;
    }
    out.line(format_args!(
        "budget      {}",
        budget(&file.settings.budget)
    ))?;
    out.line(format_args!(
        "stop on     {}",
        stop_on(&file.settings.budget)
    ))?;
    out.line(format_args!("dry run     {dry}{}", longest(file, dry)))?;
    out.line(format_args!("workers     {}", file.settings.workers))?;
    let state = match stored {
        Stored::Study { entries } => format!("holds this study: {entries} entries"),
        Stored::Others => "exists, without this study".to_owned(),
        Stored::Nothing => "will be created".to_owned(),
    };
    out.line(format_args!(
        "journal     {} ({state})",
        file.journal.place()
    ))?;
    out.line(format_args!("trial logs  {}", file.trials_dir.display()))?;
    Ok(())
}

/// What a table needs for a value, with the blanks between its columns.
const VALUE: usize = 24;

/// Every setting with where it comes from, in a table if there is room for one.
fn merged(file: &StudyFile, out: &mut Output) -> Result<(), CliError> {
    let settings = &file.written.settings;
    let widths = settings
        .iter()
        .map(|setting| measure_text_width(&setting.path) + measure_text_width(&setting.origin));
    let widest = widths.max().unwrap_or_default() + VALUE;
    if out.style().width.is_some_and(|width| width < widest) {
        for setting in settings {
            out.line(format_args!(
                "{}: {} ({})",
                setting.path, setting.value, setting.origin
            ))?;
        }
        return Ok(());
    }
    let mut table = Table::new([
        TableColumn::word("setting"),
        TableColumn::text("value"),
        TableColumn::word("from"),
    ]);
    for setting in settings {
        table.row([&*setting.path, &*setting.value, &*setting.origin]);
    }
    Ok(out.laid_out(&fit(&table, out.style(), ""))?)
}

fn domain(domain: &Domain) -> String {
    match domain.choices() {
        Some(choices) if choices.len() == 1 => format!("always {}", choices[0]),
        _ => domain.to_string(),
    }
}

fn budget(budget: &Budget) -> String {
    let mut parts = Vec::new();
    let mut push = |part: Option<String>| parts.extend(part);
    push(budget.trials.map(|trials| match budget.of {
        Counted::Completed => format!("{trials} completed trials"),
        Counted::All => format!("{trials} trials, added ones included"),
        _ => format!("{trials} trials"),
    }));
    push(
        budget
            .time
            .map(|time| format!("{} in all", format_duration(time))),
    );
    push(
        budget
            .target
            .map(|target| format!("until {} is reached", format_value(target))),
    );
    push(
        budget
            .no_improvement
            .map(|trials| format!("until {trials} trials in a row are no better")),
    );
    push(
        budget
            .resource
            .map(|resource| format!("{resource} units of resource")),
    );
    push(
        budget
            .cost
            .as_ref()
            .map(|cost| format!("{} of `{}`", format_value(cost.limit), cost.metric)),
    );
    match &parts[..] {
        [] => "none: the strategy decides, or ctrl-c".to_owned(),
        parts => parts.join(", "),
    }
}

/// Which failed trials end the study early.
fn stop_on(budget: &Budget) -> String {
    format!("failures: {}", budget.failures)
}

/// How long that can take at most, if trials have a timeout.
fn longest(file: &StudyFile, dry: &DryRun) -> String {
    let (Some(timeout), Some(_)) = (file.settings.trial_timeout, dry.reason) else {
        return String::new();
    };
    let rounds = dry
        .works
        .div_ceil(NonZeroUsize::get(file.settings.workers) as u64);
    let longest = timeout.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
    let longest: Duration = file
        .settings
        .budget
        .time
        .map_or(longest, |time| longest.min(time + timeout));
    format!(
        " (at most {} with the timeout of {})",
        format_duration(longest),
        format_duration(timeout)
    )
}
