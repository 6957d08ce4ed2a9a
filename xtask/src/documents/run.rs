//! The command: which documents there are, what they are followed with, and the report.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::documents::follow::{Reader, Tally};
use crate::documents::place::{Place, link};
use crate::documents::rust::DocTests;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::process::{self, cargo};
use crate::test::WHOLE;
use crate::tree::Tree;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Follows each Markdown document as a reader would, in an empty folder, with the `tune` of this checkout in PATH;
commands of cargo and commands with paths of the repository run in the checkout. Names of documents choose some;
`--list` shows what would be done. The first line of a block says what it is for:

  ```sh                        lines to run, each to succeed; `$ ` in front, or not
  ```console, ```text          a session: `$ ` before each command, then lines of its output, in this
                               order; other lines may come between, and `…` matches anything
  ```yaml with `# NAME.yaml`   a file (so in any language: `# train.py`, `// src/lib.rs`); a study is validated
  ```yaml without a name       part of a study file: completed, and validated
  ```rust                      an example that a doc test compiles, here or word for word elsewhere
  exit:CODE                    the last command exits with this code (```sh exit:2)
  file:NAME                    the block is this file, whatever its first line
  edits:NAME                   its functions replace those of the same name in that file
  shows:NAME                   its lines are in that file
  skip (REASON)                not run; the report gives the reason
  <!-- sh                      a block that is run and not shown, up to a line `-->`

What is left out is listed with its reason; xtask/src/documents/elsewhere.rs lists commands that other steps run.";

/// Where no documents are: what `new-strategy` writes is followed with the chapter that describes it.
const NO_DOCUMENTS: &[&str] = &["xtask/templates/"];

pub(crate) fn run(args: &[String]) -> Result {
    let (options, names): (Vec<&String>, Vec<_>) =
        args.iter().partition(|arg| arg.starts_with('-'));
    if let Some(option) = options.iter().find(|option| **option != "--list") {
        return Err(Error::unknown("option", option, ["--list"].into_iter()));
    }
    let workspace = Workspace::load()?;
    let tree = Tree::load(&workspace.root)?;
    let documents = choose(&tree, &names)?;
    let doc_tests = DocTests::of(&tree);

    let folder = match options.is_empty() {
        true => Some(prepare(&workspace)?),
        false => None,
    };
    let mut sum = Tally::default();
    for (number, (document, text)) in documents.iter().enumerate() {
        println!("{document}");
        let place = folder.as_ref().map(|folder| {
            Place::new(
                &workspace,
                &folder.join(number.to_string()),
                &folder.join("programs"),
            )
        });
        let tally = Reader {
            document,
            text,
            doc_tests: &doc_tests,
            place: place.transpose()?,
        }
        .follow()?;
        sum.done += tally.done;
        sum.left_out += tally.left_out;
        sum.failed += tally.failed;
    }
    let verb = if folder.is_some() { "done" } else { "to do" };
    println!(
        "{} documents: {} steps {verb}, {} left out (see above), {} failed",
        documents.len(),
        sum.done,
        sum.left_out,
        sum.failed
    );
    if sum.failed > 0 {
        let kept = folder.map(|folder| format!("; what they left is in `{}`", folder.display()));
        return Err(Error::Documents(sum.failed, kept.unwrap_or_default()));
    }
    folder.map_or(Ok(()), |folder| {
        std::fs::remove_dir_all(&folder).map_err(|error| {
            Error::Workspace(format!("cannot remove `{}`: {error}", folder.display()))
        })
    })
}

/// All documents with something in them to follow, or those of these names.
fn choose<'a>(tree: &'a Tree, names: &[&String]) -> Result<Vec<(&'a str, &'a str)>> {
    let is_document = |path: &str| !NO_DOCUMENTS.iter().any(|place| path.starts_with(place));
    let all: Vec<_> = tree
        .ending(".md")
        .filter(|(path, _)| is_document(path))
        .collect();
    if names.is_empty() {
        let fenced = |(_, text): &(&str, &str)| text.contains("```") || text.contains("~~~");
        return Ok(all.into_iter().filter(fenced).collect());
    }
    names
        .iter()
        .map(|name| {
            let name = name.trim_start_matches("./");
            all.iter()
                .find(|(path, _)| *path == name)
                .copied()
                .ok_or_else(|| {
                    let paths = || all.iter().map(|(path, _)| *path);
                    let hint = nearest(name, paths())
                        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                    Error::Usage(format!("there is no document `{name}`{hint}"))
                })
        })
        .collect()
}

/// A new folder beside everything of ours, with `tune` in `programs/`.
fn prepare(workspace: &Workspace) -> Result<PathBuf> {
    // With the examples come the features of dev-dependencies: all this is what the tests have built.
    let mut build = cargo(["build", "--bin", "tune", "--examples"]);
    build.args(WHOLE);
    process::run(build)?;
    let folder = std::env::temp_dir().join(format!("tuning-readme-{}", std::process::id()));
    let programs = folder.join("programs");
    let tune = format!("tune{}", std::env::consts::EXE_SUFFIX);
    let built = workspace.target_directory.join("debug").join(&tune);
    std::fs::create_dir_all(&programs)
        .and_then(|()| link(&built, &programs.join(&tune)))
        .and_then(|()| lend_python(&programs))
        .map_err(|error| {
            Error::Workspace(format!("cannot prepare `{}`: {error}", folder.display()))
        })?;
    Ok(folder)
}

/// The interpreter itself under the name that the documents use, where it is called `python3` alone, and where `python`
/// is a script that takes its time to find it.
fn lend_python(programs: &Path) -> std::io::Result<()> {
    let asked = ["python", "python3"].iter().find_map(|name| {
        let mut python = Command::new(name);
        let output = python
            .args(["-c", "import sys; print(sys.executable)"])
            .output()
            .ok()?;
        output.status.success().then_some(output.stdout)
    });
    match asked {
        Some(answer) => link(
            Path::new(String::from_utf8_lossy(&answer).trim()),
            &programs.join("python"),
        ),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_by_themselves_and_by_name() -> Result {
        let tree = Tree::default()
            .with("README.md", "```sh\nx\n```")
            .with("crates/x/docs/new.md", "~~~sh\nx\n~~~")
            .with("CHANGELOG.md", "no blocks")
            .with("xtask/templates/a/README.md", "```sh\nx\n```");
        let paths = |names: &[&String]| -> Result<Vec<&str>> {
            Ok(choose(&tree, names)?
                .into_iter()
                .map(|(path, _)| path)
                .collect())
        };
        assert_eq!(paths(&[])?, ["README.md", "crates/x/docs/new.md"]);
        assert_eq!(paths(&[&"./CHANGELOG.md".to_owned()])?, ["CHANGELOG.md"]);
        let error = paths(&[&"REDME.md".to_owned()]).expect_err("no such document");
        assert!(
            error.to_string().contains("did you mean `README.md`?"),
            "{error}"
        );
        Ok(())
    }
}
