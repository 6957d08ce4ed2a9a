//! The commands that a README.md shows: each names things that exist. It checks names, and does not run anything.

use crate::command::COMMANDS;
use crate::tidy::problem::Problem;
use crate::tree::Tree;
use crate::workspace::{Crate, Workspace};

const SHELLS: &[&str] = &["bash", "console", "sh", "shell"];

/// Subcommands of cargo whose `-p`, `--bin` and so on name what is in this workspace.
const OF_WORKSPACE: &[&str] = &[
    "b", "bench", "build", "c", "check", "clippy", "d", "doc", "nextest", "r", "run", "t", "test",
];

/// Directories of this workspace: a word of a command that begins so is a path.
const PLACES: &[&str] = &[".ci/", "benches/", "crates/", "xtask/"];

/// The whole check, on README.md and crates/*/README.md.
pub(crate) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Problem> {
    let readmes = workspace
        .crates
        .iter()
        .map(|krate| krate.file("README.md"))
        .chain(["README.md".to_owned()]);
    readmes
        .filter_map(|path| tree.text(&path).map(|text| (path, text)))
        .flat_map(|(path, text)| check_text(workspace, tree, &path, text))
        .collect()
}

fn check_text(workspace: &Workspace, tree: &Tree, path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (line, command) in commands(text) {
        let words: Vec<&str> = command.split_whitespace().collect();
        let faults = faults_of_cargo(workspace, &words)
            .into_iter()
            .chain(faults_of_paths(tree, &words));
        for (what, remedy) in faults {
            problems.push(Problem::new(
                format!("{path}:{line}"),
                what,
                "a command in a README works when it is pasted",
                remedy,
            ));
        }
    }
    problems
}

/// The commands in fenced shell blocks, each with its line: prompts off, continued lines joined, `a && b` taken apart.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut language: Option<String> = None;
    let mut joined = String::new();
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if let Some(info) = trimmed.strip_prefix("```") {
            language = match language {
                Some(_) => None,
                None => Some(
                    info.split([' ', ',', '{'])
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                ),
            };
            continue;
        }
        let Some(language) = language.as_deref().filter(|name| SHELLS.contains(name)) else {
            continue;
        };
        let typed = match trimmed.strip_prefix("$ ") {
            Some(typed) => typed,
            // In a session, lines without a prompt are output.
            None if language == "console" && joined.is_empty() => continue,
            None => trimmed,
        };
        let typed = typed.split(" #").next().unwrap_or_default();
        if typed.starts_with('#') {
            continue;
        }
        if let Some(start) = typed.strip_suffix('\\') {
            joined.push_str(start);
            continue;
        }
        joined.push_str(typed);
        let whole = std::mem::take(&mut joined)
            .replace("&&", ";")
            .replace('|', ";");
        let parts = whole
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        found.extend(parts.map(|part| (number + 1, part.to_owned())));
    }
    found
}

/// What is wrong with a cargo command, and what would be right.
fn faults_of_cargo(workspace: &Workspace, words: &[&str]) -> Vec<(String, String)> {
    // Before `cargo` stand variables: `RUST_LOG=debug cargo run …`.
    let Some(cargo) = words.iter().position(|&word| word == "cargo") else {
        return Vec::new();
    };
    let mut rest = words[cargo + 1..]
        .iter()
        .filter(|word| !word.starts_with('+'));
    let subcommand = rest.next().copied().unwrap_or_default();
    let ours: Vec<&str> = rest.copied().take_while(|&word| word != "--").collect();
    if subcommand == "xtask" {
        let name = ours.first().copied().unwrap_or("--help");
        let is_known = name.starts_with('-')
            || name == "help"
            || COMMANDS.iter().any(|command| command.name == name);
        return if is_known {
            Vec::new()
        } else {
            vec![(
                format!("`cargo xtask {name}` does not exist"),
                "`cargo xtask --help` lists what does".to_owned(),
            )]
        };
    }
    if !OF_WORKSPACE.contains(&subcommand) {
        return Vec::new();
    }

    let mut faults = Vec::new();
    let package = option(&ours, &["-p", "--package"]);
    if let Some(name) = package.filter(|name| workspace.get(name).is_none()) {
        faults.push((
            format!("there is no package `{name}`"),
            format!(
                "name one of: {}",
                list(workspace.crates.iter().map(|krate| &krate.name))
            ),
        ));
        return faults;
    }
    let packages: Vec<&Crate> = workspace
        .crates
        .iter()
        .filter(|krate| package.is_none_or(|name| krate.name == name))
        .collect();
    for kind in ["bin", "example", "bench", "test"] {
        let Some(name) = option(&ours, &[&format!("--{kind}")]) else {
            continue;
        };
        let existing: Vec<&String> = packages
            .iter()
            .flat_map(|krate| &krate.targets)
            .filter(|target| target.kind == kind)
            .map(|target| &target.name)
            .collect();
        if !existing.iter().any(|target| *target == name) {
            faults.push((
                match package {
                    Some(package) => format!("`{package}` has no {kind} `{name}`"),
                    None => format!("there is no {kind} `{name}`"),
                },
                if existing.is_empty() {
                    format!("write the {kind}, or take the command out")
                } else {
                    format!("name one of: {}", list(existing.into_iter()))
                },
            ));
        }
    }
    faults
}

fn faults_of_paths(tree: &Tree, words: &[&str]) -> Vec<(String, String)> {
    words
        .iter()
        .map(|word| word.trim_matches(['"', '\'']).trim_start_matches("./"))
        .filter(|word| PLACES.iter().any(|place| word.starts_with(place)))
        .filter(|path| !path.contains(['*', '<', '$']) && !tree.exists(path))
        .map(|path| {
            (
                format!("there is no `{path}`"),
                "name a file of the repository".to_owned(),
            )
        })
        .collect()
}

/// The value of the first of `names` among `words`: `--bin tune`, `--bin=tune`.
fn option<'a>(words: &[&'a str], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| {
        names
            .iter()
            .find_map(|&name| match word.strip_prefix(name) {
                Some("") => words.get(at + 1).copied(),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            })
    })
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Target;

    fn check_finds(block: &str, expect: &[&str]) {
        let workspace = Workspace {
            crates: vec![
                Crate {
                    targets: [("bin", "tune"), ("example", "digits")]
                        .map(|(kind, name)| Target {
                            kind: kind.to_owned(),
                            name: name.to_owned(),
                        })
                        .to_vec(),
                    ..Crate::example("tuning-cli")
                },
                Crate::example("hypertuning"),
            ],
            ..Workspace::default()
        };
        let tree = Tree::default()
            .with("crates/tuning-cli/examples/study.yaml", "")
            .with("README.md", block);
        let found: Vec<_> = check(&workspace, &tree)
            .into_iter()
            .map(|problem| {
                let line = problem.at.rsplit(':').next().unwrap_or_default().to_owned();
                format!("{line} {}", problem.what)
            })
            .collect();
        assert_eq!(found, expect, "{block}");
    }

    #[test]
    fn commands_that_exist_pass() {
        check_finds(
            "```sh\ncargo xtask demo --trials 80\nRUST_LOG=info cargo +stable run -p tuning-cli --bin tune -- --bin x\n\
             cargo run --release --package=tuning-cli --example=digits # -p none\n\
             tune run ./crates/tuning-cli/examples/study.yaml\n# cargo xtask later\ncargo install -p none\n```\n",
            &[],
        );
    }

    #[test]
    fn a_missing_subcommand_is_named() {
        check_finds(
            "text\n```console\n$ cargo xtask dmeo\nerror: cargo xtask other\n```\n",
            &["3 `cargo xtask dmeo` does not exist"],
        );
    }

    #[test]
    fn a_missing_package_bin_or_example_is_named() {
        check_finds(
            "```bash\ncargo test -p tuning-clo\n```",
            &["2 there is no package `tuning-clo`"],
        );
        check_finds(
            "```sh\ncargo run --bin tuna\n```",
            &["2 there is no bin `tuna`"],
        );
        check_finds(
            "```sh\ncargo run -p hypertuning --example digits\n```",
            &["2 `hypertuning` has no example `digits`"],
        );
        check_finds(
            "```sh\ncargo bench --bench speed\n```",
            &["2 there is no bench `speed`"],
        );
    }

    #[test]
    fn continued_and_chained_commands_are_read_whole() {
        check_finds(
            "```sh\ncargo build \\\n  --bin tuna\n```",
            &["3 there is no bin `tuna`"],
        );
        check_finds(
            "```console\n$ cd x && cargo build \\\n    --bin tuna | tee log\n```",
            &["3 there is no bin `tuna`"],
        );
    }

    #[test]
    fn a_missing_path_is_named() {
        check_finds(
            "```sh\ntune run crates/tuning-cli/examples/none.yaml\n```",
            &["2 there is no `crates/tuning-cli/examples/none.yaml`"],
        );
    }

    #[test]
    fn other_blocks_are_not_commands() {
        check_finds(
            "```rust\ncargo xtask none\n```\ncargo xtask none\n```text\ncargo xtask none\n```",
            &[],
        );
    }
}
