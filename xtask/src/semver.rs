//! `cargo xtask semver`: whether the next version may be a small one, by cargo-semver-checks.

use std::path::PathBuf;
use std::process::Command;

use crate::error::{Error, Result};
use crate::process::{self, cargo, succeeds};
use crate::workspace::{Crate, Workspace};

pub(crate) const HELP: &str = "\
Compares the public items of the published crates with an earlier revision, and lists breaking changes.

  --baseline REV    the revision; by default the latest tag `v…`
  --install         first builds cargo-semver-checks into the target folder, if it is not installed (some minutes)";

const TOOL: &str = "cargo-semver-checks";

pub(crate) fn run(args: &[String]) -> Result {
    let (baseline, install) = parse(args)?;
    let workspace = Workspace::load()?;
    let Some(baseline) =
        baseline.or_else(|| git(&["describe", "--tags", "--abbrev=0", "--match", "v*"]))
    else {
        println!(
            "semver: NOTHING IS COMPARED: there is no tag `v…` yet, so nothing was released. `--baseline REV` compares with \
             a revision"
        );
        return Ok(());
    };
    if git(&[
        "rev-parse",
        "--verify",
        "--quiet",
        &format!("{baseline}^{{commit}}"),
    ])
    .is_none()
    {
        return Err(Error::Usage(format!("git knows no revision `{baseline}`")));
    }
    let tool = tool(&workspace, install)?;
    let (old, new): (Vec<&Crate>, Vec<_>) = workspace
        .published()
        .filter(|krate| krate.has_library)
        .partition(|krate| {
            git(&[
                "cat-file",
                "-t",
                &format!("{baseline}:{}", krate.manifest()),
            ])
            .is_some()
        });
    for krate in new {
        println!("semver: {} is new since {baseline}", krate.name);
    }
    if old.is_empty() {
        println!("semver: {baseline} has none of these crates: nothing is compared");
        return Ok(());
    }
    let mut args = vec!["--baseline-rev".to_owned(), baseline];
    args.extend(
        old.iter()
            .flat_map(|krate| ["-p".to_owned(), krate.name.clone()]),
    );
    let mut command = match tool {
        None => cargo(["semver-checks"]),
        Some(tool) => {
            let mut command = Command::new(tool);
            command.arg("semver-checks");
            command
        }
    };
    command.args(&args);
    process::run(command)
}

fn parse(args: &[String]) -> Result<(Option<String>, bool)> {
    let (mut baseline, mut install) = (None, false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.split_once('=') {
            Some(("--baseline", rev)) => baseline = Some(rev.to_owned()),
            None if arg == "--baseline" => {
                let rev = args.next().ok_or_else(|| {
                    Error::Usage(
                        "`--baseline` needs a revision, such as `--baseline HEAD~5`".to_owned(),
                    )
                })?;
                baseline = Some(rev.clone());
            }
            None if arg == "--install" => install = true,
            _ => {
                return Err(Error::unknown(
                    "option",
                    arg,
                    ["--baseline", "--install"].into_iter(),
                ));
            }
        }
    }
    Ok((baseline, install))
}

/// The tool in the target folder; none if cargo finds one by itself.
fn tool(workspace: &Workspace, install: bool) -> Result<Option<PathBuf>> {
    if succeeds(cargo(["semver-checks", "--version"])) {
        return Ok(None);
    }
    let root = workspace.target_directory.join("tools");
    let tool = root
        .join("bin")
        .join(format!("{TOOL}{}", std::env::consts::EXE_SUFFIX));
    if tool.exists() {
        return Ok(Some(tool));
    }
    if !install {
        return Err(Error::Workspace(format!(
            "{TOOL} is not installed, so NOTHING IS COMPARED: `cargo install {TOOL} --locked` installs it for you, \
             `cargo xtask semver --install` into the target folder (some minutes)"
        )));
    }
    let mut install = cargo(["install", TOOL, "--locked", "--root"]);
    install.arg(root);
    process::run(install)?;
    Ok(Some(tool))
}

/// What git says, if it succeeds.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_a_revision() -> Result {
        let words = |words: &[&str]| {
            parse(
                &words
                    .iter()
                    .map(|&word| word.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(words(&[])?, (None, false));
        assert_eq!(
            words(&["--baseline", "v0.1.0", "--install"])?,
            (Some("v0.1.0".to_owned()), true)
        );
        assert_eq!(
            words(&["--baseline=HEAD~3"])?,
            (Some("HEAD~3".to_owned()), false)
        );
        let message = |args: &[&str]| words(args).expect_err("a wrong command line").to_string();
        assert!(message(&["--baseline"]).contains("needs a revision"));
        assert!(message(&["--base", "x"]).contains("did you mean `--baseline`"));
        Ok(())
    }
}
