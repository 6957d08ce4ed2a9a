//! `command`, `workdir`, `env` and `reports`: what a trial runs.

use std::{
    env,
    path::{Path, PathBuf},
};

use tuning_command::{Argument, CommandError, CommandLine, CommandSpec, Place};
use tuning_core::Space;

use crate::{
    document::{Item, Key, Keys, Node, Place as DocumentPlace, Shape, has_variable},
    kinds::Options,
    paths,
};

const ARGUMENTS: Shape = Shape::Any(&[Shape::Scalar, Shape::List(&Shape::Scalar)]);

/// The options of a program, which may stand at the top of a study file.
pub(crate) static KEYS: Keys = Keys::new(
    "a command, or a mapping such as `{command: [python, train.py]}`",
    &[COMMAND, WORKDIR, ENV, REPORT],
);

/// `command`.
pub(crate) const COMMAND: Key = Key::new(
            "command",
            Shape::Any(&[Shape::Text, Shape::Filled(&ARGUMENTS)]),
            "What a trial runs: a program with its arguments, in which `${name}` stands for the value of a \
             parameter and an inner list vanishes if its parameter is not active; `${args}` stands for \
             `--name=value` of all of them. A string is a script for `sh`.",
        )
        .required()
        .synonyms(&["cmd", "exec", "run", "script"]);

/// `workdir`.
pub(crate) const WORKDIR: Key = Key::new(
    "workdir",
    Shape::Text,
    "The folder to run it in; by default that of this file.",
)
.synonyms(&["cwd", "dir"]);

/// `env`.
pub(crate) const ENV: Key = Key::new(
    "env",
    Shape::Names(&Shape::Scalar),
    "Further environment variables of the program; `${name}` stands for the value of a parameter.",
)
.synonyms(&["environment"]);

/// `reports`.
pub(crate) const REPORT: Key = Key::new(
    "reports",
    Shape::Map(&REPORTS),
    "How the program reports its steps, if it does so in an unusual way.",
);
static REPORTS: Keys = Keys::new(
    "a mapping such as `{step: epoch, zero_based: true}`",
    &[
        Key::new(
            "step",
            Shape::Text,
            "The name under which the program prints its step, if it is not `fidelity`, `epoch`, `step` or \
             `iteration`.",
        ),
        Key::new(
            "zero_based",
            Shape::Flag,
            "Whether the program says 0 after its first step, as loops over `range(n)` do.",
        )
        .default("false"),
    ],
);

/// Reads everything but the folder of the trials and the study's name.
pub(crate) fn read(root: &Options<'_>) -> Option<CommandSpec> {
    let (folder, space) = (root.folder(), root.space());
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
    let line = Line::read(&item, space);
    let Line { line, places } = line?;
    let mut spec = CommandSpec::of(line);
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
        let place = place_of(&error, &item, &places, root.item().node().get("env"));
        return item.problem(place, error.to_string());
    }
    program_is_there(&item, &spec)?;
    Some(spec)
}

/// Where in the file the error is: at an argument, at an environment variable.
fn place_of<'a>(
    error: &CommandError,
    command: &Item<'a>,
    places: &[&'a DocumentPlace],
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
        Some(Place::Argument { index, .. }) => places.get(*index).copied(),
        _ => None,
    };
    let variable = variable.map(|node| &node.place);
    variable.or(argument).unwrap_or(command.place())
}

fn reports(item: &Item<'_>) -> Option<(Option<String>, bool)> {
    let fields = item.fields(&REPORTS)?;
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

/// What to run, and where each argument stands, those of groups one by one, as errors count them.
struct Line<'a> {
    line: CommandLine,
    places: Vec<&'a DocumentPlace>,
}

impl<'a> Line<'a> {
    fn read(item: &Item<'a>, space: Option<&Space>) -> Option<Self> {
        let expected = "a list of arguments, or a string for the shell";
        if item.is_text() {
            return Some(Self {
                line: CommandLine::Shell(script(item, space, expected)?),
                places: Vec::new(),
            });
        }
        let mut arguments = Vec::new();
        let mut places = Vec::new();
        let mut complete = true;
        for part in item.list(expected)? {
            if let (Some(ARGS), Some(space)) = (part.node().as_text(), own_words(space)) {
                // All parameters; each one vanishes where it is not active.
                let names = space.parameters().iter().map(|parameter| parameter.name());
                let groups = names.map(|name| Argument::group([format!("--{name}=${{{name}}}")]));
                arguments.extend(groups);
                places.extend(std::iter::repeat_n(part.place(), space.len()));
                continue;
            }
            foreign(&part, space)?;
            let read = if part.is_list() {
                let members = part.list("arguments")?;
                places.extend(members.iter().map(Item::place));
                let group: Vec<_> = members.iter().map(argument).collect();
                let group: Option<Vec<_>> = group.into_iter().collect();
                group.map(Argument::Group)
            } else {
                places.push(part.place());
                argument(&part).map(Argument::One)
            };
            complete &= read.is_some();
            arguments.extend(read);
        }
        let line = CommandLine::Arguments(arguments);
        complete.then_some(Self { line, places })
    }
}

/// Stands for `--name=value` of every active parameter.
const ARGS: &str = "${args}";

/// The space, unless it has a parameter that is called `args`: that one comes first.
fn own_words(space: Option<&Space>) -> Option<&Space> {
    space.filter(|space| space.index_of("args").is_none())
}

/// A script for the shell as it is written. The shell has the environment itself; a value that became a
/// part of the script could be a command.
fn script(item: &Item<'_>, space: Option<&Space>, expected: &str) -> Option<String> {
    let text = item.node().as_text()?;
    if has_variable(text) {
        return item.wrong(
            "is a script for the shell, which knows the environment itself: write `$NAME`, or \
             `$${NAME:-fallback}`, in place of `${env:NAME}`",
        );
    }
    foreign(item, space)?;
    item.text(expected)?;
    Some(text.to_owned())
}

/// A number is an argument, too: `--epochs, 10`.
fn argument(item: &Item<'_>) -> Option<String> {
    if item.is_map() {
        return item.expected("an argument (quote it: `\"${lr}\"`)");
    }
    item.argument()
}

/// Notes placeholders of W&B sweeps, unless parameters are called like them.
fn foreign(item: &Item<'_>, space: Option<&Space>) -> Option<()> {
    let whole = "write the program itself, as in `command: [python, train.py, \"${args}\"]`";
    let args = "an argument `\"${args}\"` of its own stands for `--name=value` of all parameters";
    let json = "the environment variable `TUNE_PARAMS` holds all parameters as JSON";
    let words = [
        ("env", whole),
        ("interpreter", whole),
        ("program", whole),
        ("args", args),
        ("args_no_hyphens", args),
        ("args_no_boolean_flags", args),
        ("args_json", json),
        ("args_json_file", json),
    ];
    let Some(text) = item.node().as_text() else {
        return Some(());
    };
    let has = |word: &str| {
        let placeholder = format!("${{{word}}}");
        let known = space.is_none_or(|space| space.index_of(word).is_some());
        !known && text.replace("$$", "").contains(&placeholder)
    };
    if let Some((word, remedy)) = words.iter().find(|(word, _)| has(word)) {
        return item.wrong(format_args!(
            "has `${{{word}}}`, as in sweeps of W&B: {remedy}"
        ));
    }
    if text.contains("${envvar:") {
        return item.wrong("has `${envvar:NAME}`: write `${env:NAME}`");
    }
    Some(())
}

fn workdir(item: &Item<'_>, folder: &Path) -> Option<PathBuf> {
    let path = paths::path(item, folder)?;
    if !path.is_dir() {
        return item.wrong(format_args!(
            "is `{}`, which is not a folder: create it, or name another",
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
        .map(|(name, item)| Some(((*name).to_owned(), item.argument()?)));
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
                "program `{program}` does not exist: there is no file `{}`",
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
