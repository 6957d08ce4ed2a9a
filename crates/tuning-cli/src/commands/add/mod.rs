//! `tune add`: trials that were evaluated elsewhere become trials of a study.
//!
//! `sheet` reads the file, `heads` says what its columns mean, `row` makes trials of its rows.

mod heads;
mod number;
mod row;
mod sheet;

use std::{collections::BTreeMap, path::Path};

use serde_json::json;
use tuning_core::{
    AddedTrial, JournalError, Outcome, ParamsKey, Spec, StudySpec, TrialId, TrialState,
};
use tuning_file::{Extensions, StudyFile};
use tuning_runtime::{Study, StudyError};

use self::{
    heads::Heads,
    row::{Found, Wrong},
    sheet::Sheet,
};
use crate::{
    args::AddArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say, say_warning},
};

/// How many problems are told; the others are counted.
const SHOWN: usize = 10;

pub(super) fn run(
    args: &AddArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let file = args.settings.read(&args.file, extensions)?;
    let results = Results::read(&args.results, &file)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CliError::Start)?;
    runtime.block_on(add(args, &file, results, out))
}

async fn add(
    args: &AddArgs,
    file: &StudyFile,
    results: Results,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut study = open(file).await.map_err(while_it_runs)?;
    let doubles = match args.doubles {
        true => Vec::new(),
        false => doubles(&mut study, &results.trials).await?,
    };
    let is_double = |place: &usize| doubles.iter().any(|(double, _)| double == place);
    let places = (0..results.trials.len()).filter(|place| !is_double(place));
    let trials: Vec<AddedTrial> = places
        .map(|place| results.trials[place].1.clone())
        .collect();
    let added = study.add(trials).await?;
    for column in &results.left_out {
        say_warning(column);
    }
    if args.json {
        let double = |(place, of): &(usize, Double)| {
            let line = results.trials[*place].0;
            match of {
                Double::Of(trial) => json!({"line": line, "of_trial": trial}),
                Double::Line(other) => json!({"line": line, "of_line": other}),
            }
        };
        out.json(&json!({
            "study": file.settings.name,
            "added": added,
            "doubles": doubles.iter().map(double).collect::<Vec<_>>(),
            "unfinished": results.unfinished,
            "counts": study.progress().counts(),
            "best": study.progress().best(),
        }))?;
        return Ok(Exit::Done);
    }
    say_doubles(&results, &doubles);
    if results.unfinished > 0 {
        say(format_args!(
            "{} left out, since they have not ended",
            rows(results.unfinished)
        ));
    }
    let name = &file.settings.name;
    let from = args.results.display();
    match &added[..] {
        [] => out.line(format_args!("{name}: nothing to add from `{from}`"))?,
        [one] => out.line(format_args!("{name}: added trial {one} from `{from}`"))?,
        [first, .., last] => out.line(format_args!(
            "{name}: added {} trials from `{from}`: {first} to {last}",
            added.len()
        ))?,
    }
    Ok(Exit::Done)
}

async fn open(file: &StudyFile) -> Result<Study, CliError> {
    Ok(file.builder()?.open().await?)
}

/// A study that is run takes nothing from another process.
fn while_it_runs(error: CliError) -> CliError {
    match error {
        CliError::Journal(JournalError::Busy { message })
        | CliError::Study(StudyError::Journal(JournalError::Busy { message })) => {
            let message = format!(
                "nothing was added: {message}. A session of `tune ask-tell` takes trials while it runs: `{{\"tell\": {{\"params\": …, \"values\": …}}}}`"
            );
            CliError::Journal(JournalError::Busy { message })
        }
        error => error,
    }
}

/// The trials of a file.
struct Results {
    /// Each with its line.
    trials: Vec<(u64, AddedTrial)>,
    unfinished: u64,
    /// What is said of columns that are left out.
    left_out: Vec<String>,
}

impl Results {
    /// Reads all of them, or says what is wrong.
    fn read(path: &Path, file: &StudyFile) -> Result<Self, CliError> {
        let sheet = Sheet::read(path)?;
        // What a study is called, and who searches, has no columns.
        let spec = StudySpec::new(
            file.settings.space.clone(),
            file.objectives().clone(),
            Spec::new(""),
        );
        let refused = |problems: Vec<String>| refused(path, &problems);
        let heads = Heads::of(&sheet, &spec).map_err(refused)?;
        let note = path.file_name().unwrap_or_default().to_string_lossy();
        let mut results = Self {
            trials: Vec::with_capacity(sheet.rows.len()),
            unfinished: 0,
            left_out: heads.left_out.clone(),
        };
        let mut wrong: Vec<Wrong> = Vec::new();
        for row in &sheet.rows {
            match row::read(row, &heads, &spec) {
                Ok(Found::Trial(trial)) => {
                    let trial = trial.note(note.clone());
                    results.trials.push((row.at.line, trial));
                }
                Ok(Found::Unfinished) => results.unfinished += 1,
                Err(problems) => wrong.extend(problems),
            }
        }
        if wrong.is_empty() {
            return Ok(results);
        }
        wrong.sort_by_key(|(at, _)| *at);
        let problem = |(at, message): &Wrong| format!("{at}: {message}");
        Err(refused(wrong.iter().map(problem).collect()))
    }
}

fn refused(path: &Path, problems: &[String]) -> CliError {
    let mut text = String::from("nothing was added:");
    for problem in problems.iter().take(SHOWN) {
        text.push_str(&format!("\n{}:{problem}", path.display()));
    }
    match problems.len().saturating_sub(SHOWN) {
        0 => {}
        1 => text.push_str("\nand 1 more problem"),
        more => text.push_str(&format!("\nand {more} more problems")),
    }
    CliError::Usage(text)
}

/// Of what a row is a double.
#[derive(Clone, Copy, Debug)]
enum Double {
    Of(TrialId),
    Line(u64),
}

/// What makes a result the same as another one: its parameters and its values, or that it has none.
type Same = (ParamsKey, Option<Vec<u64>>);

/// The places of the rows that say what a trial of the study or an earlier row says, to the last bit.
async fn doubles(
    study: &mut Study,
    results: &[(u64, AddedTrial)],
) -> Result<Vec<(usize, Double)>, CliError> {
    let bits = |values: &tuning_core::Values| {
        let values = values.as_slice().iter();
        values
            .map(|value| (value + 0.0).to_bits())
            .collect::<Vec<_>>()
    };
    let mut known: BTreeMap<Same, Double> = BTreeMap::new();
    let space = study.spec().space.clone();
    for trial in study.trials().await?.iter() {
        let values = match trial.state {
            TrialState::Completed => trial.values.as_ref().map(bits),
            TrialState::Failed | TrialState::Stopped => None,
            _ => continue,
        };
        if let Ok(params) = space.align(&trial.params) {
            let same = (params.key(), values);
            known.entry(same).or_insert(Double::Of(trial.id));
        }
    }
    let mut doubles = Vec::new();
    for (place, (line, trial)) in results.iter().enumerate() {
        let values = match &trial.outcome {
            Outcome::Completed(values) => Some(bits(values)),
            _ => None,
        };
        let params = space
            .align(&trial.params)
            .unwrap_or_else(|_| trial.params.clone());
        match known.entry((params.key(), values)) {
            std::collections::btree_map::Entry::Occupied(of) => doubles.push((place, *of.get())),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(Double::Line(*line));
            }
        }
    }
    Ok(doubles)
}

fn say_doubles(results: &Results, doubles: &[(usize, Double)]) {
    for (place, of) in doubles.iter().take(SHOWN) {
        let line = results.trials[*place].0;
        match of {
            Double::Of(trial) => say(format_args!(
                "line {line} is left out: trial {trial} has the same parameters and the same result"
            )),
            Double::Line(other) => say(format_args!(
                "line {line} is left out: line {other} has the same parameters and the same result"
            )),
        }
    }
    if let Some(more) = doubles.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        say(format_args!("and {more} more"));
    }
    if !doubles.is_empty() {
        say("with `--doubles` they are added, too");
    }
}

fn rows(count: u64) -> String {
    match count {
        1 => "1 row is".to_owned(),
        count => format!("{count} rows are"),
    }
}
