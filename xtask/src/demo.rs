//! `cargo xtask demo`: the README's first command. It knows where the program and the example are, not what they do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::process::{self, cargo, quoted};
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Builds the program `tune` and the example `digits` of tuning-cli in release, then becomes
`tune run crates/tuning-cli/examples/digits/study.yaml` in the workspace's root, with further arguments passed on
(`cargo xtask demo --trials 80`).";

const STUDY: &str = "crates/tuning-cli/examples/digits/study.yaml";

pub(crate) fn run(args: &[String]) -> Result {
    let workspace = Workspace::load()?;
    process::run(cargo([
        "build",
        "--release",
        "-p",
        "tuning-cli",
        "--bin",
        "tune",
        "--example",
        "digits",
    ]))?;

    let release = workspace.target_directory.join("release");
    let tune = release.join(format!("tune{}", std::env::consts::EXE_SUFFIX));
    let shown = shown(args);
    println!("$ {shown}");
    let mut command = Command::new(tune);
    command
        .args(["run", STUDY])
        .args(args)
        .env("PATH", path_with(&release.join("examples"))?)
        .current_dir(&workspace.root);
    become_command(command, shown)
}

fn shown(args: &[String]) -> String {
    let mut shown = format!("tune run {STUDY}");
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
            shown(&["--trials".to_owned(), "80".to_owned(), "a b".to_owned()]),
            format!("tune run {STUDY} --trials 80 'a b'")
        );
    }

    #[test]
    fn the_examples_come_first_on_the_path() -> Result {
        let path = path_with(Path::new("somewhere/release/examples"))?;
        let first = std::env::split_paths(&path)
            .next()
            .expect("one place at least");
        assert_eq!(first, Path::new("somewhere/release/examples"));
        Ok(())
    }
}
