//! `tune best`: the best trials.

use tuning_core::Trial;

use crate::{
    args::BestArgs,
    columns::{self, Column, Kind},
    error::CliError,
    exit::Exit,
    layout::Layout,
    output::{Output, say},
    view::View,
};
use tuning_file::Extensions;

pub(super) fn run(
    args: &BestArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let view = View::of(&args.study, extensions)?;
    let best = best(&view, args.number);
    let columns = columns::all(view.study.spec(), &columns::metrics(view.study.trials()));
    if args.json {
        let columns: Vec<Column> = match &args.layout.columns[..] {
            [] => columns
                .into_iter()
                .filter(|column| {
                    !matches!(column.kind, Kind::Failure | Kind::Retries) && !column.kind.is_time()
                })
                .collect(),
            names => columns::choose(&columns, names)?,
        };
        let objects: Vec<_> = best
            .iter()
            .map(|trial| columns::object(&columns, trial))
            .collect();
        out.json(&objects)?;
    } else if !best.is_empty() {
        let layout = Layout::of(&args.layout, out.style());
        let columns = layout.columns(columns, brief)?;
        layout.write(&columns, &best, out)?;
    }
    if best.is_empty() {
        say(format_args!(
            "no trial of study `{}` has completed yet",
            view.name
        ));
        return Ok(Exit::Fruitless);
    }
    Ok(Exit::Done)
}

/// The best trials, up to this number. Of several objectives, those that no other one dominates if no number is said.
fn best(view: &View, number: Option<usize>) -> Vec<&Trial> {
    let ranked = view.study.ranked();
    let several = view.study.spec().objectives.len() > 1;
    let front = view.study.progress().front();
    let holds = |trial: &&Trial| {
        !several || number.is_some() || front.iter().any(|best| best.trial == trial.id)
    };
    let number = number.unwrap_or(if several { usize::MAX } else { 1 });
    ranked.into_iter().filter(holds).take(number).collect()
}

/// What people want to see of a completed trial.
pub(super) fn brief(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Trial | Kind::Objective(_) | Kind::Parameter(_) | Kind::Seconds
    )
}
