//! `cargo xtask api`: the public items of each published crate in a file, so that a change to them shows in a review.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::process::{self, cargo, run_quietly};
use crate::workspace::{Crate, Workspace};

pub(crate) const HELP: &str = "\
Writes `crates/X/api.txt` for each published crate X with a library: one line per public item, with all features.
`--check` writes nothing, and fails where a file is not up to date. Names of crates choose some.

It reads rustdoc's JSON, whose format changes with Rust. Where the compiler writes another format, `--check` warns and
passes; without `--check` the command fails. `cargo +VERSION xtask api` uses another compiler.";

/// A compiler whose rustdoc writes the format that `xtask/api` reads.
const RUST: &str = "1.95";

/// The exit code of `xtask-api` for JSON of another format.
const OTHER_FORMAT: i32 = 3;

const FILE: &str = "api.txt";

pub(crate) fn run(args: &[String]) -> Result {
    let (options, names): (Vec<&String>, Vec<_>) =
        args.iter().partition(|arg| arg.starts_with('-'));
    if let Some(option) = options.iter().find(|option| **option != "--check") {
        return Err(Error::unknown("option", option, ["--check"].into_iter()));
    }
    let check = !options.is_empty();
    let workspace = Workspace::load()?;
    let crates = choose(&workspace, &names)?;

    process::run(cargo(["build", "--quiet", "-p", "xtask-api"]))?;
    let program = workspace
        .target_directory
        .join(format!("debug/xtask-api{}", std::env::consts::EXE_SUFFIX));
    document(&crates, names.is_empty(), &program)?;
    let mut stale = Vec::new();
    for krate in crates {
        let Some(surface) = surface(&workspace, krate, &program)? else {
            return other_format(check);
        };
        let file = workspace.root.join(krate.file(FILE));
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        if old == surface {
            continue;
        }
        println!("{}:", krate.file(FILE));
        print!("{}", difference(&old, &surface));
        if check {
            stale.push(krate.file(FILE));
        } else {
            std::fs::write(&file, surface).map_err(|error| {
                Error::Workspace(format!("cannot write `{}`: {error}", file.display()))
            })?;
        }
    }
    if stale.is_empty() {
        println!(
            "api: {}",
            if check {
                "all files are up to date"
            } else {
                "all files are written"
            }
        );
        return Ok(());
    }
    Err(Error::Stale(stale))
}

fn choose<'a>(workspace: &'a Workspace, names: &[&String]) -> Result<Vec<&'a Crate>> {
    let all = || workspace.published().filter(|krate| krate.has_library);
    if names.is_empty() {
        return Ok(all().collect());
    }
    names
        .iter()
        .map(|name| {
            all().find(|krate| krate.name == **name).ok_or_else(|| {
                let known: Vec<&str> = all().map(|krate| &*krate.name).collect();
                Error::unknown("crate", name, known.into_iter())
            })
        })
        .collect()
}

/// Has rustdoc write its JSON for these crates, by one call: the features of what they depend on are then those of the
/// other steps, and nothing is built twice.
fn document(crates: &[&Crate], all: bool, program: &Path) -> Result {
    let mut command = cargo(["doc", "--no-deps", "--lib", "--all-features"]);
    if all {
        command.arg("--workspace");
    } else {
        command.args(crates.iter().flat_map(|krate| ["-p", &krate.name]));
    }
    command
        .env("RUSTDOC", program)
        .env(
            "XTASK_API_AS_RUSTDOC",
            std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into()),
        )
        .env(
            "RUSTDOCFLAGS",
            "-Z unstable-options --output-format json --cap-lints allow",
        );
    run_quietly(command, None).map(drop)
}

/// The public items of a crate as text; none if rustdoc writes JSON of another format.
fn surface(workspace: &Workspace, krate: &Crate, program: &Path) -> Result<Option<String>> {
    let file = format!("doc/{}.json", krate.name.replace('-', "_"));
    let file = workspace.target_directory.join(file);
    let mut print = Command::new(program);
    print.arg(file);
    let output = run_quietly(print, Some(OTHER_FORMAT))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(output.status.success().then_some(text))
}

fn other_format(check: bool) -> Result {
    let what = format!(
        "this compiler's rustdoc writes JSON of another format than that of Rust {RUST}: use `cargo +{RUST} xtask api`"
    );
    if check {
        eprintln!("\napi: WARNING: THE PUBLIC ITEMS ARE NOT CHECKED: {what}\n");
        return Ok(());
    }
    Err(Error::Workspace(what))
}

/// The lines that went and came. Both texts are sorted lists, so that no more is needed.
fn difference(old: &str, new: &str) -> String {
    let mut text = String::new();
    let lacks = |lines: &str, line: &str| !lines.lines().any(|other| other == line);
    for (mark, from, to) in [('-', old, new), ('+', new, old)] {
        for line in from.lines().filter(|line| lacks(to, line)) {
            text.push_str(&format!("{mark} {line}\n"));
        }
    }
    if text.is_empty() {
        text.push_str("the same lines in another order\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_and_what_came_is_shown() {
        assert_eq!(difference("a\nb\n", "b\nc\n"), "- a\n+ c\n");
        assert_eq!(difference("", "a\n"), "+ a\n");
        assert_eq!(
            difference("a\nb\n", "b\na\n"),
            "the same lines in another order\n"
        );
    }

    #[test]
    fn crates_with_a_library_are_chosen_by_name() -> Result {
        let mut program = Crate::example("tuning-program");
        program.has_library = false;
        let workspace = Workspace {
            crates: vec![Crate::example("tuning-core"), program],
            ..Workspace::default()
        };
        let names = |names: &[&String]| -> Result<Vec<String>> {
            Ok(choose(&workspace, names)?
                .iter()
                .map(|krate| krate.name.clone())
                .collect())
        };
        assert_eq!(names(&[])?, ["tuning-core"]);
        let error = names(&[&"tuning-cor".to_owned()]).expect_err("no such crate");
        assert!(
            error.to_string().contains("did you mean `tuning-core`"),
            "{error}"
        );
        Ok(())
    }
}
