//! `tune trials`: a list of trials.

use std::{cmp::Ordering, io::Write as _};

use tuning_core::{Trial, TrialState};

use crate::{
    args::TrialsArgs,
    columns::{self, Cell, Column, Kind},
    error::CliError,
    exit::Exit,
    filter::Filter,
    output::{Output, json_value, say},
    plain::Plain,
    table,
    walk::Walk,
};
use tuning_file::Extensions;

pub(super) fn run(
    args: &TrialsArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut walk = Walk::of(&args.study, extensions)?;
    let all = columns::all(walk.spec(), walk.metrics());
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
    let chosen = match &args.columns[..] {
        [] if args.json => all,
        [] => usual(all, out.style().is_terminal),
        names => columns::choose(&all, names)?,
    };
    if by.is_none() && !args.reverse && !out.style().is_terminal {
        return stream(args, &mut walk, &chosen, holds, out);
    }

    // In another order, or laid out for a terminal: all that is shown is in memory.
    let mut trials = Vec::new();
    walk.each(|trial| {
        if holds(trial) {
            let mut trial = trial.clone();
            trial.reports = Vec::new();
            trials.push(trial);
        }
        Ok(())
    })??;
    let mut trials: Vec<&Trial> = trials.iter().collect();
    match &by {
        Some(column) => sort(&mut trials, column, args.reverse),
        None if args.reverse => trials.reverse(),
        None => {}
    }
    trials.truncate(args.limit.unwrap_or(usize::MAX));
    if args.json {
        let objects: Vec<_> = trials
            .iter()
            .map(|trial| columns::object(&chosen, trial))
            .collect();
        out.json(&objects)?;
    } else if trials.is_empty() {
        say("no trial matches");
    } else {
        out.dressed(&table::of_trials(&chosen, &trials, out.style()))?;
    }
    Ok(Exit::Done)
}

/// Writes the trials in their own order, one by one.
fn stream(
    args: &TrialsArgs,
    walk: &mut Walk,
    columns: &[Column],
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
        walk.each(|trial| {
            if is_shown(trial) {
                out.write_all(before)?;
                before = b",";
                json_value(out, &columns::object(columns, trial))?;
            }
            Ok(())
        })??;
        out.write_all(if before == b"[" { b"[]\n" } else { b"]\n" })?;
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

/// What people want to see. On a terminal reasons are short, since it has an end.
fn usual(all: Vec<Column>, is_terminal: bool) -> Vec<Column> {
    all.into_iter()
        .filter(|column| !matches!(column.kind, Kind::Metric(_) | Kind::Tag))
        .map(|mut column| {
            if is_terminal && column.kind == Kind::Failure {
                column.kind = Kind::Gist;
            }
            column
        })
        .collect()
}
