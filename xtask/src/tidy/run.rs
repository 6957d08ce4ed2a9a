//! The table of checks, and the command that runs them. What a check looks for is in its own file.

use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::tidy::problem::Problem;
use crate::tidy::{architecture, layering, links, manifests, mutations, purity, sources};
use crate::tree::Tree;
use crate::workspace::Workspace;

struct Check {
    name: &'static str,
    summary: &'static str,
    run: fn(&Workspace, &Tree) -> Vec<Problem>,
}

const CHECKS: &[Check] = &[
    Check {
        name: "layering",
        summary: "who may depend on whom",
        run: |workspace, _| layering::check(workspace),
    },
    Check {
        name: "purity",
        summary: "clippy looks for clocks, threads and files in core and strategies; the facade has no logic",
        run: purity::check,
    },
    Check {
        name: "headers",
        summary: "every Rust file says what it is for",
        run: |_, tree| sources::headers(tree),
    },
    Check {
        name: "length",
        summary: "no file past 600 lines",
        run: |_, tree| sources::lengths(tree),
    },
    Check {
        name: "ignored",
        summary: "no test is switched off",
        run: |_, tree| sources::switched_off(tree),
    },
    Check {
        name: "links",
        summary: "relative links in Markdown lead somewhere",
        run: |_, tree| links::check(tree),
    },
    Check {
        name: "manifests",
        summary: "what a published crate must have",
        run: manifests::check,
    },
    Check {
        name: "mutations",
        summary: "the mutations of the torture apply to the sources",
        run: |_, tree| mutations::check(tree),
    },
    Check {
        name: "architecture",
        summary: "ARCHITECTURE.md knows every crate",
        run: architecture::check,
    },
];

pub(crate) fn help() -> String {
    let mut text = String::from("Checks (all of them without arguments):\n");
    for check in CHECKS {
        writeln!(text, "  {:<13} {}", check.name, check.summary).expect("a String takes any text");
    }
    text
}

/// Runs the named checks, or all, and prints what they find.
///
/// # Errors
/// When there is a problem, when a name is unknown, or when the workspace cannot be read.
pub(crate) fn run(args: &[String]) -> Result {
    let checks = select(args)?;
    let workspace = Workspace::load()?;
    let tree = Tree::load(&workspace.root)?;

    let mut count = 0;
    for check in &checks {
        for problem in (check.run)(&workspace, &tree) {
            println!("[{}] {problem}\n", check.name);
            count += 1;
        }
    }
    let long = sources::long_files(&tree);
    if !long.is_empty() {
        println!(
            "note: longer than {} lines, and still allowed: {}",
            sources::LONG,
            long.join(", ")
        );
    }
    if count > 0 {
        return Err(Error::Untidy(count));
    }
    println!(
        "tidy: {} crates, {} Rust files, {} checks passed",
        workspace.crates.len(),
        tree.ending(".rs").count(),
        checks.len()
    );
    Ok(())
}

fn select(names: &[String]) -> Result<Vec<&'static Check>> {
    if names.is_empty() {
        return Ok(CHECKS.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            CHECKS
                .iter()
                .find(|check| check.name == name)
                .ok_or_else(|| Error::unknown("check", name, CHECKS.iter().map(|check| check.name)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_chosen_by_name() -> Result {
        assert_eq!(select(&[])?.len(), CHECKS.len());
        assert_eq!(select(&["links".to_owned()])?[0].name, "links");
        let error = select(&["layerin".to_owned()])
            .err()
            .expect("no such check");
        assert!(
            error.to_string().contains("did you mean `layering`"),
            "{error}"
        );
        Ok(())
    }

    #[test]
    fn an_empty_workspace_lacks_only_its_architecture() {
        let found: Vec<_> = CHECKS
            .iter()
            .flat_map(|check| (check.run)(&Workspace::default(), &Tree::default()))
            .map(|problem| problem.at)
            .collect();
        assert_eq!(found, ["ARCHITECTURE.md"]);
    }
}
