//! `tune trials`: a list of trials.

use std::cmp::Ordering;

use tuning_core::{Trial, TrialState};

use crate::{
    args::TrialsArgs,
    columns::{self, Cell, Column, Kind},
    error::CliError,
    exit::Exit,
    filter::Filter,
    output::{Output, say},
    table,
    view::View,
};
use tuning_file::Extensions;

pub(super) fn run(
    args: &TrialsArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let view = View::of(&args.study, extensions)?;
    let all = columns::all(view.study.spec(), view.study.trials());
    let states = states(&args.state)?;
    let filters: Vec<Filter> = args
        .conditions
        .iter()
        .map(|text| Filter::parse(text, &all))
        .collect::<Result<_, _>>()?;
    let holds = |trial: &&Trial| {
        (states.is_empty() || states.contains(&trial.state))
            && filters.iter().all(|filter| filter.holds(trial))
    };
    let mut trials: Vec<&Trial> = view.study.trials().iter().filter(holds).collect();
    if let Some(name) = &args.sort {
        let column = columns::find(&all, name).ok_or_else(|| columns::unknown(&all, name))?;
        sort(&mut trials, column, args.reverse);
    } else if args.reverse {
        trials.reverse();
    }
    trials.truncate(args.limit.unwrap_or(usize::MAX));

    let chosen = match &args.columns[..] {
        [] if args.json => all,
        [] => usual(all),
        names => columns::choose(&all, names)?,
    };
    if args.json {
        let objects: Vec<_> = trials
            .iter()
            .map(|trial| columns::object(&chosen, trial))
            .collect();
        out.json(&objects)?;
    } else if trials.is_empty() {
        say("no trial matches");
    } else {
        out.line(table::of_trials(&chosen, &trials, out.style()))?;
    }
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

fn usual(all: Vec<Column>) -> Vec<Column> {
    all.into_iter()
        .filter(|column| !matches!(column.kind, Kind::Metric(_) | Kind::Tag))
        .collect()
}
