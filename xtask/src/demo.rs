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
(`cargo xtask demo --trials 80`).";

const STUDY: &str = "examples/digits/study.yaml";

/// In `Cargo.toml`.
const PROFILE: &str = "demo";

const BUILD_TIME: &str = "a minute or two";

pub(crate) fn run(args: &[String]) -> Result {
    let workspace = Workspace::load()?;
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
        "digits",
        "--bins",
    ]))?;

    let folder = workspace.target_directory.join(PROFILE);
    let tune = folder.join(format!("tune{}", std::env::consts::EXE_SUFFIX));
    // Short where that is possible: the study's last lines are commands that begin with it.
    let tune = match tune.strip_prefix(&workspace.root) {
        Ok(short) => short.to_owned(),
        Err(_) => tune,
    };
    let shown = shown(&tune, args);
    println!("$ {shown}");
    let mut command = Command::new(tune);
    command
        .args(["run", STUDY])
        .args(args)
        .env("PATH", path_with(&folder)?)
        .current_dir(&workspace.root);
    become_command(command, shown)
}

fn shown(tune: &Path, args: &[String]) -> String {
    let mut shown = format!("{} run {STUDY}", quoted(&tune.to_string_lossy()));
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
                &["--trials".to_owned(), "80".to_owned(), "a b".to_owned()]
            ),
            format!("target/demo/tune run {STUDY} --trials 80 'a b'")
        );
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
