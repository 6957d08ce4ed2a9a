//! `tune list`: the studies of a folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tuning_file::{Extensions, read_journal};
use tuning_observers::{Importance, Table, TableColumn, format_values};

use crate::{
    activity::Activity,
    args::{ListArgs, StudyArgs},
    error::CliError,
    exit::Exit,
    output::{Output, say, say_warning},
    shell,
    table::{fit, one_line},
    view::{Overview, Place, View},
};

const ENDING: &str = "db";

pub(super) fn run(
    args: &ListArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut studies = Vec::new();
    for path in journals(&args.folder)? {
        match studies_of(&path, extensions) {
            Ok(found) => studies.extend(found),
            // Another one's file, or a damaged one: the others can be shown all the same.
            Err(error) => say_warning(format_args!("`{}`: {error}", path.display())),
        }
    }
    if args.json {
        out.json(&studies.iter().map(Listed::as_json).collect::<Vec<_>>())?;
    } else if studies.is_empty() {
        say(format_args!(
            "there is no study in `{}`: `{} run` begins one",
            args.folder.display(),
            shell::tune()
        ));
    } else {
        let mut table = Table::new([
            TableColumn::word("study"),
            TableColumn::word("journal").importance(Importance::Extra),
            TableColumn::text("state"),
            TableColumn::text("trials").importance(Importance::Detail),
            TableColumn::text("best"),
        ]);
        studies.iter().for_each(|study| table.row(study.row()));
        let style = match args.wide {
            true => out.style().wide(),
            false => out.style(),
        };
        out.laid_out(&fit(&table, style, "`--wide` shows everything"))?;
    }
    Ok(Exit::Done)
}

/// The journals of a folder, by name.
fn journals(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let read = |source| CliError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) && path.is_file() {
            paths.push(match folder == Path::new(".") {
                true => path.file_name().map(PathBuf::from).unwrap_or(path),
                false => path,
            });
        }
    }
    paths.sort();
    Ok(paths)
}

/// The studies of a journal.
fn studies_of(path: &Path, extensions: &Extensions) -> Result<Vec<Listed>, CliError> {
    let journal = read_journal(&path.to_string_lossy(), extensions)?;
    let names = journal.studies()?.unwrap_or_default();
    let listed = |name: String| {
        let args = StudyArgs {
            file: path.to_owned(),
            study: Some(name),
        };
        let view = View::overview_of(&Place::of(&args, extensions)?)?;
        let activity = Activity::of(&*view.journal, &view.name, view.study.progress.closed())?;
        Ok(Listed {
            journal: path.to_owned(),
            view,
            activity,
        })
    };
    names.into_iter().map(listed).collect()
}

/// A study in the list.
struct Listed {
    journal: PathBuf,
    view: View<Overview>,
    activity: Activity,
}

impl Listed {
    fn row(&self) -> [String; 5] {
        let study = &self.view.study;
        let best = study.progress.best().map_or_else(String::new, |best| {
            format_values(&study.spec.objectives, &best.values)
        });
        let state = match self.activity {
            Activity::Ended(reason) => format!("ended: {reason}"),
            activity => activity.word().to_owned(),
        };
        let journal = self.journal.display().to_string();
        let trials = study.progress.counts().to_string();
        [&self.view.name, &journal, &state, &trials, &best].map(|text| one_line(text))
    }

    fn as_json(&self) -> Value {
        let study = &self.view.study;
        json!({
            "study": self.view.name,
            "journal": self.journal,
            "activity": self.activity.word(),
            "reason": study.progress.closed().map(|closed| closed.reason),
            "objectives": study.spec.objectives.to_vec(),
            "counts": study.progress.counts(),
            "best": study.progress.best(),
            "last_at_millis": study.last_at_millis,
        })
    }
}
