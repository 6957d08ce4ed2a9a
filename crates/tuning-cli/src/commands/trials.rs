//! `tune trials`: a list of trials.

use std::{cmp::Ordering, collections::BTreeMap, io::Write as _};

use tuning_core::{Trial, TrialId, TrialState};

use crate::{
    args::TrialsArgs,
    columns::{self, Cell, Column, Kind},
    error::CliError,
    exit::Exit,
    filter::Filter,
    layout::Layout,
    long,
    output::{Output, json_value, say},
    plain::Plain,
    reports::{self, ReportColumn},
    walk::{Told, Walk},
};
use tuning_file::Extensions;

pub(super) fn run(
    args: &TrialsArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut walk = Walk::of(&args.study, extensions)?;
    let mut all = columns::with_dropped(walk.spec(), walk.dropped(), walk.metrics());
    let told_columns = reports::all(walk.spec(), walk.metrics());
    if args.reports && !args.json {
        all.extend(columns::curves(walk.spec()));
    }
    let states = states(&args.state)?;
    let filters: Vec<Filter> = args
        .conditions
        .iter()
        .map(|text| Filter::parse(text, &all))
        .collect::<Result<_, _>>()?;
    let holds = |trial: &Trial| {
        (states.is_empty() || states.contains(&trial.state))
            && filters.iter().all(|filter| filter.holds(trial))
    };
    let by = match &args.sort {
        Some(name) => Some(
            columns::find(&all, name)
                .ok_or_else(|| columns::unknown(&all, name))?
                .clone(),
        ),
        None => None,
    };
    let layout = Layout::of(&args.layout, out.style()).list();
    let is_usual = |kind: &Kind| match kind.is_time() {
        true => args.reports,
        false => args.json || !matches!(kind, Kind::Metric(_) | Kind::Tag),
    };
    let chosen = match args.json {
        // Reasons are in full for programs, wherever they are.
        true if args.layout.columns.is_empty() => all
            .into_iter()
            .filter(|column| is_usual(&column.kind))
            .collect(),
        _ => layout.columns(all, is_usual)?,
    };
    if by.is_none() && !args.reverse && !out.style().is_terminal() {
        return stream(args, &mut walk, &chosen, &told_columns, holds, out);
    }

    // In another order, or laid out for a terminal: all that is shown is in memory.
    let mut found: Vec<(Trial, Vec<Told>)> = Vec::new();
    walk.each_with_reports(|trial, told| {
        if holds(trial) {
            let (mut trial, mut told) = (trial.clone(), told.to_vec());
            if !args.reports {
                // The last one says how far it came.
                trial.reports = trial.reports.pop().into_iter().collect();
                told = Vec::new();
            }
            found.push((trial, told));
        }
        Ok(())
    })??;
    let told: BTreeMap<TrialId, &[Told]> = found
        .iter()
        .map(|(trial, told)| (trial.id, &told[..]))
        .collect();
    let mut trials: Vec<&Trial> = found.iter().map(|(trial, _)| trial).collect();
    match &by {
        Some(column) => sort(&mut trials, column, args.reverse),
        None if args.reverse => trials.reverse(),
        None => {}
    }
    trials.truncate(args.limit.unwrap_or(usize::MAX));
    if args.json {
        let objects: Vec<_> = trials
            .iter()
            .map(|trial| {
                let mut object = columns::object(&chosen, trial);
                if args.reports {
                    object["reports"] = reports::objects(&told_columns, trial, told[&trial.id]);
                }
                object
            })
            .collect();
        out.json(&objects)?;
    } else if trials.is_empty() {
        say("no trial matches");
    } else {
        layout.write(&chosen, &trials, out)?;
    }
    Ok(Exit::Done)
}

/// Writes the trials in their own order, one by one.
fn stream(
    args: &TrialsArgs,
    walk: &mut Walk,
    columns: &[Column],
    told_columns: &[ReportColumn],
    holds: impl Fn(&Trial) -> bool,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut shown = 0;
    let mut is_shown = |trial: &Trial| {
        let is_shown = shown < limit && holds(trial);
        shown += usize::from(is_shown);
        is_shown
    };
    if args.json {
        let mut before: &[u8] = b"[";
        let mut write = |trial: &Trial, told: Option<&[Told]>| {
            if !is_shown(trial) {
                return Ok(());
            }
            let mut object = columns::object(columns, trial);
            if let Some(told) = told {
                object["reports"] = reports::objects(told_columns, trial, told);
            }
            out.write_all(before)?;
            before = b",";
            json_value(out, &object)
        };
        match args.reports {
            true => walk.each_with_reports(|trial, told| write(trial, Some(told)))??,
            false => walk.each(|trial| write(trial, None))??,
        }
        out.write_all(if before == b"[" { b"[]\n" } else { b"]\n" })?;
        return Ok(Exit::Done);
    }
    if args.layout.long {
        let style = out.style();
        walk.each(|trial| match is_shown(trial) {
            true => out.laid_out(&long::block(columns, trial, style)),
            false => Ok(()),
        })??;
        if shown == 0 {
            say("no trial matches");
        }
        return Ok(Exit::Done);
    }
    let mut table = Plain::new(columns);
    walk.each(|trial| {
        if is_shown(trial) {
            table.measure(trial);
        }
        Ok(())
    })??;
    if table.is_empty() {
        say("no trial matches");
        return Ok(Exit::Done);
    }
    shown = 0;
    let mut is_shown = |trial: &Trial| {
        let is_shown = shown < limit && holds(trial);
        shown += usize::from(is_shown);
        is_shown
    };
    table.head(out)?;
    walk.each(|trial| match is_shown(trial) {
        true => table.row(out, trial),
        false => Ok(()),
    })??;
    Ok(Exit::Done)
}

fn states(names: &[String]) -> Result<Vec<TrialState>, CliError> {
    let state = |name: &String| {
        let found = TrialState::ALL
            .into_iter()
            .find(|state| state.as_str() == name.trim());
        found.ok_or_else(|| {
            let all = TrialState::ALL.map(TrialState::as_str).join("`, `");
            CliError::Usage(format!("there is no state `{name}`, but `{all}`"))
        })
    };
    names.iter().map(state).collect()
}

/// Numbers by size, texts by letters; what is empty comes last, also in reverse.
fn sort(trials: &mut [&Trial], column: &Column, reverse: bool) {
    trials.sort_by(|a, b| {
        let (a, b) = (column.of(a), column.of(b));
        let order = match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => a.to_text().cmp(&b.to_text()),
        };
        match (&a, &b) {
            (Cell::Empty, Cell::Empty) => Ordering::Equal,
            (Cell::Empty, _) => Ordering::Greater,
            (_, Cell::Empty) => Ordering::Less,
            _ if reverse => order.reverse(),
            _ => order,
        }
    });
}
