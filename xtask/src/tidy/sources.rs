//! Habits of every Rust file: a header, a bounded length, nothing left unfinished.

use crate::rust_source::{code, line, words};
use crate::tidy::problem::Problem;
use crate::tree::Tree;

/// Past this a file is named in the summary.
pub(crate) const LONG: usize = 400;

/// Past this a file needs a reason.
const TOO_LONG: usize = 600;

/// Files that may be longer, with the reason.
const MAY_BE_LONGER: &[(&str, &str)] = &[];

pub(crate) fn headers(tree: &Tree) -> Vec<Problem> {
    tree.ending(".rs")
        .filter(|(_, text)| {
            let first = text.lines().next().unwrap_or_default();
            first
                .strip_prefix("//!")
                .is_none_or(|rest| rest.trim().is_empty())
        })
        .map(|(path, _)| {
            Problem::new(
                format!("{path}:1"),
                "does not start with a `//!` sentence",
                "every file starts with a sentence that says what it is for",
                "write it; if it needs an `and`, look for the second file",
            )
        })
        .collect()
}

pub(crate) fn lengths(tree: &Tree) -> Vec<Problem> {
    lengths_but(tree, MAY_BE_LONGER)
}

fn lengths_but(tree: &Tree, may_be_longer: &[(&str, &str)]) -> Vec<Problem> {
    let is_excused = |path: &str| may_be_longer.iter().any(|(longer, _)| *longer == path);
    let too_long = line_counts(tree)
        .filter(|(path, lines)| *lines > TOO_LONG && !is_excused(path))
        .map(|(path, lines)| {
            Problem::new(
                path,
                format!("has {lines} lines"),
                format!("past {TOO_LONG} lines a file has a second reason to change"),
                "look for the second noun and give it a file, or name the file and the reason in `MAY_BE_LONGER` \
                 of xtask/src/tidy/sources.rs",
            )
        });
    let needless = may_be_longer
        .iter()
        .filter(|(path, _)| {
            tree.text(path)
                .is_none_or(|text| text.lines().count() <= TOO_LONG)
        })
        .map(|(path, _)| {
            Problem::new(
                *path,
                format!("no longer needs an exception: it has {TOO_LONG} lines or fewer"),
                "an exception lasts as long as its reason",
                "remove it from `MAY_BE_LONGER` in xtask/src/tidy/sources.rs",
            )
        });
    too_long.chain(needless).collect()
}

/// The files past `LONG` lines that are not a problem, longest first, with their lengths.
pub(crate) fn long_files(tree: &Tree) -> Vec<String> {
    let mut long: Vec<_> = line_counts(tree)
        .filter(|(_, lines)| (LONG + 1..=TOO_LONG).contains(lines))
        .collect();
    long.sort_by_key(|&(path, lines)| (std::cmp::Reverse(lines), path));
    long.into_iter()
        .map(|(path, lines)| format!("{path} ({lines})"))
        .collect()
}

/// Clippy finds `todo!` and its kind; what it lets pass is a test that is switched off.
pub(crate) fn switched_off(tree: &Tree) -> Vec<Problem> {
    let find = |(path, text): (&str, &str)| {
        let code = code(text);
        words(&code, "ignore")
            .filter(|&at| code[..at].trim_end().ends_with("#["))
            .map(|at| {
                Problem::new(
                    format!("{path}:{}", line(&code, at)),
                    "switches a test off",
                    "an ignored or flaky test is a bug report",
                    "fix it, or assert today's wrong behaviour and say so",
                )
            })
            .collect::<Vec<_>>()
    };
    tree.ending(".rs").flat_map(find).collect()
}

fn line_counts(tree: &Tree) -> impl Iterator<Item = (&str, usize)> {
    tree.ending(".rs")
        .map(|(path, text)| (path, text.lines().count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Tree {
        Tree::default().with("a.rs", &"//! x\n".repeat(count))
    }

    #[test]
    fn a_file_without_a_header_is_named() {
        for text in ["", "use x;\n", "//!\nuse x;", "// x\n//! y", "\n//! x"] {
            let problems = headers(&Tree::default().with("a.rs", text));
            assert_eq!(problems.len(), 1, "{text}");
            assert_eq!(problems[0].at, "a.rs:1");
        }
        assert_eq!(headers(&lines(1)), []);
        assert_eq!(headers(&Tree::default().with("a.md", "")), []);
    }

    #[test]
    fn a_file_past_600_lines_needs_a_reason() {
        assert_eq!(lengths_but(&lines(600), &[]), []);
        assert_eq!(lengths_but(&lines(601), &[])[0].what, "has 601 lines");
        assert_eq!(lengths_but(&lines(601), &[("a.rs", "a table")]), []);
    }

    #[test]
    fn a_reason_that_is_not_needed_goes() {
        let excused = [("a.rs", "a table"), ("gone.rs", "a table")];
        let found: Vec<_> = lengths_but(&lines(600), &excused)
            .into_iter()
            .map(|problem| problem.at)
            .collect();
        assert_eq!(found, ["a.rs", "gone.rs"]);
    }

    #[test]
    fn a_file_past_400_lines_is_only_mentioned() {
        assert_eq!(long_files(&lines(400)), Vec::<String>::new());
        assert_eq!(long_files(&lines(401)), ["a.rs (401)"]);
        assert_eq!(lengths(&lines(401)), []);
    }

    #[test]
    fn ignored_tests_are_named() {
        let check = |attribute: &str, expect: usize| {
            let text = format!("//! x\nfn f() {{\n    {attribute}\n}}\n");
            let problems = switched_off(&Tree::default().with("a.rs", &text));
            assert_eq!(problems.len(), expect, "{text}");
            assert!(problems.iter().all(|problem| problem.at == "a.rs:3"));
        };
        // Put together here, so that a plain search of the project finds none.
        check(&format!("#[{} = \"slow\"]", "ignore"), 1);
        check("#[ignored]", 0);
        check("// #[ignore]", 0);
    }
}
