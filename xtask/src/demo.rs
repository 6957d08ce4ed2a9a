//! `cargo xtask demo`: the README's first command. It knows where the program and the example are, not what they do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::process::{self, cargo, quoted};
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Builds the program `tune` and the example `digits` by the profile `demo`, which compiles quickly, then becomes
`tune run examples/digits/study.yaml` in the workspace's root, with further arguments passed on
(`cargo xtask demo --trials 80`). `cargo xtask demo network` does so with the example `network`, whose trials pause and resume.";

/// The examples that it can run; the first one unless another is named.
const EXAMPLES: [&str; 2] = ["digits", "network"];

/// In `Cargo.toml`.
const PROFILE: &str = "demo";

const BUILD_TIME: &str = "a minute or two";

pub(crate) fn run(args: &[String]) -> Result {
    let workspace = Workspace::load()?;
    let (example, args) = chosen(args);
    let study = format!("examples/{example}/study.yaml");
    println!(
        "demo: builds `tune` and a program to tune, {BUILD_TIME} the first time; the study then takes some ten seconds"
    );
    process::run(cargo([
        "build",
        "--profile",
        PROFILE,
        "--no-default-features",
        "-p",
        "tuning-cli",
        "-p",
        example,
        "--bins",
    ]))?;

    let folder = workspace.target_directory.join(PROFILE);
    let tune = folder.join(format!("tune{}", std::env::consts::EXE_SUFFIX));
    // Short where that is possible: the study's last lines are commands that begin with it.
    let tune = match tune.strip_prefix(&workspace.root) {
        Ok(short) => short.to_owned(),
        Err(_) => tune,
    };
    let shown = shown(&tune, &study, args);
    println!("$ {shown}");
    let mut command = Command::new(tune);
    command
        .args(["run", &study])
        .args(args)
        .env("PATH", path_with(&folder)?)
        .current_dir(&workspace.root);
    become_command(command, shown)
}

/// The example that the first argument names, and the arguments for `tune`.
fn chosen(args: &[String]) -> (&'static str, &[String]) {
    let named = |name: &String| EXAMPLES.into_iter().find(|example| name == example);
    match args.split_first().map(|(first, rest)| (named(first), rest)) {
        Some((Some(example), rest)) => (example, rest),
        _ => (EXAMPLES[0], args),
    }
}

fn shown(tune: &Path, study: &str, args: &[String]) -> String {
    let mut shown = format!("{} run {study}", quoted(&tune.to_string_lossy()));
    for arg in args {
        shown.push(' ');
        shown.push_str(&quoted(arg));
    }
    shown
}

/// PATH with `first` in front, where the study's own command finds the example.
fn path_with(first: &Path) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = vec![first.to_owned()];
    places.extend(std::env::split_paths(&path));
    std::env::join_paths(places).map_err(|error| {
        Error::Workspace(format!(
            "cannot put `{}` into PATH: {error}",
            first.display()
        ))
    })
}

/// Replaces this process, so that signals and the exit code are the program's own.
#[cfg(unix)]
fn become_command(mut command: Command, shown: String) -> Result {
    use std::os::unix::process::CommandExt as _;

    Err(Error::NotStarted {
        command: shown,
        source: command.exec(),
    })
}

#[cfg(not(unix))]
fn become_command(mut command: Command, shown: String) -> Result {
    let status = command.status().map_err(|source| Error::NotStarted {
        command: shown,
        source,
    })?;
    std::process::exit(status.code().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_arguments_are_shown_and_quoted() {
        assert_eq!(
            shown(
                Path::new("target/demo/tune"),
                "examples/digits/study.yaml",
                &["--trials".to_owned(), "80".to_owned(), "a b".to_owned()]
            ),
            "target/demo/tune run examples/digits/study.yaml --trials 80 'a b'"
        );
    }

    #[test]
    fn the_first_argument_may_name_an_example() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (network, trials) = (words(&["network", "--quiet"]), words(&["--trials", "80"]));
        assert_eq!(chosen(&network), ("network", &network[1..]));
        assert_eq!(chosen(&trials), ("digits", &trials[..]));
        assert_eq!(chosen(&[]), ("digits", &[][..]));
    }

    #[test]
    fn the_program_to_tune_is_found_first() -> Result {
        let path = path_with(Path::new("somewhere/demo"))?;
        let first = std::env::split_paths(&path)
            .next()
            .expect("one place at least");
        assert_eq!(first, Path::new("somewhere/demo"));
        Ok(())
    }
}
