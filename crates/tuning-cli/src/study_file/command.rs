//! `command`, `workdir`, `env` and `reports`: what a trial runs.

use std::{
    env,
    path::{Path, PathBuf},
};

use tuning_core::Space;
use tuning_runtime::command::{Argument, CommandError, CommandLine, CommandSpec, Place};

use crate::document::{Fields, Item, Node, Place as DocumentPlace, Value};

use super::paths;

/// Reads everything but the folder of the trials and the study's name.
pub(super) fn read(root: &Fields<'_>, folder: &Path, space: Option<&Space>) -> Option<CommandSpec> {
    let write = "say what a trial runs, as in `command: [python, train.py, --lr, \"${lr}\"]`";
    let command = root.need("command", write);
    let workdir = match root.get("workdir") {
        Some(item) => workdir(&item, folder),
        None => Some(folder.to_owned()),
    };
    let env = match root.get("env") {
        Some(item) => environment(&item),
        None => Some(Vec::new()),
    };
    let reports = root
        .get("reports")
        .map_or(Some((None, false)), |item| reports(&item));
    let item = command?;
    let line = line(&item);
    let mut spec = CommandSpec::of(line?);
    let workdir = workdir?;
    spec.workdir = Some(std::path::absolute(&workdir).unwrap_or(workdir));
    spec.env = env?;
    let (step, zero_based) = reports?;
    if let Some(step) = step {
        spec = spec.step_key(step);
    }
    spec.zero_based = zero_based;
    // Placeholders can be judged only if the parameters are right.
    if let Some(space) = space
        && let Err(error) = spec.check(space)
    {
        let place = place_of(&error, item.node(), root.item().node().get("env"));
        return item.problem(place, error.to_string());
    }
    program_is_there(&item, &spec)?;
    Some(spec)
}

/// Where in the file the error is: at an argument, at an environment variable.
fn place_of<'a>(
    error: &CommandError,
    command: &'a Node,
    env: Option<&'a Node>,
) -> &'a DocumentPlace {
    let place = match error {
        CommandError::Unclosed { place }
        | CommandError::UnknownPlaceholder { place, .. }
        | CommandError::ConditionalProgram { place, .. } => Some(place),
        _ => None,
    };
    let variable = match (error, place) {
        (
            CommandError::EnvironmentName { name } | CommandError::ReservedEnvironment { name },
            _,
        )
        | (_, Some(Place::Environment { name })) => env.and_then(|env| env.get(name)),
        _ => None,
    };
    let argument = match place {
        Some(Place::Argument { index, .. }) => arguments(command).into_iter().nth(*index),
        _ => None,
    };
    &variable.or(argument).unwrap_or(command).place
}

/// The arguments with those of groups, as they are counted in errors.
fn arguments(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(nodes) => nodes.iter().flat_map(arguments).collect(),
        _ => vec![node],
    }
}

fn reports(item: &Item<'_>) -> Option<(Option<String>, bool)> {
    let expected = "a mapping such as `{step: epoch, zero_based: true}`";
    let fields = item.fields(expected, &["step", "zero_based"])?;
    let step = match fields.get("step") {
        Some(step) => Some(step.text("the name under which the program prints its step")?),
        None => None,
    };
    Some((
        step,
        fields
            .get("zero_based")
            .map_or(Some(false), |item| item.flag())?,
    ))
}

fn line(item: &Item<'_>) -> Option<CommandLine> {
    let expected = "a list of arguments, or a text for the shell";
    if item.is_text() {
        return Some(CommandLine::Shell(item.text(expected)?));
    }
    let mut arguments = Vec::new();
    let mut complete = true;
    for part in item.list(expected)? {
        let argument = if part.is_list() {
            let group: Option<Vec<_>> = part.list("arguments")?.iter().map(argument).collect();
            group.map(Argument::Group)
        } else {
            argument(&part).map(Argument::One)
        };
        complete &= argument.is_some();
        arguments.extend(argument);
    }
    complete.then_some(CommandLine::Arguments(arguments))
}

/// A number is an argument, too: `--epochs, 10`.
fn argument(item: &Item<'_>) -> Option<String> {
    if item.is_map() {
        return item.expected("an argument (quote it: `\"${lr}\"`)");
    }
    Some(item.scalar()?.to_string())
}

fn workdir(item: &Item<'_>, folder: &Path) -> Option<PathBuf> {
    let path = paths::path(item, folder)?;
    if !path.is_dir() {
        return item.wrong(format_args!(
            "is `{}`, which is no folder: create it, or name another",
            path.display()
        ));
    }
    Some(path)
}

fn environment(item: &Item<'_>) -> Option<Vec<(String, String)>> {
    let entries =
        item.names("a mapping from names to values, such as `{OMP_NUM_THREADS: \"1\"}`")?;
    let read = entries
        .iter()
        .map(|(name, item)| Some(((*name).to_owned(), item.scalar()?.to_string())));
    let read: Vec<Option<_>> = read.collect();
    read.into_iter().collect()
}

/// Looks for the program now: otherwise every single trial would fail.
fn program_is_there(item: &Item<'_>, spec: &CommandSpec) -> Option<()> {
    let CommandLine::Arguments(arguments) = &spec.line else {
        return Some(());
    };
    let Some(Argument::One(program)) = arguments.first() else {
        return Some(());
    };
    let chosen_by_trial = program.contains("${");
    let own_path = spec.env.iter().any(|(name, _)| name == "PATH");
    if chosen_by_trial || own_path || !cfg!(unix) {
        return Some(());
    }
    let workdir = spec.workdir.clone().unwrap_or_default();
    let program = program.replace("$$", "$");
    if program.contains('/') {
        let path = workdir.join(&program);
        if path.is_file() {
            return Some(());
        }
        return item.problem(
            item.place(),
            format!(
                "program `{program}` is not there: there is no file `{}`",
                paths::tidy(&path).display()
            ),
        );
    }
    let path = env::var_os("PATH").unwrap_or_default();
    if env::split_paths(&path).any(|folder| workdir.join(folder).join(&program).is_file()) {
        return Some(());
    }
    let hint = match workdir.join(&program).is_file() {
        true => format!(
            "; write `./{program}` for the file in `{}`",
            workdir.display()
        ),
        false => ": install it, or write its path".to_owned(),
    };
    item.problem(
        item.place(),
        format!("program `{program}` is not found in PATH{hint}"),
    )
}
