//! `tune plan`: what a study will spend, before anything is spent.

use std::time::Duration;

use serde_json::{Value, json};
use tuning_core::StrategyConfig as _;
use tuning_file::{Extensions, StudyFile};
use tuning_observers::{Table, TableColumn, format_count, format_duration};

use crate::{
    args::PlanArgs,
    error::CliError,
    exit::Exit,
    forecast::Forecast,
    output::{Dressed, Output},
    table::fit,
};

pub(super) fn run(
    args: &PlanArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let file = args.settings.read(&args.file, extensions)?;
    let forecast = Forecast::of(&file).map_err(CliError::Usage)?;
    if args.json {
        out.json(&as_json(args, &file, &forecast))?;
    } else {
        as_text(args, &file, &forecast, out)?;
    }
    Ok(Exit::Done)
}

/// How long the study takes, if it is known how long a unit does.
fn wall(args: &PlanArgs, forecast: &Forecast) -> Option<Duration> {
    let units = u32::try_from(forecast.wall_units).unwrap_or(u32::MAX);
    args.unit.map(|unit| unit.saturating_mul(units))
}

fn as_json(args: &PlanArgs, file: &StudyFile, forecast: &Forecast) -> Value {
    json!({
        "study": file.settings.name,
        "strategy": file.strategy.spec(),
        "pruner": file.identity.pruner,
        "fidelity": file.settings.fidelity,
        "workers": file.settings.workers,
        "plan": forecast,
        "seconds": wall(args, forecast).map(|wall| wall.as_secs_f64()),
    })
}

fn as_text(
    args: &PlanArgs,
    file: &StudyFile,
    forecast: &Forecast,
    out: &mut Output,
) -> Result<(), CliError> {
    let style = out.style();
    let has_fidelity = file.settings.fidelity.is_some();
    let line = Dressed::plain("study     ").and(&style.bold(&file.settings.name));
    out.dressed(&line)?;
    out.line(format_args!("strategy  {}", file.strategy.spec()))?;
    if let Some(pruner) = &file.identity.pruner {
        out.line(format_args!("pruner    {pruner}"))?;
    }
    if has_fidelity {
        steps(forecast, out)?;
    }
    let (trials, unit) = (
        format_count(forecast.trials, "trial"),
        match has_fidelity {
            true => "unit",
            false => "trial",
        },
    );
    let pieces = match forecast.works > forecast.trials {
        true => format!(" in {} pieces", forecast.works),
        false => String::new(),
    };
    let end = match forecast.reason {
        Some(reason) => format!("then {reason}"),
        None => "and more: it was not followed to its end".to_owned(),
    };
    let paused = match forecast.paused {
        0 => String::new(),
        paused => format!(", {paused} left paused for a larger budget"),
    };
    out.line(format_args!(
        "trials    {trials}{pieces}: {} to the end, {} stopped early{paused}; {end}",
        forecast.completed, forecast.stopped
    ))?;
    if has_fidelity {
        let saved = match forecast.units < forecast.to_the_end {
            true => format!(
                "; all of these trials to the end would use {}: {:.0}% saved",
                forecast.to_the_end,
                100.0 * (1.0 - forecast.units as f64 / forecast.to_the_end as f64)
            ),
            false => String::new(),
        };
        out.line(format_args!(
            "resource  {}{saved}",
            format_count(forecast.units, "unit")
        ))?;
    }
    let workers = format_count(file.settings.workers.get() as u64, "worker");
    let wall = match wall(args, forecast) {
        Some(wall) => format!(", {}", format_duration(wall)),
        None => "; `--unit 90s` says how long one takes".to_owned(),
    };
    out.line(format_args!(
        "time      {workers}, busy {:.0}% of it: as long as {} one after another{wall}",
        100.0 * forecast.busy,
        format_count(forecast.wall_units, unit)
    ))?;
    if has_fidelity {
        out.line("It is taken that results come in a random order, and that a trial that is good early is good late.")?;
    }
    Ok(())
}

/// What is done in each bracket, and how far it runs.
fn steps(forecast: &Forecast, out: &mut Output) -> Result<(), CliError> {
    let has_brackets = forecast.steps.iter().any(|step| step.bracket.is_some());
    let bracket = has_brackets.then(|| TableColumn::text("bracket"));
    let heads = ["until", "trials", "resource"].map(TableColumn::number);
    let mut table = Table::new(bracket.into_iter().chain(heads));
    for step in &forecast.steps {
        let bracket = has_brackets.then(|| step.bracket.clone().unwrap_or_default());
        let numbers = [step.until.unwrap_or_default(), step.trials, step.units];
        let numbers = numbers.map(|number| number.to_string());
        table.row(bracket.into_iter().chain(numbers));
    }
    out.line("")?;
    out.laid_out(&fit(&table, out.style(), "`--json` has everything"))?;
    Ok(out.line("")?)
}
